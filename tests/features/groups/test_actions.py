from uuid import UUID

from doorward.features.groups import actions
from doorward.features.groups.model import Group, GroupRow, GroupShown, GroupsListed, ListGroups, ViewGroup
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
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


def test_list_counts_the_members(world: World) -> None:
    """Each group with how many accounts are in it; a list page leaves no entry (AUDIT-1)."""
    add(world)
    empty = Group(SOUTH, "South", "", None, NOON, 1)
    with world.writing() as call:
        actions.add(call, empty)

    assert world.run(actions.list_groups, ListGroups()) == GroupsListed((GroupRow(BRANCH, 2), GroupRow(empty, 0)), None)
    assert world.run(actions.list_groups, ListGroups("sou")) == GroupsListed((GroupRow(empty, 0),), None)
    assert world.entries() == []


def test_list_goes_on_after_a_group(world: World) -> None:
    """The last page names none; a group that is gone cannot be gone on from."""
    add(world)
    empty = Group(SOUTH, "South", "", None, NOON, 1)
    with world.writing() as call:
        actions.add(call, empty)

    assert world.run(actions.list_groups, ListGroups(limit=1)) == GroupsListed((GroupRow(BRANCH, 2),), NORTH)
    assert world.run(actions.list_groups, ListGroups(limit=1, after=NORTH)) == GroupsListed((GroupRow(empty, 0),), None)
    gone = GroupId(UUID(int=99))
    assert world.run(actions.list_groups, ListGroups(after=gone)) == Refused("list.cursor")


def test_group_is_read(world: World) -> None:
    """One that is not there is refused."""
    add(world)

    assert world.run(actions.view_group, ViewGroup(NORTH)) == GroupShown(GroupRow(BRANCH, 2))
    assert world.run(actions.view_group, ViewGroup(SOUTH)) == Refused("groups.not_found")


def test_groups_are_listed_for_whoever_reads_users(world: World) -> None:
    """And for nobody else (RIGHT-1)."""
    helper, nobody = world.add_operator("helper", "help-desk"), world.add_operator("nobody")

    assert world.run(actions.list_groups, ListGroups(), helper) == GroupsListed((), None)
    refused = world.run(actions.list_groups, ListGroups(), nobody)
    assert isinstance(refused, Refused)
    assert refused.code == "rights.missing"


def test_group_is_named_by_id_or_name(world: World) -> None:
    """Whichever is at hand; a name that looks like an id is a name where no group has the id."""
    add(world)
    odd = Group(SOUTH, str(UUID(int=98)), "", None, NOON, 1)
    with world.writing() as call:
        actions.add(call, odd)
        found = [actions.named(call, text) for text in (str(NORTH), "NORTH", str(UUID(int=98)), "South", "")]

    assert found == [BRANCH, BRANCH, odd, None, None]
