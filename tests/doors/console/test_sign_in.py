import pytest

from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.doors.console.signing_in import (
    WRONG,
    at_code,
    at_set_up,
    codes_on,
    give_code,
    give_password,
    key_on,
    knows,
)
from tests.doors.console.standings import disabled, named
from tests.doors.console.visiting import Shown, Site, same_but_for_its_stamps
from tests.features.signin.walking import PASSWORD, authenticator

REFUSED = "You could not be signed in."
NOT_SIX_DIGITS = ("", "12345", "1234567", "12 345", " 123456", "+12345", "12345a", "１２３４５６", "12345²", "x" * 5000)


def lock_by_passwords(site: Site, name: str = "bram") -> Shown:
    """Guess until the account locks, from nowhere that knows it."""
    guesser = site.browser("198.51.100.9")
    return [give_password(guesser, name, WRONG) for _ in range(10)][-1]


def test_a_password_leads_to_the_code(site: Site) -> None:
    """With a cookie for this sign-in, which scripts cannot read and other sites cannot send along."""
    site.walk.with_key("bram")
    browser = site.browser()

    shown = give_password(browser)

    assert (shown.status, shown.to) == (303, "/sign-in/code")
    assert shown.cookies["__Host-doorward-sign-in"].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert "bram" in browser.get("/sign-in/code").page.text


def test_all_who_cannot_sign_in_get_the_same_bytes(site: Site) -> None:
    """Unknown, wrong, locked, disabled, without password: nobody learns which it was (LOCK-11)."""
    site.walk.with_key("right")
    site.walk.with_key("locked")
    lock_by_passwords(site, "locked")
    disabled(site, factors=1)
    site.world.add("passwordless", factors=1)
    cases = {"nobody": PASSWORD, "right": WRONG, "locked": PASSWORD, "bram": PASSWORD, "passwordless": PASSWORD}

    shown = {name: give_password(site.browser(), name, password, "/console") for name, password in cases.items()}

    assert shown["nobody"].page.refusal.startswith(REFUSED)
    assert {one.status for one in shown.values()} == {401}
    assert len({same_but_for_its_stamps(one.html) for one in shown.values()}) == 1
    assert len({len(one.html) for one in shown.values()}) == 1
    assert len({tuple(name for name, _ in one.answer.headers.multi_items()) for one in shown.values()}) == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 5000, "a\x00b", "<b>", "\u202e", "ﬁ" * 100])
def test_any_name_gets_an_answer(site: Site, name: str) -> None:
    """The same one."""
    shown = give_password(site.browser(), name, WRONG)

    assert (shown.status, shown.page.refusal.startswith(REFUSED)) == (401, True)


def test_an_address_with_too_many_failing_names_is_told_when_to_come_back(site: Site) -> None:
    """A page of its own, 429, with `Retry-After` (LOCK-17)."""
    site.world.run(change_password_rules, ChangePasswordRules({"failing_names_before_refusing": 1}))
    give_password(site.browser(), "nobody", "wrong")
    shown = give_password(site.browser(), "nobody else", "wrong")

    assert (shown.status, shown.answer.headers["retry-after"]) == (429, "3600")
    assert "too many attempts from your network" in shown.page.text


def test_the_locked_page_is_for_browsers_that_know_the_account(site: Site) -> None:
    """It says since when and whom to ask; a stranger learns nothing (LOCK-11)."""
    known, _ = knows(site)
    locked_at = site.world.clock.now()
    lock_by_passwords(site)

    seen, strange = give_password(known, "bram", WRONG), give_password(site.browser())

    assert seen.told == (403, "This account is locked")
    assert f"Locked since{locked_at:%Y-%m-%d %H:%M}" in seen.page.text
    assert "Openswhen somebody unlocks it" in seen.page.text
    assert "Whom to askyour help desk" in seen.page.text
    assert strange.status == 401


def test_a_known_browser_of_somebody_else_is_a_stranger(site: Site) -> None:
    """It knows one account, not all."""
    other, _ = knows(site, "anna")
    site.walk.with_key("bram")
    lock_by_passwords(site)

    assert give_password(other).status == 401


def test_whoever_locks_an_account_by_codes_is_told(site: Site) -> None:
    """They have given the right password already (LOCK-11)."""
    browser, key = at_code(site)
    wrong = f"{(int(authenticator(key, site.world)) + 1) % 1_000_000:06d}"

    shown = [browser.post("/sign-in/code", {"code": wrong}) for _ in range(10)]

    assert [one.status for one in shown] == [401] * 9 + [403]
    assert shown[-1].page.title == "This account is locked · Doorward"


def test_a_code_opens_the_session(site: Site) -> None:
    """The cookies of a session and of a known browser are set, that of the sign-in is dropped."""
    browser, key = at_code(site)

    shown = give_code(site, browser, key)

    assert (shown.status, shown.to) == (303, "/")
    flags = "; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert shown.cookies["__Host-doorward"].endswith(flags)
    assert shown.cookies["__Host-doorward-browser"].endswith(f"{flags}; Max-Age=34560000")
    assert shown.cookies["__Host-doorward-sign-in"] == f"{flags}; Max-Age=0"
    assert browser.get("/me").status == 200


def test_a_code_is_taken_once(site: Site) -> None:
    """The page stays and says so; it is no failure (KEY-9)."""
    browser, key = at_code(site)
    give_code(site, browser, key)
    again = site.browser()
    give_password(again)

    shown = give_code(site, again, key)

    assert shown.status == 401
    assert shown.page.ids["f-code-error"].startswith("This code was used already.")


