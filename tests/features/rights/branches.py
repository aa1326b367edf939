"""Two branches, their people, and who looks after them: for the tests of reach (RIGHT-3)."""

from dataclasses import dataclass

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import Lock, LockReason
from doorward.features.second_factor.actions import allowlist
from doorward.features.second_factor.model import AllowSetUp
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId
from tests.features.rights.giving import DENY, KEYS, WHY, group, hold, scoped
from tests.worlds import NOON, World


@dataclass(frozen=True, slots=True)
class Branches:
    """Two branches and their people."""

    world: World
    people: dict[str, AccountId]
    north: GroupId
    south: GroupId
    ann: Bearer
    dan: Bearer


def two_branches(world: World) -> Branches:
    """Make them: everybody locked for failures, allowed to set up, and with an entry of it."""
    people = {name: world.add(name) for name in ("nora", "sven", "uma")}
    north, south = group(world, "North", people["nora"]), group(world, "South", people["sven"])
    ann = scoped(world, "ann", north, "users:read", "users:modify", "users:unlock", "user-permissions:read", KEYS,
                 "audit:read", "audit:export")  # fmt: skip
    dan = world.add("dan", "administrator", factors=1)
    hold(world, dan, "administrator", DENY, south)
    for one in people.values():
        world.run(allowlist.allow_set_up, AllowSetUp(one, WHY))
        with world.database.write() as sql:
            accounts_store.set_lock(sql, one, Lock(NOON, LockReason.FAILURES))
    return Branches(world, people, north, south, ann, world.sign_in(dan))
