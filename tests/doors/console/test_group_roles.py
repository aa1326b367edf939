import pytest

from doorward.features.administration.actions.grouping import add_member
from doorward.features.groups.model import AddMember
from doorward.features.rights.actions.group_roles import grant_role_to_group, show_roles_of_group
from doorward.features.rights.model.acts.granting import GrantRoleToGroup, RolesOf, ShowRolesOfGroup, Wanted
from doorward.kernel.ids import GroupId
from tests.doors.console.test_groups import GROUPS, made
from tests.doors.console.visiting import Site

GIVE = {"role": "help-desk", "over": "", "effect": "allow", "reason": "opened"}
TAKE = {"role": "help-desk", "scope": "everything", "effect": "allow", "reason": "closed"}


def given(site: Site, group: GroupId) -> list[tuple[str, str, str]]:
    """Say what a group gives its members."""
    found = site.world.run(show_roles_of_group, ShowRolesOfGroup(group))
    assert isinstance(found, RolesOf)
    return [(one.role, one.effect.value, str(one.scope)) for one in found.assignments]


def test_a_group_is_given_roles_and_loses_one(site: Site) -> None:
    """Its page says that each member is granted them."""
    group, north = made(site, "Service desk", site.world.add("bram")), made(site, "North")
    olga, own = site.operator(), f"{GROUPS}/{group}"
    page = olga.get(own).page
    shown = [olga.post(f"{own}/roles/add", GIVE | {"over": over}).to for over in ("", str(north), "")]
    query = "?stage=revoke-role&role=help-desk&effect=allow&scope=everything"
    staged = olga.get(f"{own}{query}").page.form(f"{own}/roles/remove")
    taken = [olga.post(f"{own}/roles/remove", staged.fields | {"reason": "closed"}).to for _ in range(2)]

    assert (
        "This grants the role to every member of Service desk, 1 user now, and to whoever joins it later." in page.text
    )
    assert page.form(f"{own}/roles/add").names == {"role", "over", "effect", "reason"}
    assert shown == [f"{own}?done=group-role-granted", f"{own}?done=group-role-granted", f"{own}?done=unchanged"]
    assert taken == [f"{own}?done=group-role-revoked", f"{own}?done=unchanged"]
    assert given(site, group) == [("help-desk", "allow", f"group:{north}")]
    olga.post(f"{own}/roles/remove", TAKE | {"scope": f"group:{north}"})
    assert given(site, group) == []


@pytest.mark.parametrize(
    ("form", "fields", "status"),
    [
        ("add", GIVE | {"role": "king"}, 422),
        ("add", GIVE | {"over": "nowhere"}, 404),
        ("add", GIVE | {"reason": ""}, 422),
        ("remove", TAKE | {"role": "king"}, 422),
        ("remove", TAKE | {"scope": "nowhere"}, 404),
        ("remove", TAKE | {"reason": ""}, 422),
    ],
)
def test_what_cannot_be_is_told(site: Site, form: str, fields: dict[str, str], status: int) -> None:
    """And the group gives what it gave."""
    group = made(site)
    site.world.run(grant_role_to_group, GrantRoleToGroup(group, Wanted("help-desk")))
    shown = site.operator().post(f"{GROUPS}/{group}/roles/{form}", fields)

    assert shown.status == status
    assert given(site, group) == [("help-desk", "allow", "everything")]
    assert site.operator(name="piet").post(f"{GROUPS}/nowhere/roles/{form}", fields).status == 404


def test_one_s_own_group_is_greyed(site: Site) -> None:
    """Nobody gives themselves roles by way of a group (RIGHT-4)."""
    group = made(site)
    site.world.run(grant_role_to_group, GrantRoleToGroup(group, Wanted("help-desk")))
    olga = site.world.add("olga", "administrator", factors=1)
    site.world.run(add_member, AddMember(olga, group))
    page = site.signed_in(olga).get(f"{GROUPS}/{group}").page

    assert page.greyed["Take away"] == "Nobody does this to their own account. Ask another operator."
    assert page.greyed["Give a role to its members"] == page.greyed["Take away"]


def test_who_may_not_see_roles_sees_none(site: Site) -> None:
    """The help desk reads who is in a group, and no more."""
    page = site.operator("help-desk").get(f"{GROUPS}/{made(site)}").page

    assert "Roles of its members" not in page.text
