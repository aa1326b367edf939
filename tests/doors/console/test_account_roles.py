import pytest

from doorward.features.rights.actions.granting import grant_role, show_roles_of
from doorward.features.rights.actions.group_roles import grant_role_to_group
from doorward.features.rights.model.acts.granting import GrantRole, GrantRoleToGroup, RolesOf, ShowRolesOf, Wanted
from doorward.features.rights.model.facts import Effect
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.console.test_groups import made
from tests.doors.console.visiting import Site
from tests.features.rights.giving import give, group, hold, scoped

GIVE = {"role": "auditor", "over": "", "effect": "allow", "reason": "moved"}


def address(account: AccountId) -> str:
    """Give the address of an account's page."""
    return f"/console/users/{account}"


def held_by(site: Site, account: AccountId) -> list[tuple[str, str, str]]:
    """Give what an account holds itself."""
    found = site.world.run(show_roles_of, ShowRolesOf(account))
    assert isinstance(found, RolesOf)
    return sorted((one.role, one.effect.value, str(one.scope)) for one in found.assignments if one.through is None)


def test_a_role_is_given_over_everything_and_over_a_group(site: Site) -> None:
    """Allowed or denied; what is held already changes nothing."""
    bram, olga = site.world.add("bram"), site.operator()
    north = made(site)
    form = olga.get(f"{address(bram)}?tab=roles").page.form(f"{address(bram)}/roles/add")
    shown = [olga.post(f"{address(bram)}/roles/add", GIVE | {"over": over}).to for over in ("", str(north), "")]
    olga.post(f"{address(bram)}/roles/add", GIVE | {"over": str(north), "effect": "deny"})

    assert form.names >= {"role", "over", "effect", "reason"}
    done = f"{address(bram)}?tab=roles&done="
    assert shown == [f"{done}role-granted", f"{done}role-granted", f"{done}unchanged"]
    assert held_by(site, bram) == [
        ("auditor", "allow", "everything"),
        ("auditor", "allow", f"group:{north}"),
        ("auditor", "deny", f"group:{north}"),
    ]


def test_one_assignment_is_taken_away_as_it_is_listed(site: Site) -> None:
    """Laid out with its consequence first; the same role over a group stays."""
    bram, olga = site.world.add("bram", "auditor"), site.operator()
    north = made(site)
    site.world.run(grant_role, GrantRole(bram, "auditor", over="Branch North"))
    query = "?tab=roles&stage=revoke-role&role=auditor&effect=allow&scope=everything"
    staged = olga.get(f"{address(bram)}{query}").page
    fields = staged.form(f"{address(bram)}/roles/remove").fields
    unreasoned = olga.post(f"{address(bram)}/roles/remove", fields)
    shown = olga.post(f"{address(bram)}/roles/remove", fields | {"reason": "moved"})

    assert "Take Auditor from Bram" in staged.text
    assert "staged-reason-error" in unreasoned.page.ids
    assert shown.to == f"{address(bram)}?tab=roles&done=role-revoked"
    assert held_by(site, bram) == [("auditor", "allow", f"group:{north}")]


def test_what_is_held_says_over_whom_and_through_what(site: Site) -> None:
    """And each right where it comes from; what a group gives is taken from the group."""
    bram = site.world.add("bram")
    made(site, "Branch North")
    desk = made(site, "Service desk", bram)
    site.world.run(grant_role, GrantRole(bram, "help-desk", over="Branch North"))
    site.world.run(grant_role_to_group, GrantRoleToGroup(desk, Wanted("auditor", Effect.DENY)))
    page = site.operator().get(f"{address(bram)}?tab=roles").page

    assert page.ids["held-1"].startswith("Help deskBranch NorthAllowedDirectly Take away")
    assert page.ids["held-2"].startswith("AuditorEverythingDeniedService desk Given by the group")
    assert "users:unlockBranch NorthHelp desk" in page.ids["effective"]
    assert (
        "users:readBranch NorthHelp desk users:readNot EverythingDenied by Auditor, through Service desk"
        in page.ids["effective"]
    )


@pytest.mark.parametrize(
    ("form", "fields", "status", "words"),
    [
        ("add", GIVE | {"role": "emperor"}, 422, "There is no role named “emperor”."),
        ("add", GIVE | {"reason": ""}, 422, "A reason has 1 to 500 characters"),
        ("add", {"role": "auditor"}, 422, "A reason has 1 to 500 characters"),
        ("add", GIVE | {"over": "nowhere"}, 404, "There is no such group"),
        (
            "remove",
            {"role": "emperor", "scope": "everything", "reason": "moved"},
            422,
            "There is no role named “emperor”.",
        ),
        ("remove", {"role": "auditor", "scope": "nowhere", "reason": "moved"}, 404, "There is no such group"),
        ("remove", {"role": "auditor", "scope": "everything"}, 422, "A reason has 1 to 500 characters"),
    ],
)
def test_what_cannot_be_is_told(site: Site, form: str, fields: dict[str, str], status: int, words: str) -> None:
    """And nothing is given or taken."""
    bram = site.world.add("bram", "auditor")
    shown = site.operator().post(f"{address(bram)}/roles/{form}", fields)

    assert (shown.status, words in shown.page.text) == (status, True)
    assert held_by(site, bram) == [("auditor", "allow", "everything")]


