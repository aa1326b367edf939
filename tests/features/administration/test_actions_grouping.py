import threading
from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.grouping import (
    add_group,
    add_member,
    delete_group,
    edit_group,
    remove_member,
)
from doorward.features.groups import actions as groups
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    DeleteGroup,
    EditGroup,
    Group,
    GroupAdded,
    GroupDeleted,
    GroupEdited,
    GroupUnchanged,
    MemberAdded,
    MemberRemoved,
    MembersUnchanged,
    RemoveMember,
)
from doorward.kernel.act import Action, Bearer, Caller
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, OWNER, World

NOWHERE = GroupId(UUID(int=99))


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, who is in no group."""
    return world.add("bram")


@pytest.fixture
def north(world: World) -> GroupId:
    """Add a group that nobody is in."""
    return made(world, "North")


def made(world: World, name: str, caller: Caller = OWNER) -> GroupId:
    """Add a group."""
    outcome = world.run(add_group, AddGroup(name), caller)
    assert isinstance(outcome, GroupAdded)
    return outcome.group


def loaded(world: World, group: GroupId) -> Group | None:
    """Load a group."""
    with world.reading() as call:
        return groups.load(call, group)


def groups_of(world: World, account: AccountId) -> frozenset[GroupId]:
    """Say which groups an account is in."""
    with world.reading() as call:
        return groups.groups_of(call, account)


def code_of(outcome: object) -> str:
    """Give the code of a refusal."""
    assert isinstance(outcome, Refused)
    return outcome.code


def test_group_is_added_empty(world: World, grace: Bearer) -> None:
    """With its name trimmed; the entry names it, its reason and nobody as target."""
    outcome = world.run(add_group, AddGroup(" Branch North ", " Harbour Street ", "opened today"), grace)

    assert isinstance(outcome, GroupAdded)
    assert loaded(world, outcome.group) == Group(outcome.group, "Branch North", "Harbour Street", None, NOON, 1)
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id, entry.reason, entry.details) == (
        "groups.added", "done", "grace", None, "opened today", {"group": "Branch North"},
    )  # fmt: skip


@pytest.mark.usefixtures("north")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (AddGroup("NORTH"), "groups.name_taken"),
        (AddGroup(""), "groups.name_malformed"),
        (AddGroup("East", "a\nb"), "groups.description_malformed"),
        (AddGroup("East", "", "a\nb"), "request.reason"),
    ],
)
def test_group_that_cannot_be_added(world: World, grace: Bearer, command: AddGroup, code: str) -> None:
    """A refusal leaves an entry and no group."""
    assert code_of(world.run(add_group, command, grace)) == code
    assert (world.entries()[-1].act, world.entries()[-1].code) == ("groups.added", code)


def test_group_is_edited(world: World, grace: Bearer, north: GroupId) -> None:
    """The entry says what it was and what it is."""
    outcome = world.run(edit_group, EditGroup(north, 1, "Nord", reason="in German"), grace)

    assert outcome == GroupEdited(2, ("name",))
    assert loaded(world, north) == Group(north, "Nord", "", None, NOON, 2)
    entry = world.entries()[-1]
    assert (entry.act, entry.reason, entry.details) == (
        "groups.edited", "in German", {"group": "North", "name": "North → Nord"},
    )  # fmt: skip


def test_edit_that_changes_nothing(world: World, grace: Bearer, north: GroupId) -> None:
    """Makes no version, and is recorded as unchanged."""
    assert world.run(edit_group, EditGroup(north, 1, "North", ""), grace) == GroupUnchanged()
    assert (loaded(world, north), world.entries()[-1].outcome) == (
        Group(north, "North", "", None, NOON, 1),
        "unchanged",
    )


def test_own_name_in_another_spelling_is_free(world: World, grace: Bearer, north: GroupId) -> None:
    """Only another group's name is taken."""
    made(world, "South")

    assert world.run(edit_group, EditGroup(north, 1, "NORTH"), grace) == GroupEdited(2, ("name",))
    assert code_of(world.run(edit_group, EditGroup(north, 2, "south"), grace)) == "groups.name_taken"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (EditGroup(NOWHERE, 1, "East"), "groups.not_found"),
        (EditGroup(NOWHERE, None, "East"), "groups.not_found"),
    ],
)
def test_edit_of_no_group(world: World, grace: Bearer, command: EditGroup, code: str) -> None:
    """Nothing is made in passing."""
    assert code_of(world.run(edit_group, command, grace)) == code


def test_editor_names_the_version_they_saw(world: World, grace: Bearer, north: GroupId) -> None:
    """The slower of two is told; the owner has seen none."""
    assert code_of(world.run(edit_group, EditGroup(north, None, "East"), grace)) == "groups.version_missing"
    assert code_of(world.run(edit_group, EditGroup(north, 2, "East"), grace)) == "groups.version_lost"
    assert world.run(edit_group, EditGroup(north, None, "East"), OWNER) == GroupEdited(2, ("name",))


def test_member_is_added_and_taken_out(world: World, grace: Bearer, bram: AccountId, north: GroupId) -> None:
    """Each is an entry in the account's own history."""
    added = world.run(add_member, AddMember(bram, north, "moved"), grace)
    inside = groups_of(world, bram)
    removed = world.run(remove_member, RemoveMember(bram, north, "moved again"), grace)

    assert (added, inside, removed) == (MemberAdded(), frozenset({north}), MemberRemoved())
    assert groups_of(world, bram) == frozenset()
    told = [(one.act, one.target_name, one.reason, one.details) for one in world.entries()[-2:]]
    assert told == [
        ("groups.member_added", "bram", "moved", {"group": "North"}),
        ("groups.member_removed", "bram", "moved again", {"group": "North"}),
    ]


