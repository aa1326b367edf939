import threading
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from doorward.features.rights import store
from doorward.features.rights.model.facts import Assignment, Effect, Scope
from doorward.kernel.ids import AccountId, GroupId
from tests.worlds import NOON, World

DENIED = Assignment("help-desk", Effect.DENY)

NORTH = GroupId(UUID(int=1))


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, without a role."""
    return world.add("bram")


def held(world: World, account: AccountId) -> tuple[Assignment, ...]:
    """Read the assignments of an account."""
    with world.database.read() as sql:
        return store.assignments_of(sql, account)


def give(world: World, account: AccountId, *assignments: Assignment) -> None:
    """Write assignments."""
    with world.database.write() as sql:
        for one in assignments:
            store.grant(sql, account, one, store.WriteStamp("grace", NOON))


def test_assignment_is_read_as_it_was_written(world: World, bram: AccountId) -> None:
    """Role, effect and scope survive; another account's stay its own."""
    give(world, bram, Assignment("auditor"), DENIED)
    world.add("carl", "administrator")

    assert held(world, bram) == (Assignment("auditor"), DENIED)


def test_assignments_of_many_are_read_at_once(world: World, bram: AccountId) -> None:
    """Each account's own; whoever holds nothing is left out."""
    give(world, bram, Assignment("auditor"), DENIED)
    carl = world.add("carl", "administrator")
    with world.database.read() as sql:
        found = store.assignments_of_each(sql, [bram, carl, world.add("dora")])

    assert found == {bram: [Assignment("auditor"), DENIED], carl: [Assignment("administrator")]}


def test_account_without_a_role_holds_nothing(world: World, bram: AccountId) -> None:
    """No row is no role (RIGHT-6)."""
    assert held(world, bram) == ()


def test_same_assignment_is_there_once(world: World, bram: AccountId) -> None:
    """Of two who grant at once the second runs again, and finds it there."""
    give(world, bram, Assignment("auditor"))

    with pytest.raises(IntegrityError):
        give(world, bram, Assignment("auditor"))


def test_revoke_takes_what_allows(world: World, bram: AccountId) -> None:
    """A revoked role is gone; the others and what denies a role stay, so that a revoke never gives a right."""
    give(world, bram, Assignment("help-desk"), DENIED, Assignment("auditor"))
    with world.database.write() as sql:
        taken = store.revoke(sql, bram, Assignment("help-desk"))
        again = store.revoke(sql, bram, Assignment("help-desk"))

    assert (taken, again) == (True, False)
    assert held(world, bram) == (Assignment("auditor"), DENIED)


def test_denials_are_lifted_together(world: World, bram: AccountId) -> None:
    """What allows stays; other accounts keep what denies them."""
    carl = world.add("carl")
    give(world, bram, Assignment("help-desk"), DENIED, Assignment("auditor", Effect.DENY))
    give(world, carl, DENIED)
    with world.database.write() as sql:
        store.lift_denials(sql, bram)

    assert (held(world, bram), held(world, carl)) == ((Assignment("help-desk"),), (DENIED,))


def test_holders_are_allowed_it_over_everything(world: World) -> None:
    """Another role, a denial and a group's members are something else."""
    grace = world.add("grace", "administrator")
    world.add("bram", "help-desk")
    give(world, world.add("hugo"), Assignment("administrator", Effect.DENY))
    give(world, world.add("iris"), Assignment("administrator", scope=Scope(NORTH)))
    with world.database.read() as sql:
        assert store.holders(sql, "administrator") == [grace]


def test_of_two_who_revoke_at_once_one_is_told_so(world: World, bram: AccountId) -> None:
    """Both are answered, and one of them took the role."""
    give(world, bram, Assignment("auditor"))
    taken: list[bool] = []

    def revoke() -> None:
        with world.database.write() as sql:
            taken.append(store.revoke(sql, bram, Assignment("auditor")))

    racing = [threading.Thread(target=revoke) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(taken) == [False, True]


def test_roles_over_a_group_are_those_of_accounts_and_of_groups(world: World, bram: AccountId) -> None:
    """Allowed or denied, each once; what is held over everything, or over another group, is not among them."""
    south, stamp = GroupId(UUID(int=2)), store.WriteStamp("grace", NOON)
    give(world, bram, Assignment("auditor", scope=Scope(NORTH)), Assignment("help-desk", Effect.DENY, Scope(NORTH)))
    give(world, bram, Assignment("administrator"), Assignment("super-user", scope=Scope(south)))
    with world.database.write() as sql:
        store.grant_group(sql, south, Assignment("auditor", scope=Scope(NORTH)), stamp)
        store.grant_group(sql, south, Assignment("no-access", scope=Scope(NORTH)), stamp)

    with world.database.read() as sql:
        assert store.roles_over(sql, NORTH) == ["auditor", "help-desk", "no-access"]
        assert store.roles_over(sql, GroupId(UUID(int=3))) == []
