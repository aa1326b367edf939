import pytest

from doorward.features.passwords.actions import import_breach_list
from doorward.features.passwords.model import ImportBreachList
from doorward.features.policy.actions import default_rules
from doorward.features.policy.model import PasswordRules
from tests.doors.console.visiting import Shown, Site

RULES = "/console/password-rules"


def rules(site: Site) -> PasswordRules:
    """Read the rules that are in force."""
    with site.world.reading() as call:
        return default_rules(call)


def saved(site: Site, **changes: str) -> Shown:
    """Change some settings in the form as it stands, and send it."""
    olga = site.operator()
    form = olga.get(RULES).page.form(RULES)
    return olga.post(RULES, form.fields | {"reason": "audit finding 7"} | changes)


def test_the_form_says_what_is_in_force(site: Site) -> None:
    """And sent as it is, it changes nothing."""
    shown = saved(site)

    assert shown.to == f"{RULES}?done=unchanged"
    assert rules(site) == PasswordRules()


def test_rules_are_changed(site: Site) -> None:
    """A number, a text, and a box."""
    shown = saved(site, failures_before_lock="3", lock_contact="extension 4200", show_locked_page_to_everybody="1")

    assert shown.to == f"{RULES}?done=saved"
    assert rules(site).failures_before_lock == 3
    assert rules(site).lock_contact == "extension 4200"
    assert rules(site).show_locked_page_to_everybody is True


def test_a_box_that_is_not_ticked_is_off(site: Site) -> None:
    """Browsers do not send it."""
    saved(site, show_locked_page_to_everybody="1")
    olga = site.signed_in(site.world.add("piet", "administrator", factors=1))
    fields = olga.get(RULES).page.form(RULES).fields
    del fields["show_locked_page_to_everybody"]

    olga.post(RULES, fields | {"reason": "too loud"})

    assert rules(site).show_locked_page_to_everybody is False


@pytest.mark.parametrize("typed", ["101", "-1", "1.5", "", "ten", "²", "٣", "9" * 5000, "0x3", " 3"])
def test_a_number_out_of_bounds_is_told_at_its_field(site: Site, typed: str) -> None:
    """With the bounds, and as it was typed."""
    shown = saved(site, failures_before_lock=typed)

    assert shown.status == 422
    assert "goes from 0 to 100" in shown.page.ids["s-failures_before_lock-error"]
    assert shown.page.form(RULES).fields["failures_before_lock"] == typed
    assert rules(site) == PasswordRules()


@pytest.mark.parametrize("version", ["", "7", "²", "9" * 5000, "-1"])
def test_rules_that_somebody_else_has_saved_are_not_overwritten(site: Site, version: str) -> None:
    """The form says which version it changes."""
    shown = saved(site, min_length="14", version=version)

    assert shown.told[0] == 409
    assert shown.page.refusal.startswith("Somebody else has saved in between.")
    assert rules(site) == PasswordRules()


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\x00b"])
def test_a_change_of_rules_takes_a_reason(site: Site, reason: str) -> None:
    """Told at its field, with what was typed still there."""
    shown = saved(site, min_length="14", reason=reason)

    assert shown.status == 422
    assert shown.page.ids["rules-reason-error"].startswith("A reason has 1 to 500 characters")
    assert shown.page.form(RULES).fields["min_length"] == "14"


def test_an_auditor_reads_the_rules(site: Site) -> None:
    """Every field is closed, with the reason; the form is refused."""
    browser = site.operator("auditor")

    page = browser.get(RULES).page
    shown = browser.post(RULES, {"min_length": "14", "version": "0", "reason": "a test"})

    told = "You do not have the right that this takes (sign-in-security:modify)."
    assert told in page.text
    assert page.form(RULES).names == {"version"}
    assert shown.told[0] == 403


def test_new_rules_are_in_force_at_once(site: Site) -> None:
    """The third wrong password locks where three are the limit."""
    saved(site, failures_before_lock="3")
    site.walk.person("bram", factors=1)

    for _ in range(3):
        site.browser().post("/sign-in", {"user_name": "bram", "password": "a wrong one"})

    assert "Locked now1 locked" in site.operator(name="piet").get(RULES).page.text


def test_dev_1_the_page_warns_of_what_weakens_the_rules(site: Site) -> None:
    """A code by e-mail that lives longer than ten minutes, and a way in without a second factor."""
    olga = site.signed_in(site.world.add("olga", "administrator", factors=1))
    before = olga.get(RULES).page.text
    fields = olga.get(RULES).page.form(RULES).fields
    olga.post(RULES, fields | {"reason": "slow mail", "device_code_minutes": "30", "device_method": "email"})
    after = olga.get(RULES).page.text

    assert "valid for more than 10 minutes" not in before
    assert "valid for more than 10 minutes" in after
    assert "sign in without one" in after
    assert rules(site).device_method == "email"


def test_a_method_that_there_is_not_is_told_at_its_field(site: Site) -> None:
    """The words that are taken stand there."""
    shown = saved(site, device_method="fax")

    assert shown.status == 422
    assert "app mandatory, app opt-in, email" in shown.page.ids["s-device_method-error"]


def test_pass_2_the_page_shows_which_passwords_nobody_may_choose(site: Site) -> None:
    """How many come with the product, and each imported list: how many entries, when, by whom, from which file."""
    before = site.operator().get(RULES).html
    site.world.run(import_breach_list, ImportBreachList("public", "ab" * 32, 1_234_567, "pwned.txt", "sha1", 10))
    olga = site.signed_in(site.world.add("piet", "auditor", factors=1))
    after = olga.get(RULES).html

    assert "197,667" in before
    assert "No list was imported yet." in before
    for told in ("public", "1,234,567", "pwned.txt", "seen at least 10 times", "by cli:root"):
        assert told in after