def test_repeating_is_harmless(world: World, grace: Bearer, bram: AccountId, north: GroupId) -> None:
    """What is so already is told as unchanged."""
    outcomes = [
        world.run(remove_member, RemoveMember(bram, north), grace),
        world.run(add_member, AddMember(bram, north), grace),
        world.run(add_member, AddMember(bram, north), grace),
    ]

    assert outcomes == [MembersUnchanged(), MemberAdded(), MembersUnchanged()]


def test_external_account_is_in_a_group_too(world: World, grace: Bearer, north: GroupId) -> None:
    """A branch has customers."""
    carol = world.add("carol", kind=AccountKind.EXTERNAL)

    assert world.run(add_member, AddMember(carol, north), grace) == MemberAdded()


@pytest.mark.parametrize(("act", "command"), [(add_member, AddMember), (remove_member, RemoveMember)])
def test_who_may_not_change_a_membership(
    world: World, grace: Bearer, north: GroupId, act: Action[Any, Any], command: Any
) -> None:
    """Nobody their own, nobody that of whoever holds more, nobody without the right (LOCK-8, RIGHT-4)."""
    hugo, ivy = world.add_operator("hugo", "super-user"), world.add_operator("ivy", "help-desk")

    assert code_of(world.run(act, command(grace.account, north), grace)) == "rights.self"
    assert code_of(world.run(act, command(grace.account, north), hugo)) == "rights.higher_target"
    assert code_of(world.run(act, command(hugo.account, north), ivy)) == "rights.missing"
    assert [groups_of(world, one.account) for one in (grace, hugo)] == [frozenset(), frozenset()]


def test_membership_of_what_is_not_there(world: World, grace: Bearer, bram: AccountId, north: GroupId) -> None:
    """Neither group nor account is made in passing."""
    nobody = AccountId(UUID(int=98))

    assert code_of(world.run(add_member, AddMember(bram, NOWHERE), grace)) == "groups.not_found"
    assert code_of(world.run(remove_member, RemoveMember(bram, NOWHERE), grace)) == "groups.not_found"
    assert code_of(world.run(add_member, AddMember(nobody, north), grace)) == "accounts.not_found"
    assert code_of(world.run(remove_member, RemoveMember(nobody, north), grace)) == "accounts.not_found"


def test_empty_group_is_deleted(world: World, grace: Bearer, bram: AccountId, north: GroupId) -> None:
    """One that somebody is in stays: no membership ends without its own questions."""
    world.run(add_member, AddMember(bram, north), grace)
    refused = world.run(delete_group, DeleteGroup(north, "closed"), grace)
    world.run(remove_member, RemoveMember(bram, north), grace)
    deleted = world.run(delete_group, DeleteGroup(north, "closed"), grace)

    assert (refused, deleted, loaded(world, north)) == (Refused("groups.not_empty"), GroupDeleted(), None)
    entry = world.entries()[-1]
    assert (entry.act, entry.reason, entry.details) == ("groups.deleted", "closed", {"group": "North"})
    assert code_of(world.run(delete_group, DeleteGroup(north), grace)) == "groups.not_found"


def test_groups_are_changed_by_whoever_modifies_users(world: World, north: GroupId) -> None:
    """And by nobody else (RIGHT-1)."""
    ivy = world.add_operator("ivy", "help-desk")
    refused = [
        world.run(add_group, AddGroup("East"), ivy),
        world.run(edit_group, EditGroup(north, 1, "East"), ivy),
        world.run(delete_group, DeleteGroup(north), ivy),
    ]

    assert [code_of(one) for one in refused] == ["rights.missing"] * 3
    assert loaded(world, north) == Group(north, "North", "", None, NOON, 1)


def race(world: World, *acts: tuple[Action[Any, Any], Any]) -> list[Any]:
    """Run each act on a thread of its own, all at once; give the outcomes in their order."""
    together, outcomes = threading.Barrier(len(acts)), dict[int, Any]()

    def run(number: int) -> None:
        together.wait()
        outcomes[number] = world.run(*acts[number])

    racing = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    return [outcomes[number] for number in range(len(acts))]


def test_group_deleted_while_somebody_is_added(world: World, bram: AccountId) -> None:
    """Whoever is first wins, and no membership outlives its group."""
    for round_ in range(8):
        group = made(world, f"Branch {round_}")
        added, deleted = race(world, (add_member, AddMember(bram, group)), (delete_group, DeleteGroup(group)))

        assert (added, deleted) in [
            (MemberAdded(), Refused("groups.not_empty")), (Refused("groups.not_found"), GroupDeleted()),
        ]  # fmt: skip
        assert (group in groups_of(world, bram)) == (loaded(world, group) is not None)


def test_two_add_one_account_at_once(world: World, bram: AccountId, north: GroupId) -> None:
    """One has added it, the other found it there; two entries, one membership."""
    outcomes = race(world, *[(add_member, AddMember(bram, north))] * 2)

    assert sorted(one.status for one in outcomes) == ["done", "unchanged"]
    assert groups_of(world, bram) == {north}


def test_two_add_groups_of_one_name_at_once(world: World) -> None:
    """One has the name."""
    outcomes = race(world, (add_group, AddGroup("North")), (add_group, AddGroup("NORTH")))

    assert sorted(one.status for one in outcomes) == ["done", "refused"]


def test_two_edit_at_once(world: World, north: GroupId) -> None:
    """Both saw the first version: one is told that somebody was quicker."""
    outcomes = race(world, *[(edit_group, EditGroup(north, 1, name)) for name in ("East", "West")])

    assert sorted(one.status for one in outcomes) == ["done", "refused"]
    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["groups.version_lost"]
