import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from doorward.features.groups import store
from doorward.features.groups.model import Group
from doorward.kernel.act import EVERYBODY, Reach
from doorward.kernel.ids import AccountId, GroupId
from tests.worlds import NOON, World

NORTH, SOUTH = GroupId(UUID(int=21)), GroupId(UUID(int=22))
BRAM, CARL = AccountId(UUID(int=11)), AccountId(UUID(int=12))
NOBODY = AccountId(UUID(int=0))
BRANCH = Group(NORTH, "Branch North", "The people of the north", None, NOON, 1)


def add(world: World, group: Group = BRANCH, *members: AccountId) -> None:
    """Insert a group with its members."""
    with world.database.write() as sql:
        store.add(sql, group)
        for account in members:
            store.add_member(sql, group.id, account, "grace", NOON)


def race(world: World, *acts: Callable[[Connection], object]) -> list[object]:
    """Run each act in a transaction of its own, all at once; give what each came to, an error included."""
    together, came = threading.Barrier(len(acts)), dict[int, object]()

    def run(number: int) -> None:
        together.wait()
        try:
            with world.database.write() as sql:
                came[number] = acts[number](sql)
        except IntegrityError:
            came[number] = IntegrityError

    racing = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    return [came[number] for number in range(len(acts))]


def test_group_is_read_as_it_was_added(world: World) -> None:
    """Every field survives, by id and by name."""
    group = Group(NORTH, "Branch North", "", "branches", NOON + timedelta(days=1), 1)
    add(world, group)

    with world.database.read() as sql:
        assert (store.by_id(sql, NORTH), store.by_name(sql, "Branch North")) == (group, group)


@pytest.mark.parametrize("spelling", ["branch north", " BRANCH NORTH ", "\uff22ranch North"])
def test_group_is_found_in_any_spelling(world: World, spelling: str) -> None:
    """A group has one canonical name, as an account has (LOCK-16)."""
    add(world)

    with world.database.read() as sql:
        assert store.by_name(sql, spelling) == BRANCH


def test_group_that_is_not_there(world: World) -> None:
    """Neither an id nor a name that no group has is an error."""
    add(world)

    with world.database.read() as sql:
        assert (store.by_id(sql, SOUTH), store.by_name(sql, "Branch")) == (None, None)
        assert [group.id for group in store.some(sql, [SOUTH, NORTH])] == [NORTH]


def test_name_in_another_spelling_is_taken(world: World) -> None:
    """The canonical name is unique in the database itself."""
    add(world)

    with pytest.raises(IntegrityError):
        add(world, Group(SOUTH, "BRANCH NORTH", "", None, NOON, 1))


def test_changed_fields_are_written_with_their_one_form(world: World) -> None:
    """The group is found by its new name, no longer by the old one, and is a version further."""
    add(world)
    with world.database.write() as sql:
        saved = store.save(sql, BRANCH, {"name": "North", "description": "", "password_rules": "branches"})

    assert saved
    with world.database.read() as sql:
        assert store.by_name(sql, "Branch North") is None
        assert store.by_name(sql, "NORTH") == Group(NORTH, "North", "", "branches", NOON, 2)


def test_groups_are_loaded_by_name(world: World) -> None:
    """A list of groups reads in the order of the alphabet, whatever was asked first."""
    add(world, Group(NORTH, "north", "", None, NOON, 1))
    add(world, Group(SOUTH, "East", "", None, NOON, 1))

    with world.database.read() as sql:
        assert [group.name for group in store.some(sql, [NORTH, SOUTH])] == ["East", "north"]


def test_memberships_are_read_from_both_sides(world: World) -> None:
    """Which groups an account is in, and which accounts are in a group."""
    add(world, BRANCH, BRAM, CARL)
    add(world, Group(SOUTH, "South", "", None, NOON, 1), CARL)

    with world.database.read() as sql:
        assert store.groups_of(sql, CARL) == {NORTH, SOUTH}
        assert store.groups_of(sql, BRAM) == {NORTH}
        assert store.groups_of(sql, NOBODY) == frozenset()
        assert store.groups_of_each(sql, [BRAM, CARL, NOBODY]) == {BRAM: {NORTH}, CARL: {NORTH, SOUTH}}
        assert store.member_ids(sql, NORTH, NOBODY, 10) == [BRAM, CARL]
        assert store.member_ids(sql, NORTH, NOBODY, 1) == [BRAM]
        assert store.member_ids(sql, NORTH, BRAM, 10) == [CARL]
        assert store.counts(sql, [NORTH, SOUTH], EVERYBODY) == {NORTH: 2, SOUTH: 1}
        assert (store.is_member(sql, NORTH, BRAM), store.is_member(sql, SOUTH, BRAM)) == (True, False)