def test_an_operator_without_a_factor_gives_no_roles(site: Site) -> None:
    """The act asks for a session that the second factor opened (KEY-7)."""
    bram, olga = site.world.add("bram"), site.world.add("olga", "administrator")
    site.world.add("piet", "administrator", factors=1)
    site.world.run(exclude_account, ExcludeAccount(olga, "a test"))
    shown = site.signed_in(olga, OpenedWith.PASSWORD).post(f"{address(bram)}/roles/add", GIVE)

    assert (shown.status, held_by(site, bram)) == (403, [])


@pytest.mark.parametrize("form", ["add", "remove"])
def test_nobody_is_given_nothing(site: Site, form: str) -> None:
    """An account that is not there, and an address that is none."""
    olga = site.operator()

    assert olga.post(f"/console/users/nobody/roles/{form}", GIVE | {"scope": "everything"}).status == 404
    assert olga.post(f"{address(site.world.add('x'))}0/roles/{form}", GIVE | {"scope": "everything"}).status == 404


@pytest.mark.parametrize("own", [True, False], ids=["one's own", "from below"])
def test_roles_that_cannot_be_given_are_greyed(site: Site, own: bool) -> None:
    """Neither to oneself, nor by somebody who may give none."""
    olga = site.world.add("olga", "administrator" if own else "help-desk", factors=1)
    account = olga if own else site.world.add("bram", "auditor")
    page = site.signed_in(olga).get(f"{address(account)}?tab=roles").page

    reason = "Nobody does this to their own account." if own else "You do not have the right that this takes"
    assert page.greyed["Give a role"].startswith(reason)
    assert [one.action for one in page.forms if "/roles/" in one.action] == []
    assert ("Who can …?" in page.text) is own


def test_who_can_is_a_list_of_people(site: Site) -> None:
    """With the role of each, over whom and through which group (RIGHT-7)."""
    bram = site.world.add("bram")
    made(site, "Branch North", bram)
    desk = made(site, "Night", site.world.add("dora", factors=1))
    site.world.run(grant_role_to_group, GrantRoleToGroup(desk, Wanted("help-desk", groups=("Branch North",))))
    olga = site.operator()
    page = olga.get(f"{address(bram)}?tab=roles&who=unlock").page

    assert page.items["who-may"] == [
        "dora: Help desk, through Night over Branch North", "olga: Administrator",
    ]  # fmt: skip
    assert "There is no act “fly”" in olga.get(f"{address(bram)}?tab=roles&who=fly").page.text


def test_nobody_can_is_an_answer(site: Site) -> None:
    """To an auditor, on an account that nobody may change."""
    olga = site.operator("auditor")
    page = olga.get(f"{address(site.world.add('bram'))}?tab=roles&who=lock").page

    assert "Nobody can. It takes users:modify." in page.text


def test_why_not_goes_through_the_questions(site: Site) -> None:
    """The first no decides."""
    ada, olga = site.world.add("ada", "administrator", factors=1), site.operator()
    site.world.add("hank", "help-desk", factors=1)
    no = olga.get(f"{address(ada)}?tab=roles&actor=hank&why=unlock").page
    yes = olga.get(f"{address(site.world.add('bram'))}?tab=roles&actor=hank&why=unlock").page

    assert no.ids["verdict"].startswith("hank cannot.")
    assert "Does it hold all that this account holds?No it lacks " in no.ids["reasoning"]
    assert yes.ids["verdict"] == "hank can."


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("actor=nobody&why=unlock", "Nobody is called “nobody”."),
        ("actor=&why=unlock", "Say whose question it is"),
        ("actor=olga&why=fly", "There is no act “fly”"),
    ],
)
def test_a_question_without_sense_is_told(site: Site, query: str, words: str) -> None:
    """Beside the question."""
    bram = site.world.add("bram")

    assert words in site.operator().get(f"{address(bram)}?tab=roles&{query}").page.text


def test_a_branch_s_operator_gives_roles_over_the_branch(site: Site) -> None:
    """And reads nothing of other groups, or of people out of reach (RIGHT-3)."""
    bram = site.world.add("bram")
    made(site, "Branch North", bram)
    made(site, "Board", bram)
    olga = site.world.add("olga", factors=1)
    site.world.add("zoe", "auditor", factors=1)
    for role in ("super-user", "help-desk"):
        site.world.run(grant_role, GrantRole(olga, role, over="Branch North"))
    browser = site.signed_in(olga)
    page = browser.get(f"{address(bram)}?tab=roles").page
    groups = browser.get(f"{address(bram)}?tab=groups").page
    unknown = browser.get(f"{address(bram)}?tab=roles&actor=zoe&why=unlock").page
    north = page.form(f"{address(bram)}/roles/add")

    assert "The members of Branch North" in page.text
    assert "Board" not in page.text + groups.text
    assert "Nobody is called “zoe”." in unknown.text
    assert "role" in north.names
    assert browser.post(f"{address(bram)}/roles/add", GIVE | {"role": "help-desk"}).status == 403


def test_a_group_outside_the_readers_scope_is_not_named(site: Site) -> None:
    """The page says that there is one; neither its name nor its id is in it (RIGHT-3)."""
    helper = site.world.add("helper", factors=1)
    north, south = group(site.world, "North", helper), group(site.world, "Secret South", helper)
    hold(site.world, helper, "help-desk", over=south)
    give(site.world, south, "auditor")
    browser = site.signed_in(scoped(site.world, "ann", north, "users:read", "user-permissions:read").account)
    shown = browser.get(f"{address(helper)}?tab=roles")

    assert shown.page.text.count("A group outside your scope") >= 2
    assert "Secret" not in shown.html
    assert str(south) not in shown.html
