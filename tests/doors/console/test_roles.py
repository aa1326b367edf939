import pytest

from doorward.features.rights.actions.granting import grant_role
from doorward.features.rights.actions.roles import add_role, list_roles
from doorward.features.rights.model.acts.granting import GrantRole
from doorward.features.rights.model.acts.roles import AddRole, ListRoles, RoleAdded, RolesListed
from doorward.features.rights.model.facts import Role
from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence
from tests.doors.console.visiting import Site

ROLES = "/console/roles"
NEW = {"name": "night-desk", "title": "Night desk", "right": ["users:read", "users:unlock"], "reason": "nights"}


def own(site: Site) -> list[Role]:
    """Give the roles of one's own."""
    listed = site.world.run(list_roles, ListRoles())
    assert isinstance(listed, RolesListed)
    return [role for role in listed.roles if role.version > 0]


def made(site: Site, *, reaches_higher: bool = False) -> Role:
    """Make a role as the server's owner."""
    role = Role("night-desk", "Night desk", frozenset({"users:read"}), reaches_higher)
    added = site.world.run(add_role, AddRole(role))
    assert isinstance(added, RoleAdded)
    return added.role


def test_roles_are_a_table_of_rights(site: Site) -> None:
    """Every right and every role; the shipped ones stay as they are, and each says how many hold it."""
    made(site)
    site.world.run(grant_role, GrantRole(site.world.add("bram"), "night-desk"))
    page = site.operator().get(ROLES).page

    assert "user-permissions:modify-object-acls" in page.text
    assert "Shipped" in page.ids["role-administrator"]
    assert "held by 1 account" in page.ids["role-administrator"]
    assert "A role of your own. 1 right · night-desk · held by 1 account" in page.ids["role-night-desk"]
    assert f"{ROLES}?stage=edit&role=night-desk" in page.links


def test_a_role_is_added(site: Site) -> None:
    """With the rights that were ticked."""
    olga = site.operator()
    form = olga.get(f"{ROLES}?stage=add").page.form(ROLES)
    shown = olga.post(ROLES, NEW | {"reaches_higher": ""})

    assert form.names >= {"name", "title", "right", "reason"}
    assert shown.to == f"{ROLES}?done=role-added"
    assert own(site) == [Role("night-desk", "Night desk", frozenset({"users:read", "users:unlock"}), version=1)]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": "Night Desk"}, "f-name-error"),
        ({"name": "auditor"}, "f-name-error"),
        ({"name": "held"}, "f-name-error"),
        ({"title": " "}, "f-title-error"),
        ({"reason": ""}, "staged-reason-error"),
        ({"right": ["users:fly"]}, "refusal"),
        ({"reaches_higher": "1"}, "refusal"),
    ],
)
def test_a_role_that_cannot_be_is_told_at_its_field(site: Site, fields: dict[str, object], where: str) -> None:
    """With what was typed still there."""
    site.world.run(add_role, AddRole(Role("held", "Held", frozenset())))
    shown = site.operator().post(ROLES, NEW | fields)

    assert where in shown.page.ids
    assert shown.page.form(ROLES).fields["name"] == (NEW | fields)["name"]
    assert [role.name for role in own(site)] == ["held"]


def test_a_role_is_edited_under_its_version(site: Site) -> None:
    """The slower of two editors is told; the form says all of it."""
    made(site)
    olga, address = site.operator(), f"{ROLES}/night-desk/edit"
    staged = olga.get(f"{ROLES}?stage=edit&role=night-desk").page.form(address)
    fields = staged.fields | {"reason": "asked", "right": ["users:read", "users:unlock"]}
    first = olga.post(address, fields | {"title": "Late desk"})
    second = olga.post(address, fields | {"title": "Early desk"})
    same = olga.post(address, fields | {"title": "Late desk", "version": "2"})

    assert (staged.fields["title"], staged.fields["version"]) == ("Night desk", "1")
    assert (first.to, same.to) == (f"{ROLES}?done=role-saved", f"{ROLES}?done=unchanged")
    assert second.told == (409, second.page.refusal)
    assert own(site) == [Role("night-desk", "Late desk", frozenset({"users:read", "users:unlock"}), version=2)]