@pytest.mark.parametrize(
    ("reach", "counted"),
    [
        (Reach(without=frozenset({SOUTH})), {NORTH: 1}),
        (Reach(everything=False, groups=frozenset({NORTH})), {NORTH: 2, SOUTH: 1}),
        (Reach(False, frozenset({NORTH}), frozenset({SOUTH})), {NORTH: 1}),
        (Reach(everything=False), {}),
    ],
)
def test_members_out_of_reach_are_not_counted(world: World, reach: Reach, counted: dict[GroupId, int]) -> None:
    """Carl is in both groups, so that he is within reach of whoever looks after one, unless the other is denied."""
    add(world, BRANCH, BRAM, CARL)
    add(world, replace(BRANCH, id=SOUTH, name="Branch South"), CARL)

    with world.database.read() as sql:
        assert store.counts(sql, [NORTH, SOUTH], reach) == counted


def test_membership_is_there_once(world: World) -> None:
    """The database itself keeps no second one."""
    add(world, BRANCH, BRAM)

    with pytest.raises(IntegrityError), world.database.write() as sql:
        store.add_member(sql, NORTH, BRAM, "hugo", NOON)


def test_membership_is_taken_once(world: World) -> None:
    """Whoever takes out an account that is not in it is told so, and others stay."""
    add(world, BRANCH, BRAM, CARL)
    with world.database.write() as sql:
        taken = [store.remove_member(sql, NORTH, BRAM), store.remove_member(sql, NORTH, BRAM)]

    assert taken == [True, False]
    with world.database.read() as sql:
        assert store.member_ids(sql, NORTH, NOBODY, 10) == [CARL]


def test_deleted_group_takes_its_memberships_along(world: World) -> None:
    """No account stays in a group that is no more, and no other group loses a member."""
    add(world, BRANCH, BRAM, CARL)
    add(world, Group(SOUTH, "South", "", None, NOON, 1), CARL)
    with world.database.write() as sql:
        deleted = [store.remove(sql, NORTH), store.remove(sql, NORTH)]

    assert deleted == [True, False]
    with world.database.read() as sql:
        assert store.groups_of(sql, BRAM) == frozenset()
        assert store.groups_of(sql, CARL) == {SOUTH}


def test_of_two_racing_edits_one_is_saved(world: World) -> None:
    """Both began from the same version: one is told that it was too late."""
    add(world)
    saved = race(world, *(lambda sql, to=name: store.save(sql, BRANCH, {"name": to}) for name in ("East", "West")))

    assert sorted(map(str, saved)) == ["False", "True"]
    with world.database.read() as sql:
        found = store.by_id(sql, NORTH)
    assert found is not None
    assert found.version == 2


def test_of_two_racing_groups_of_one_name_one_is_added(world: World) -> None:
    """The slower one meets the unique key, and runs again as a name that is taken."""
    came = race(
        world,
        lambda sql: store.add(sql, BRANCH),
        lambda sql: store.add(sql, Group(SOUTH, "branch north", "", None, NOON, 1)),
    )

    assert sorted(map(str, came)) == ["<class 'sqlalchemy.exc.IntegrityError'>", "None"]


def test_of_two_racing_memberships_one_is_added(world: World) -> None:
    """The slower one meets the key."""
    add(world)
    came = race(world, *[lambda sql: store.add_member(sql, NORTH, BRAM, "grace", NOON)] * 2)

    assert sorted(map(str, came)) == ["<class 'sqlalchemy.exc.IntegrityError'>", "None"]
    with world.database.read() as sql:
        assert store.counts(sql, [NORTH], EVERYBODY) == {NORTH: 1}


def test_of_two_racing_removals_one_takes(world: World) -> None:
    """Each membership is ended once, and so recorded once."""
    add(world, BRANCH, BRAM)

    assert sorted(map(str, race(world, *[lambda sql: store.remove_member(sql, NORTH, BRAM)] * 2))) == ["False", "True"]


@pytest.mark.parametrize(
    ("query", "after", "most", "found"),
    [
        ("", None, 9, ["east", "North", "west"]),
        ("", None, 2, ["east", "North"]),
        ("", "East", 9, ["North", "west"]),
        ("est", None, 9, ["west"]),
        ("est", "west", 9, []),
        ("n", "North", 9, []),
    ],
)
def test_list_goes_by_name(world: World, query: str, after: str | None, most: int, found: list[str]) -> None:
    """Narrowed down by a search, and on from a group."""
    for number, name in enumerate(("west", "North", "east")):
        add(world, Group(GroupId(UUID(int=30 + number)), name, "", None, NOON, 1))

    with world.database.read() as sql:
        last = None if after is None else store.by_name(sql, after)
        assert [group.name for group in store.page(sql, query, last, most, EVERYBODY)] == found
