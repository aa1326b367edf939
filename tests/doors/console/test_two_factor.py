import pytest

from doorward.features.policy.actions import two_factor
from doorward.features.policy.model import TwoFactorSettings
from doorward.features.rights.rules.roles import SHIPPED
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import AllowSetUp, ExcludeAccount
from doorward.features.sessions.model import OpenedWith
from tests.doors.console.standings import excluded, on_the_allowlist
from tests.doors.console.visiting import Shown, Site
from tests.features.rights.giving import own_role
from tests.features.signin.walking import allow

HERE = "/console/two-factor"


def settings(site: Site) -> TwoFactorSettings:
    """Read the settings that are in force."""
    with site.world.reading() as call:
        return two_factor(call)


def saved(site: Site, **changes: str) -> Shown:
    """Change some settings in the form as it stands, and send it."""
    olga = site.operator()
    form = olga.get(HERE).page.form(HERE)
    return olga.post(HERE, form.fields | {"reason": "audit finding 7"} | changes)


def test_the_form_says_what_is_in_force(site: Site) -> None:
    """And sent as it is, it changes nothing."""
    assert saved(site).to == f"{HERE}?done=unchanged"
    assert settings(site) == TwoFactorSettings()


def test_settings_are_changed(site: Site) -> None:
    """A text and two numbers; the page says whom a new issuer name concerns (KEY-11)."""
    shown = saved(site, issuer="Example AG", allowlist_hours_after_reset="24", allowlist_days_for_new_account="7")
    page = site.operator(name="piet").get(HERE).page

    assert shown.to == f"{HERE}?done=saved"
    assert settings(site) == TwoFactorSettings("Example AG", True, 24, 7)
    assert "A change affects later set-ups only" in page.ids["s-issuer-hint"]


def test_new_accounts_may_set_up_or_not(site: Site) -> None:
    """A box that is not ticked is not sent, and is off (KEY-12)."""
    olga = site.operator()
    fields = olga.get(HERE).page.form(HERE).fields
    del fields["new_accounts_may_set_up"]
    olga.post(HERE, fields | {"reason": "each by hand"})

    assert settings(site).new_accounts_may_set_up is False


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("issuer", " "),
        ("issuer", "x" * 65),
        ("allowlist_hours_after_reset", "0"),
        ("allowlist_hours_after_reset", ""),
        ("allowlist_days_for_new_account", "366"),
        ("allowlist_days_for_new_account", "ten"),
    ],
)
def test_what_is_out_of_bounds_is_told_at_its_field(site: Site, field: str, typed: str) -> None:
    """As it was typed, and nothing is changed."""
    shown = saved(site, **{field: typed})

    assert shown.status == 422
    assert shown.page.ids[f"s-{field}-error"]
    assert settings(site) == TwoFactorSettings()


def test_a_reason_is_asked_for(site: Site) -> None:
    """At its field."""
    shown = saved(site, issuer="Example AG", reason=" ")

    assert "A reason has 1 to 500 characters" in shown.page.ids["two-factor-reason-error"]


def test_somebody_else_was_quicker(site: Site) -> None:
    """Their change is not overwritten unseen."""
    olga = site.operator()
    fields = olga.get(HERE).page.form(HERE).fields
    first = olga.post(HERE, fields | {"issuer": "One", "reason": "first"})
    second = olga.post(HERE, fields | {"issuer": "Two", "reason": "second"})

    assert (first.status, second.status) == (303, 409)
    assert settings(site).issuer == "One"


def test_an_auditor_reads_and_changes_nothing(site: Site) -> None:
    """Each act is greyed with its reason, and the form is refused."""
    on_the_allowlist(site)
    arno = site.operator("auditor")
    page = arno.get(f"{HERE}?stage=allow&query=b").page
    fields = {"issuer": "x", "allowlist_hours_after_reset": "9", "allowlist_days_for_new_account": "9", "version": "0"}
    refused = arno.post(HERE, fields | {"reason": "a test"})

    assert page.form(HERE).names == {"version"}
    assert "user-permissions:modify-object-acls" in page.greyed["Add to allowlist"]
    assert "user-permissions:modify-object-acls" in page.greyed["Exclude an account"]
    assert not [link for link in page.links if "stage=disallow" in link]
    assert "Remove Bram from allowlist: You do not have the right" in page.text
    assert refused.told[0] == 403
    assert settings(site) == TwoFactorSettings()


