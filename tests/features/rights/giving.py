"""What the tests of rights share: groups with members, roles of one's own and who holds them, written without acts."""

from doorward.features.accounts import store as accounts_store
from doorward.features.groups import actions as groups
from doorward.features.groups.model import Group
from doorward.features.rights import store
from doorward.features.rights.model.facts import EVERYTHING, Assignment, Effect, Role, Scope
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId, new_id
from doorward.kernel.outcome import Refused
from tests.worlds import World

DENY = Effect.DENY
KEYS = "user-permissions:modify-object-acls"
WHY = "she asked"


def group(world: World, name: str, *members: AccountId) -> GroupId:
    """Make a group with these members."""
    with world.writing() as call:
        made = GroupId(new_id(call.now, call.entropy))
        groups.add(call, Group(made, name, "", None, call.now, 1))
        for member in members:
            groups.add_member(call, made, member)
    return made


def join(world: World, to: GroupId, account: AccountId) -> None:
    """Put an account into a group."""
    with world.writing() as call:
        groups.add_member(call, to, account)


def own_role(world: World, name: str, *rights: str, higher: bool = False) -> Role:
    """Make a role of one's own."""
    role = Role(name, name.title(), frozenset(rights), higher, 1)
    with world.writing() as call:
        store.add_role(call.sql, role, store.WriteStamp("system", call.now))
    return role


def hold(
    world: World, account: AccountId, role: str, effect: Effect = Effect.ALLOW, over: GroupId | None = None
) -> None:
    """Let an account hold a role, or be denied it, over everything or over a group."""
    with world.writing() as call:
        store.grant(call.sql, account, Assignment(role, effect, _scope(over)), store.WriteStamp("system", call.now))


def give(world: World, to: GroupId, role: str, effect: Effect = Effect.ALLOW, over: GroupId | None = None) -> None:
    """Let a group give its members a role, or deny it."""
    with world.writing() as call:
        store.grant_group(call.sql, to, Assignment(role, effect, _scope(over)), store.WriteStamp("system", call.now))


def scoped(world: World, name: str, over: GroupId, *rights: str) -> Bearer:
    """Sign in somebody who holds a role of these rights over the members of one group."""
    own_role(world, f"{name}s", *rights)
    account = world.add(name, factors=1)
    hold(world, account, f"{name}s", over=over)
    return world.sign_in(account)


def protect(world: World, account: AccountId) -> None:
    """Mark an account protected."""
    with world.writing() as call:
        accounts_store.save_fields(call.sql, world.standing(account).account, {"protected": True}, call.now)


def holds(world: World, account: AccountId) -> set[Assignment]:
    """Read what an account holds itself."""
    with world.reading() as call:
        return set(store.assignments_of(call.sql, account))


def code(outcome: object) -> str:
    """Give the code of a refusal, or the outcome's status."""
    return outcome.code if isinstance(outcome, Refused) else str(getattr(outcome, "status", outcome))


def _scope(over: GroupId | None) -> Scope:
    return EVERYTHING if over is None else Scope(over)
