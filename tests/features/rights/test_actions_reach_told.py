"""What is told of groups, their members and their mail to whoever reaches some people only (RIGHT-3)."""

from collections.abc import Callable

import pytest

from doorward.features.administration.actions import grouping
from doorward.features.audit import actions as audit
from doorward.features.audit.model import ExportFormat, Filter, ListEntries, ReadExport
from doorward.features.directory import actions as directory
from doorward.features.directory.model import ViewHistory, ViewOwnHistory
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AddMember, EditGroup, ListGroups, RemoveMember, ViewGroup
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind, ListMail, RetryMail
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId
from tests.features.rights.branches import Branches, two_branches
from tests.features.rights.giving import WHY, code, group
from tests.worlds import World


@pytest.fixture
def branches(world: World) -> Branches:
    """Two branches, Ann who looks after one, and Dan who is denied the other."""
    return two_branches(world)


def test_mail_to_people_out_of_reach_is_not_there(branches: Branches) -> None:
    """Neither listed nor tried again: Dan is denied everything over the south, its mail too."""
    world, mails = branches.world, {}
    for name, account in branches.people.items():
        with world.writing() as call:
            notices.tell(call, account, f"{name}@example.org", Kind.ACCOUNT_LOCKED, {})
    for mail in world.mails():
        mails[mail.account] = mail.id
    listed = world.run(notices.list_mail, ListMail(), branches.dan)
    tried = [world.run(notices.retry_mail, RetryMail(mails[one]), branches.dan) for one in branches.people.values()]

    assert {one.recipient for one in getattr(listed, "mails", ())} == {"nora@example.org", "uma@example.org"}
    assert list(map(code, tried)) == ["unchanged", "notices.not_found", "unchanged"]


def test_members_out_of_reach_are_not_counted(branches: Branches) -> None:
    """Sven is of the north as well, and Dan is denied the south that he is of."""
    world = branches.world
    with world.writing() as call:
        groups.add_member(call, branches.north, branches.people["sven"])
    counted = {}
    for by in (branches.ann, branches.dan):
        listed = world.run(groups.list_groups, ListGroups(), by)
        viewed = world.run(groups.view_group, ViewGroup(branches.north), by)
        rows = (*getattr(listed, "groups", ()), getattr(viewed, "row", None))
        counted[by] = [getattr(one, "members", None) for one in rows]

    assert counted == {branches.ann: [2, 2], branches.dan: [1, 1]}


def test_a_cursor_tells_nothing_of_groups_out_of_reach(branches: Branches) -> None:
    """One that names such a group is that of no page."""
    world, nobody = branches.world, GroupId(branches.people["nora"])
    asked = [world.run(groups.list_groups, ListGroups(after=one), branches.ann) for one in (branches.south, nobody)]

    assert list(map(code, asked)) == ["list.cursor", "list.cursor"]


def told(page: object) -> list[object]:
    """List the groups that the entries of a page name, in no order: all are of one instant."""
    found = [one.details["group"] for one in getattr(page, "entries", ()) if "group" in one.details]
    return sorted(found, key=str)


TOLD: dict[str, Callable[[World, AccountId, Bearer], object]] = {
    "history": lambda world, one, by: world.run(directory.view_history, ViewHistory(one), by),
    "trail": lambda world, one, by: world.run(audit.list_entries, ListEntries(Filter(account=one)), by),
}


@pytest.mark.parametrize("shown", TOLD)
def test_no_entry_names_a_group_out_of_reach(branches: Branches, shown: str) -> None:
    """Whatever was recorded, and by whom; whoever reaches everybody is told all of it."""
    world, nora = branches.world, branches.people["nora"]
    merger = group(world, "Merger (secret)")
    for to in (merger, branches.south, branches.north):
        world.run(grouping.remove_member, RemoveMember(nora, to, WHY))
        world.run(grouping.add_member, AddMember(nora, to, WHY))
    ada = world.add_operator("ada", "administrator")

    assert told(TOLD[shown](world, nora, branches.ann)) == [*[None] * 4, *["North"] * 2]
    assert told(TOLD[shown](world, nora, ada)) == [*["Merger (secret)"] * 2, *["North"] * 2, *["South"] * 2]


def test_a_denied_group_is_named_in_no_entry(branches: Branches) -> None:
    """Nor in what is about nobody: Dan is told that a group was edited, and not which."""
    world, uma = branches.world, branches.people["uma"]
    for to in (branches.north, branches.south):
        world.run(grouping.edit_group, EditGroup(to, None, None, "for a while", WHY))
    merger = group(world, "Merger (open)")
    world.run(grouping.add_member, AddMember(uma, merger, WHY))
    page = world.run(audit.list_entries, ListEntries(Filter(act="groups")), branches.dan)

    assert told(page) == ["Merger (open)", None, "North"]  # sorted as "None" is


def test_an_export_names_no_group_out_of_reach(branches: Branches) -> None:
    """A part of a file is read as a page is."""
    world, nora = branches.world, branches.people["nora"]
    world.run(grouping.add_member, AddMember(nora, group(world, "Merger (secret)"), WHY))
    part = world.run(audit.read_export, ReadExport(Filter(account=nora), ExportFormat.JSON_LINES), branches.ann)

    assert '"group":null' in getattr(part, "text", "").replace(" ", "")
    assert "Merger" not in getattr(part, "text", "")


def test_ones_own_history_names_every_group(branches: Branches) -> None:
    """It is about oneself, as the groups on one's own page are."""
    world, vera = branches.world, branches.world.add("vera", factors=1)
    world.run(grouping.add_member, AddMember(vera, group(world, "Merger"), WHY))
    shown = world.run(directory.view_own_history, ViewOwnHistory(), world.sign_in(vera))

    assert [one.entry.details.get("group") for one in getattr(shown, "entries", ())] == ["Merger"]