def test_whoever_signs_in_without_a_factor_adds_nobody(site: Site) -> None:
    """Both buttons are greyed, here and for the many (KEY-7)."""
    site.world.add("piet", "administrator", factors=1)
    olga = site.signed_in(site.world.add("olga", "administrator", excluded=True), OpenedWith.PASSWORD)
    page, many = olga.get(HERE).page, olga.get("/console/users/bulk?act=exclusion-additions&everyone=1").page

    assert {"Add to allowlist", "Exclude an account"} <= page.greyed.keys()
    assert [one.action for one in many.forms if one.action == "/console/users/bulk"] == []


@pytest.mark.parametrize(("stage", "words"), [("allow", "needs no entry"), ("exclude", "is excluded already")])
def test_whom_to_add_is_searched_for(site: Site, stage: str, words: str) -> None:
    """The search has an address; each that it finds leads to the question, or says why not."""
    bram, olga = site.world.add("bram"), site.operator()
    site.world.add("brad", factors=1, excluded=True)
    page = olga.get(f"{HERE}?stage={stage}&query=br").page
    nobody = olga.get(f"{HERE}?stage={stage}&query=nobody").page

    assert f"/console/users/{bram}?tab=two-factor&stage={stage}" in page.links
    assert words in page.text
    assert "Nobody is found by “nobody”." in nobody.text


def test_the_lists_of_the_second_factor_are_shown(site: Site) -> None:
    """Who may set one up, until when, who said so and why; who needs none."""
    on_the_allowlist(site)

    page = site.operator().get("/console/two-factor").page

    assert "cli:root" in page.text
    assert "brings a phone" in page.text
    assert "Nobody is excluded" in page.text


def test_exclusions_are_shown(site: Site) -> None:
    """With who excluded them and why."""
    excluded(site)

    page = site.operator().get("/console/two-factor").page

    assert "prints reports" in page.text
    assert any(link.endswith("?tab=two-factor&stage=include") for link in page.links)


def test_a_long_allowlist_goes_on(site: Site) -> None:
    """Page by page, and where a page begins cannot be made up."""
    for number in range(60):
        allow(site.world, site.world.add(f"person{number:02d}"))
    olga = site.operator()

    first = olga.get("/console/two-factor").page
    second = olga.get(next(link for link in first.links if "allowed_after=" in link)).page

    assert (first.text.count("brings a phone"), second.text.count("brings a phone")) == (50, 10)
    assert olga.get("/console/two-factor?allowed_after=x&excluded_after=%00").status == 200


def test_each_entry_is_greyed_by_the_decision_that_guards_its_act(site: Site) -> None:
    """Who may take others off the lists is led to no refusal about somebody higher (RIGHT-4, RIGHT-7)."""
    bram, grace = on_the_allowlist(site), site.world.add("grace", "administrator")
    site.world.run(allow_set_up, AllowSetUp(grace, "a new phone"))
    rita, printer = site.world.add("rita", "administrator"), site.world.add("printer")
    for one in (rita, printer):
        site.world.run(exclude_account, ExcludeAccount(one, "a test"))
    own_role(site.world, "keys", *SHIPPED["auditor"].rights, "user-permissions:modify-object-acls")

    page = site.operator("keys", name="kim").get(HERE).page

    staged = [link for link in page.links if "stage=disallow" in link or "stage=include" in link]
    assert staged == [
        f"/console/users/{bram}?tab=two-factor&stage=disallow",
        f"/console/users/{printer}?tab=two-factor&stage=include",
    ]
    assert "Remove Grace from allowlist: This account holds rights that you do not hold." in page.text
    assert "Lift the exclusion of Rita: This account holds rights that you do not hold." in page.text
