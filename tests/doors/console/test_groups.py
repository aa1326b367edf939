from typing import Any
from uuid import UUID

import pytest

from doorward.features.administration.actions.grouping import add_group, add_member
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AddGroup, AddMember, Group, GroupAdded
from doorward.kernel.ids import AccountId, GroupId
from tests.doors.console.visiting import Site
from tests.features.rights.giving import hold, own_role

GROUPS = "/console/groups"


def made(site: Site, name: str = "Branch North", *members: AccountId) -> GroupId:
    """Add a group of these accounts."""
    outcome = site.world.run(add_group, AddGroup(name, "Harbour Street"))
    assert isinstance(outcome, GroupAdded)
    for account in members:
        site.world.run(add_member, AddMember(account, outcome.group))
    return outcome.group


def loaded(site: Site, group: GroupId) -> Group | None:
    """Load a group."""
    with site.world.reading() as call:
        return groups.load(call, group)


def members(site: Site, group: GroupId) -> list[AccountId]:
    """Say who is in a group."""
    with site.world.reading() as call:
        return groups.member_ids(call, group, 100)


def test_groups_are_listed_with_their_members_counted(site: Site) -> None:
    """Each leads to its page, and its number to the people behind it."""
    north = made(site, "Branch North", site.world.add("bram"))
    made(site, "East")
    page = site.operator("help-desk").get(GROUPS).page

    assert page.ids[f"group-{north}"] == "Branch North1 user—Harbour Street"
    assert f"{GROUPS}/{north}" in page.links
    assert f"/console/users?group={north}" in page.links


@pytest.mark.parametrize(("query", "words"), [("", "No groups yet"), ("?query=zz", "No group matches")])
def test_an_empty_list_says_what_would_be_in_it(site: Site, query: str, words: str) -> None:
    """And leads to adding one, whoever may."""
    assert words in site.operator().get(f"{GROUPS}{query}").page.text


def test_a_list_goes_on(site: Site) -> None:
    """Page by page, each with an address that keeps the search."""
    for number in range(55):
        made(site, f"Branch {number:02d}")
    olga = site.operator()
    first = olga.get(f"{GROUPS}?query=branch")
    onward = next(link for link in first.page.links if "cursor=" in link)
    second = olga.get(onward)

    assert ("Branch 49" in first.page.text, "Branch 50" in first.page.text) == (True, False)
    assert "Branch 54" in second.page.text
    assert f"{GROUPS}?query=branch" in second.page.links
    assert olga.get(f"{GROUPS}?cursor={UUID(int=9)}").told == (400, "This list cannot be continued from there.")


def test_a_group_is_added(site: Site) -> None:
    """And is looked at next."""
    olga = site.operator()
    form = olga.get(f"{GROUPS}?stage=add").page.form(GROUPS)
    shown = olga.post(GROUPS, form.fields | {"name": "Branch North", "reason": "opened"})
    group = GroupId(UUID(shown.to.removeprefix(f"{GROUPS}/").removesuffix("?done=group-added")))

    assert loaded(site, group) == Group(group, "Branch North", "", None, site.world.clock.now(), 1)
    assert "The group is added." in olga.get(shown.to).page.text


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "branch NORTH"}, "f-name-error"),
        ({"name": "a;b"}, "f-name-error"),
        ({"name": "East", "description": "x" * 501}, "f-description-error"),
        ({"name": "East", "reason": ""}, "staged-reason-error"),
    ],
)
def test_a_group_that_cannot_be_is_told_at_its_field(site: Site, fields: dict[str, str], where: str) -> None:
    """With what was typed still there."""
    made(site)
    shown = site.operator().post(GROUPS, {"reason": "opened"} | fields)

    assert where in shown.page.ids
    assert shown.page.form(GROUPS).fields["name"] == fields["name"]


