from uuid import UUID

from doorward.features.groups import actions
from doorward.features.groups.model import Group
from doorward.kernel.ids import AccountId, GroupId
from tests.worlds import NOON, World

NORTH, SOUTH = GroupId(UUID(int=21)), GroupId(UUID(int=22))
BRAM, CARL = AccountId(UUID(int=11)), AccountId(UUID(int=12))
BRANCH = Group(NORTH, "North", "", None, NOON, 1)


def add(world: World) -> None:
    """Add a group of two."""
    with world.writing() as call:
        actions.add(call, BRANCH)
        actions.add_member(call, NORTH, CARL)
        actions.add_member(call, NORTH, BRAM)


def test_group_is_loaded_and_found(world: World) -> None:
    """By its id and by any spelling of its name."""
    add(world)

    with world.reading() as call:
        assert actions.load(call, NORTH) == actions.find(call, " NORTH") == BRANCH
        assert (actions.load(call, SOUTH), actions.find(call, "south")) == (None, None)


def test_account_is_added_and_removed_once(world: World) -> None:
    """What is so already is told, and is no error."""
    add(world)
    with world.writing() as call:
        added = [actions.add_member(call, NORTH, AccountId(UUID(int=13))) for _ in range(2)]
        removed = [actions.remove_member(call, NORTH, BRAM) for _ in range(2)]

    assert (added, removed) == ([True, False], [True, False])


def test_members_are_listed_in_parts(world: World) -> None:
    """Whoever walks a large group goes on after the last one seen."""
    add(world)

    with world.reading() as call:
        assert actions.member_ids(call, NORTH, 1) == [BRAM]
        assert actions.member_ids(call, NORTH, 10, after=BRAM) == [CARL]
        assert actions.groups_of(call, BRAM) == {NORTH}


def test_names_and_counts_of_many_groups(world: World) -> None:
    """A group that is not there has no name, and nobody in it."""
    add(world)

    with world.reading() as call:
        assert actions.names(call, [NORTH, SOUTH]) == {NORTH: "North"}
        assert actions.counts(call, [NORTH, SOUTH]) == {NORTH: 2, SOUTH: 0}


def test_group_is_saved_and_deleted(world: World) -> None:
    """Whoever comes too late is told so."""
    add(world)
    with world.writing() as call:
        saved = [actions.save(call, BRANCH, {"name": name}) for name in ("East", "West")]
        deleted = [actions.delete(call, NORTH), actions.delete(call, NORTH)]

    assert (saved, deleted) == ([True, False], [True, False])
