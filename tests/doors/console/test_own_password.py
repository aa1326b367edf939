import pytest

from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.console.visiting import Site
from tests.features.signin.walking import PASSWORD

NEW = "a swim in the lake"


@pytest.fixture
def bram(site: Site) -> AccountId:
    """Add Bram, who has a password and a second factor."""
    return site.walk.person("bram", factors=1)


def test_a_password_is_changed_on_its_page(site: Site, bram: AccountId) -> None:
    """The own page leads there; this session goes on, the others end (PASS-1)."""
    browser, other = site.signed_in(bram), site.signed_in(bram)
    form = browser.get("/me/password").page.form("/me/password")
    led = browser.post("/me/password", {"password": PASSWORD, "new_password": NEW})

    assert "/me/password" in browser.get("/me").page.links
    assert form.names == {"user_name", "password", "new_password"}
    assert led.to == "/me?done=password-changed"
    assert "Your password is changed" in browser.get(led.to).page.text
    assert other.get("/me").status == 303


def test_a_refusal_stands_at_its_field(site: Site, bram: AccountId) -> None:
    """The present password, or the new one; what was typed is not sent back."""
    browser = site.signed_in(bram)
    wrong = browser.post("/me/password", {"password": "a guess", "new_password": NEW})
    short = browser.post("/me/password", {"password": PASSWORD, "new_password": "short"})

    assert (wrong.status, short.status) == (403, 422)
    assert wrong.page.ids["f-password-error"].startswith("This is not your present password.")
    assert short.page.ids["f-new_password-error"].startswith("This password is too short.")
    assert NEW not in wrong.html
    assert PASSWORD not in short.html


def test_a_second_change_on_one_day_is_refused_above_the_form(site: Site, bram: AccountId) -> None:
    """No other password would do."""
    site.world.run(change_password_rules, ChangePasswordRules({"one_change_a_day": True}))
    browser = site.signed_in(bram)
    browser.post("/me/password", {"password": PASSWORD, "new_password": NEW})
    shown = browser.post("/me/password", {"password": NEW, "new_password": "a third one, and long"})

    assert shown.status == 422
    assert shown.page.refusal.startswith("A password can be changed once in 24 hours.")


def test_the_last_guess_leads_to_sign_in(site: Site, bram: AccountId) -> None:
    """The session is over (PROT-1)."""
    site.world.run(change_password_rules, ChangePasswordRules({"failures_before_lock": 1}))
    browser = site.signed_in(bram)
    led = browser.post("/me/password", {"password": "a guess", "new_password": NEW})

    assert led.to == "/sign-in"
    assert browser.get("/me").status == 303


def test_a_session_of_a_recovery_code_is_offered_no_change(site: Site, bram: AccountId) -> None:
    """It is for a new key (KEY-1)."""
    browser = site.signed_in(bram, OpenedWith.RECOVERY_CODE)

    assert "/me/password" not in browser.get("/me").page.links
    assert browser.get("/me/password").to == "/me"
    assert browser.post("/me/password", {"password": PASSWORD, "new_password": NEW}).status == 403