def test_a_role_that_nobody_holds_is_deleted(site: Site) -> None:
    """One that somebody holds says so, on the page and to the form."""
    made(site)
    bram, olga = site.world.add("bram"), site.operator()
    site.world.run(grant_role, GrantRole(bram, "night-desk"))
    staged = olga.get(f"{ROLES}?stage=delete&role=night-desk").page
    refused = olga.post(f"{ROLES}/night-desk/delete", {"reason": "closed"})
    site.world.run(add_role, AddRole(Role("free", "Free", frozenset())))
    form = olga.get(f"{ROLES}?stage=delete&role=free").page.form(f"{ROLES}/free/delete")
    deleted = olga.post(f"{ROLES}/free/delete", form.fields | {"reason": "closed"})

    assert "1 account and 0 groups hold it" in staged.text
    assert refused.told == (409, refused.page.refusal)
    assert (deleted.to, [role.name for role in own(site)]) == (f"{ROLES}?done=role-deleted", ["night-desk"])


def test_who_may_make_no_role_is_told_why(site: Site) -> None:
    """The button is greyed, the form is not there, and the act refuses."""
    made(site)
    browser = site.operator("auditor")
    page = browser.get(f"{ROLES}?stage=add").page
    refused = browser.post(ROLES, NEW)

    assert page.greyed["Add a role"].startswith("You do not have the right that this takes")
    assert "You do not have the right that this takes" in page.ids["role-night-desk"]
    assert ROLES not in [form.action for form in page.forms]
    assert refused.told == (403, refused.page.refusal)


def test_a_role_of_more_than_one_holds_stays(site: Site) -> None:
    """A super user neither ticks rights that they lack nor edits a role that reaches higher (RIGHT-4)."""
    made(site, reaches_higher=True)
    browser = site.operator("super-user")
    page = browser.get(f"{ROLES}?stage=add").page

    assert page.ids["right-system-modify-hint"] == "You do not hold it yourself"
    assert "right-users-read-hint" not in page.ids
    assert "by a role that acts on accounts with more rights" in page.ids["role-night-desk"]
    assert f"{ROLES}/night-desk/edit" not in [
        form.action for form in browser.get(f"{ROLES}?stage=edit&role=night-desk").page.forms
    ]


@pytest.mark.parametrize("role", ["administrator", "super-user"])
def test_the_box_of_a_role_that_reaches_higher_is_greyed_with_its_reason(site: Site, role: str) -> None:
    """The same decision that refuses the act says why, also to an administrator (RIGHT-4, RIGHT-7)."""
    browser = site.operator(role)
    page = browser.get(f"{ROLES}?stage=add").page
    refused = browser.post(ROLES, NEW | {"reaches_higher": "1"})

    assert "reaches_higher" not in page.form(ROLES).names
    assert page.ids["f-reaches_higher-hint"] == sentence(Refused("rights.reaches_higher"))
    assert refused.page.refusal.startswith(page.ids["f-reaches_higher-hint"])
    assert own(site) == []


def test_whoever_holds_a_role_that_reaches_higher_may_make_another(site: Site) -> None:
    """The box is open then, and what it says is done."""
    site.world.run(add_role, AddRole(Role("chief", "Chief", ALL_RIGHTS, reaches_higher=True)))
    account = site.world.add("olga", "administrator", factors=1)
    site.world.run(grant_role, GrantRole(account, "chief"))
    olga = site.signed_in(account)
    form = olga.get(f"{ROLES}?stage=add").page.form(ROLES)
    shown = olga.post(ROLES, NEW | {"reaches_higher": "1"})

    assert "reaches_higher" in form.names
    assert shown.to == f"{ROLES}?done=role-added"
    assert [(role.name, role.reaches_higher) for role in own(site)] == [("chief", True), ("night-desk", True)]