@pytest.mark.parametrize("code", NOT_SIX_DIGITS)
def test_what_is_no_code_is_not_compared(site: Site, code: str) -> None:
    """Six ASCII digits, nothing else; whatever is more is refused at the door, uncounted (KEY-9)."""
    browser, _ = at_code(site)
    before = len(site.world.entries())

    shown = browser.post("/sign-in/code", {"code": code})

    assert shown.status == 422
    assert shown.page.ids["f-code-error"].startswith("A code is six digits, without spaces.")
    assert len(site.world.entries()) == before


def test_a_slow_clock_is_told(site: Site) -> None:
    """To whoever typed two codes that fit the same error (KEY-15)."""
    browser, key = at_code(site)

    shown = [give_code(site, browser, key, steps=steps) for steps in (-9, -8)]

    assert "Your device's clock is about 4 minutes slow." in shown[-1].page.text
    assert "slow" not in shown[0].page.text


@pytest.mark.parametrize("path", ["code", "recovery-code", "device-code", "set-up", "new-password"])
def test_a_step_without_a_sign_in_leads_to_its_beginning(site: Site, path: str) -> None:
    """Whether it is looked at or sent."""
    stranger = site.browser()

    assert stranger.get(f"/sign-in/{path}").to == "/sign-in"
    assert stranger.post(f"/sign-in/{path}", {"code": "123456"}).to == "/sign-in"


@pytest.mark.parametrize("path", ["device-code", "set-up", "new-password"])
def test_a_step_out_of_turn_leads_to_the_right_one(site: Site, path: str) -> None:
    """Nothing is skipped by knowing an address."""
    browser, _ = at_code(site)

    assert browser.get(f"/sign-in/{path}").to == "/sign-in/code"
    assert browser.post(f"/sign-in/{path}", {"code": "123456", "new_password": PASSWORD}).to == "/sign-in/code"


def test_a_sign_in_runs_out(site: Site) -> None:
    """After 15 minutes one begins again."""
    browser, key = at_code(site)
    site.world.pass_time(minutes=16)

    shown = give_code(site, browser, key)

    assert shown.told[0] == 401
    assert shown.page.refusal.startswith("This sign-in or link is over or was used already.")


def test_the_set_up_page_keeps_its_key(site: Site) -> None:
    """Reloaded, or after a wrong code; the key is in no address (KEY-1)."""
    browser = at_set_up(site)
    key = key_on(browser.get("/sign-in/set-up"))

    wrong = browser.post("/sign-in/set-up", {"code": "000000"})

    assert wrong.status == 401
    assert key_on(wrong) == key_on(browser.get("/sign-in/set-up")) == key
    assert key not in wrong.to + "".join(wrong.page.links) + "".join(form.action for form in wrong.page.forms)


def test_recovery_codes_are_shown_once(site: Site) -> None:
    """In the answer to the code that completes the set-up; never again, whatever is asked for."""
    browser = at_set_up(site)
    key = key_on(browser.get("/sign-in/set-up"))
    code = authenticator(key, site.world)

    shown = browser.post("/sign-in/set-up", {"code": code})

    codes = codes_on(shown)
    again = [browser.post("/sign-in/set-up", {"code": code}), browser.get("/sign-in/set-up"), browser.get("/me")]
    assert (shown.status, len(set(codes)), {len(one) for one in codes}) == (200, 10, {29})
    assert [one for one in again if any(code in one.html for code in codes)] == []
    assert browser.get("/me").status == 200


def test_a_recovery_code_opens_the_own_page(site: Site) -> None:
    """And no other; it is taken once (KEY-1)."""
    browser = at_set_up(site)
    key = key_on(browser.get("/sign-in/set-up"))
    codes = codes_on(browser.post("/sign-in/set-up", {"code": authenticator(key, site.world)}))
    lost = site.browser()
    give_password(lost)

    shown = lost.post("/sign-in/recovery-code", {"code": codes[0].lower()})
    other = site.browser()
    give_password(other)
    again = other.post("/sign-in/recovery-code", {"code": codes[0]})

    assert (shown.status, shown.to) == (303, "/me")
    assert lost.get("/console").to == "/me"
    assert again.status == 401
    assert again.page.ids["f-code-error"].startswith("This is not one of your recovery codes")


def test_without_permission_there_is_no_set_up(site: Site) -> None:
    """The right password of an account without factor and allowlist entry: a page of its own."""
    site.walk.person("bram")

    shown = give_password(site.browser())

    assert shown.told == (403, "Set-up is not available to you")
    assert "Your password is not the problem" in shown.page.text


def test_a_new_password_is_asked_for_after_the_code(site: Site) -> None:
    """Where one is due (PASS-3); what is wrong with it stands at its field."""
    browser, key = at_code(site)
    site.world.run(edit_account, EditAccount(named(site, "bram"), None, must_change_password=True))

    led = give_code(site, browser, key)
    short = browser.post("/sign-in/new-password", {"new_password": "short"})
    done = browser.post("/sign-in/new-password", {"new_password": "another walk in the wood"})

    assert led.to == "/sign-in/new-password"
    assert (short.status, short.page.ids["f-new_password-error"][:30]) == (422, "This password is too short. Ch")
    assert (done.status, done.to) == (303, "/")
    assert browser.get("/me").status == 200