def test_a_group_is_edited_under_its_version(site: Site) -> None:
    """The slower of two editors is told."""
    group, olga = made(site), site.operator()
    address = f"{GROUPS}/{group}/edit"
    fields = olga.get(f"{GROUPS}/{group}?stage=edit").page.form(address).fields | {"reason": "moved"}
    first = olga.post(address, fields | {"name": "Branch East"})
    second = olga.post(address, fields | {"name": "Branch West"})
    same = olga.post(address, fields | {"name": "Branch East", "version": "2"})

    assert (first.to, same.to) == (f"{GROUPS}/{group}?done=group-saved", f"{GROUPS}/{group}?done=unchanged")
    assert second.told == (409, second.page.refusal)
    assert second.page.refusal.startswith("Somebody else has saved in between.")
    found = loaded(site, group)
    assert found is not None
    assert found.name == "Branch East"


def test_an_empty_group_is_deleted(site: Site) -> None:
    """One that somebody is in says so, on the page and to the form."""
    full, empty = made(site, "Full", site.world.add("bram")), made(site, "Empty")
    olga = site.operator()
    staged = olga.get(f"{GROUPS}/{full}?stage=delete").page
    refused = olga.post(f"{GROUPS}/{full}/delete", {"reason": "closed"})
    deleted = olga.post(f"{GROUPS}/{empty}/delete", {"reason": "closed"})

    assert "There is 1 user in this group." in staged.text
    assert refused.told == (409, refused.page.refusal)
    assert (deleted.to, loaded(site, empty)) == (f"{GROUPS}?done=group-deleted", None)


def test_people_are_looked_for_and_put_into_a_group(site: Site) -> None:
    """Whoever is in it already cannot be chosen."""
    bram, bruno = site.world.add("bram"), site.world.add("bruno")
    group, olga = made(site, "Branch North", bram), site.operator()
    address = f"{GROUPS}/{group}/members/add?add=br"
    found = olga.get(f"{GROUPS}/{group}?add=br").page
    shown = olga.post(address, {"account": [str(bruno)], "reason": "moved"})

    assert "In this group already" in found.ids[f"add-{bram}-hint"]
    assert "account" in found.form(address).names
    assert shown.to == f"{GROUPS}/{group}?done=members-added"
    assert set(members(site, group)) == {bram, bruno}
    assert olga.post(address, {"account": [str(bruno)], "reason": "moved"}).to.endswith("?done=unchanged")


def test_a_selection_is_taken_out(site: Site) -> None:
    """The others stay."""
    bram, carl = site.world.add("bram"), site.world.add("carl")
    group, olga = made(site, "Branch North", bram, carl), site.operator()
    shown = olga.post(f"{GROUPS}/{group}/members/remove", {"account": [str(bram)], "reason": "moved"})

    assert (shown.to, members(site, group)) == (f"{GROUPS}/{group}?done=members-removed", [carl])


def test_whoever_is_out_of_reach_is_left_out(site: Site) -> None:
    """And named with the reason; the others are done (RIGHT-4)."""
    admin, bram = site.world.add("admin", "administrator"), site.world.add("bram")
    group, hugo = made(site), site.operator("super-user")
    shown = hugo.post(f"{GROUPS}/{group}/members/add", {"account": [str(admin), str(bram)], "reason": "moved"})

    assert shown.status == 200
    assert "1 user was left out" in shown.page.ids["left-out"]
    assert "rights.higher_target" in shown.page.ids["left-out"]
    refused = next(one for one in site.world.entries() if one.outcome == "refused")
    assert f"Reference {refused.reference}" in shown.page.ids["left-out"]
    assert members(site, group) == [bram]


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_whoever_is_out_of_reach_is_not_named(site: Site, verb: str) -> None:
    """Their id is what the form said, and all that the answer says (RIGHT-3)."""
    ingrid, otto, olav = (site.world.add(name, factors=1) for name in ("ingrid", "otto", "olav"))
    group = made(site, "Branch North", ingrid)
    own_role(site.world, "branch-admin", "users:read", "users:modify")
    hold(site.world, olav, "branch-admin", over=group)
    browser = site.signed_in(olav)

    shown = browser.post(f"{GROUPS}/{group}/members/{verb}", {"account": [str(otto)], "reason": "moved"})

    assert str(otto) in shown.page.ids["left-out"]
    assert "otto" not in shown.page.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reason": "moved"}, (422, "No account is selected.")),
        ({"account": ["x"], "reason": "moved"}, (404, "There is no such account.")),
    ],
)
def test_a_selection_that_cannot_be(site: Site, fields: dict[str, Any], told: tuple[int, str]) -> None:
    """Nobody, or something that is no account."""
    shown = site.operator().post(f"{GROUPS}/{made(site)}/members/add", fields)

    assert (shown.status, shown.told[1].startswith(told[1])) == (told[0], True)


def test_a_membership_takes_a_reason(site: Site) -> None:
    """Told at its field, with whom was looked for still there."""
    bram, group = site.world.add("bram"), made(site)
    shown = site.operator().post(f"{GROUPS}/{group}/members/add?add=bram", {"account": [str(bram)], "reason": ""})

    assert shown.status == 422
    assert "add-reason-error" in shown.page.ids
    assert members(site, group) == []


@pytest.mark.parametrize("group", ["x", str(UUID(int=9))])
def test_a_group_that_is_not_there(site: Site, group: str) -> None:
    """Whatever is done to it."""
    olga = site.operator()
    shown = [
        olga.get(f"{GROUPS}/{group}"),
        *(olga.post(f"{GROUPS}/{group}/{act}", {"reason": "x"}) for act in ("edit", "delete")),
        olga.post(f"{GROUPS}/{group}/members/add", {"account": [str(UUID(int=8))], "reason": "x"}),
    ]

    assert [one.told for one in shown] == [(404, "There is no such group.")] * 4


def test_who_may_not_change_groups_reads_them(site: Site) -> None:
    """Every act is greyed with its reason, and the forms are refused."""
    group, ivy = made(site, "Branch North", site.world.add("bram")), site.operator("help-desk")
    listed, shown = ivy.get(f"{GROUPS}?stage=add").page, ivy.get(f"{GROUPS}/{group}?stage=edit&add=bram").page

    assert "users:modify" in listed.greyed["Add a group"]
    for act in ("Edit Branch North", "Delete Branch North", "Add members"):
        assert "users:modify" in shown.greyed[act]
    assert [form.action for form in (*listed.forms, *shown.forms) if form.action.endswith(("/edit", "/add"))] == []
    assert ivy.post(GROUPS, {"name": "East", "reason": "x"}).status == 403


def test_who_looks_after_one_branch_changes_no_group(site: Site) -> None:
    """The right over some people adds members, and edits or deletes no group: the buttons say what the acts do."""
    bram = site.world.add("bram")
    group = made(site, "Branch North", bram)
    own_role(site.world, "branch-desk", "users:read", "users:modify")
    lena = site.world.add("lena", factors=1)
    hold(site.world, lena, "branch-desk", over=group)
    browser = site.signed_in(lena)

    page = browser.get(f"{GROUPS}/{group}").page
    refused = browser.post(f"{GROUPS}/{group}/edit", {"name": "East", "version": "1", "reason": "x"})

    assert all("users:modify" in page.greyed[f"{act} Branch North"] for act in ("Edit", "Delete"))
    assert "Add members" not in page.greyed
    assert refused.status == 403


def test_the_search_for_users_filters_by_group(site: Site) -> None:
    """By its name in an address that somebody wrote, by its id from then on."""
    bram = site.world.add("bram")
    site.world.add("carl")
    group, olga = made(site, "Branch North", bram), site.operator()
    page = olga.get("/console/users?group=branch%20north").page

    assert [one for one in page.ids if one.startswith("user-")] == [f"user-{bram}"]
    assert page.form("/console/users").fields["group"] == str(group)
    assert olga.get("/console/users?group=nowhere").told == (404, "There is no such group.")
