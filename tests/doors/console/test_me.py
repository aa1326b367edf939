import pytest

from tests.doors.console.own_page import begin, by_recovery_code, signed_in
from tests.doors.console.signing_in import codes_on, give_code, give_password, key_on
from tests.doors.console.standings import named
from tests.doors.console.visiting import Site
from tests.features.signin.walking import authenticator

FRESH_CODE = "This takes a fresh code of your present secret key."


def test_the_own_page_tells_how_one_stands(site: Site) -> None:
    """Profile, state of the factor, where one is signed in."""
    browser, _ = signed_in(site)

    page = browser.get("/me").page

    assert "User namebram" in page.text
    assert "You sign in with your password and a code of your secret key." in page.text
    assert "Recovery codes10 of 10 left" in page.text
    assert "this session" in page.text


def test_an_account_without_a_role_sees_no_console(site: Site) -> None:
    """No navigation, no palette (RIGHT-6)."""
    browser, _ = signed_in(site)

    page = browser.get("/me").page

    assert [link for link in page.links if link.startswith("/console")] == []
    assert "palette" not in page.ids


def test_a_new_key_takes_two_steps(site: Site) -> None:
    """Check and apply, then Save; until then the present key is in force (KEY-2)."""
    browser, old = signed_in(site)

    shown = begin(browser)
    new = key_on(shown)
    led = browser.post("/me/secret-key/check", {"code": authenticator(new, site.world)})
    proven = browser.get(led.to)
    still = site.browser()
    give_password(still)

    assert led.to == "/me?tab=two-factor"
    assert "The code was right. Save to make the new key yours." in proven.page.text
    assert new not in proven.html.replace(" ", "")
    assert give_code(site, still, old).status == 303


def test_a_saved_key_comes_with_new_recovery_codes(site: Site) -> None:
    """Shown once, since the set before ended with its key; this session goes on, the others end (KEY-6)."""
    browser, _ = signed_in(site)
    other = site.signed_in(named(site, "bram"))
    new = key_on(begin(browser))
    browser.post("/me/secret-key/check", {"code": authenticator(new, site.world)})

    shown = browser.post("/me/secret-key/save")

    codes = codes_on(shown)
    assert (shown.status, len(codes)) == (200, 10)
    assert shown.cookies == {}
    assert "/me" in shown.page.links
    assert not any(code in browser.get("/me").html for code in codes)
    assert [one.get("/me").status for one in (browser, other)] == [200, 303]


def test_a_wrong_code_keeps_page_and_key(site: Site) -> None:
    """And says so at its field."""
    browser, _ = signed_in(site)
    new = key_on(begin(browser))

    wrong = browser.post("/me/secret-key/check", {"code": "000000"})
    malformed = browser.post("/me/secret-key/check", {"code": "12 34"})

    assert (wrong.status, key_on(wrong)) == (401, new)
    assert wrong.page.ids["f-code-error"].startswith("This code is wrong.")
    assert (malformed.status, key_on(malformed)) == (422, new)
    assert key_on(browser.get("/me")) == new


def test_an_old_proof_asks_for_a_fresh_code(site: Site) -> None:
    """The page gives a field for it (KEY-2)."""
    browser, old = signed_in(site)
    site.world.pass_time(minutes=6)

    asked = begin(browser)
    wrong = begin(browser, "000000")
    shown = begin(browser, authenticator(old, site.world))

    assert asked.status == 403
    assert asked.page.ids["f-code-error"].startswith(FRESH_CODE)
    assert asked.page.form("/me/secret-key").names == {"code"}
    assert (wrong.status, wrong.page.ids["f-code-error"][:19]) == (401, "This code is wrong.")
    assert len(key_on(shown)) == 32


def test_a_new_key_that_is_discarded_is_forgotten(site: Site) -> None:
    """The present one was in force all along."""
    browser, _ = signed_in(site)
    new = key_on(begin(browser))

    led = browser.post("/me/secret-key/discard")
    page = browser.get(led.to)

    assert led.to == "/me?tab=two-factor&done=key-discarded"
    assert new not in page.html.replace(" ", "")
    assert "your present key is in force" in page.page.text


def test_a_key_is_saved_only_when_it_is_proven(site: Site) -> None:
    """Saving too early, or nothing, is refused."""
    browser, _ = signed_in(site)
    nothing = browser.post("/me/secret-key/save")
    begin(browser)

    early = browser.post("/me/secret-key/save")

    assert [one.status for one in (nothing, early)] == [409, 409]
    assert early.page.refusal.startswith("The new secret key is not proven yet.")


def test_an_unsaved_key_dies(site: Site) -> None:
    """After ten minutes (KEY-2)."""
    browser, _ = signed_in(site)
    begin(browser)
    site.world.pass_time(minutes=11)

    shown = browser.post("/me/secret-key/check", {"code": "123456"})

    assert shown.status == 409
    assert shown.page.refusal.startswith("No new secret key is being set up here")


def test_a_recovery_code_leads_to_a_new_key(site: Site) -> None:
    """The session ends with Save, and the person signs in with the new key (KEY-1)."""
    browser = by_recovery_code(site)
    page = browser.get("/me").page
    new = key_on(begin(browser))
    browser.post("/me/secret-key/check", {"code": authenticator(new, site.world)})

    shown = browser.post("/me/secret-key/save")
    site.world.pass_time(seconds=60)
    again = site.browser()
    give_password(again)

    assert "within 15 min, then sign in with it. 9 recovery codes left." in page.text
    assert shown.cookies == {"__Host-doorward": "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"}
    assert len(codes_on(shown)) == 10
    assert "/sign-in" in shown.page.links
    assert browser.get("/me").status == 303
    assert give_code(site, again, new).status == 303


def test_a_recovery_code_is_a_proof_for_a_while(site: Site) -> None:
    """After fifteen minutes the session may not begin a key any more; without activity it is over anyway."""
    browser = by_recovery_code(site)
    site.world.pass_time(minutes=8)
    browser.get("/me")
    site.world.pass_time(minutes=8)

    assert begin(browser).status in {303, 403}


@pytest.mark.parametrize(
    ("done", "said"), [("saved", True), ("%3Cscript%3E", False), ("__class__", False), ("", False)]
)
def test_words_are_chosen_never_taken(site: Site, done: str, said: bool) -> None:
    """What a page says was done comes from a list of ours."""
    shown = site.signed_in(site.world.add("bram", factors=1)).get(f"/me?done={done}")

    assert ("The changes are saved." in shown.page.text) is said
    assert ("banner-good" in shown.html) is said


def test_a_session_is_ended_from_the_page(site: Site) -> None:
    """Each but the present one has its button (SESS-2)."""
    browser, _ = signed_in(site)
    others = [site.signed_in(named(site, "bram")) for _ in range(2)]
    shown = browser.get("/me").page
    given = next(one.fields for one in shown.forms if one.action == "/me/sessions/end" and one.fields)

    led = browser.post("/me/sessions/end", given)

    assert led.to == "/me?tab=account&done=sessions-ended"
    assert sorted(one.get("/me").status for one in others) == [200, 303]
    assert browser.get("/me").status == 200
    assert browser.post("/me/sessions/end", given).to == "/me?tab=account&done=unchanged"


def test_all_other_sessions_are_ended_at_once(site: Site) -> None:
    """Where there are any."""
    browser, _ = signed_in(site)
    others = [site.signed_in(named(site, "bram")) for _ in range(2)]
    before = browser.get("/me").html

    browser.post("/me/sessions/end")

    assert "End all other sessions" in before
    assert "End all other sessions" not in browser.get("/me").html
    assert [one.get("/me").status for one in (*others, browser)] == [303, 303, 200]


def test_a_session_that_is_none_is_not_ended(site: Site) -> None:
    """What cannot be an id is refused on the page."""
    browser, _ = signed_in(site)
    shown = browser.post("/me/sessions/end", {"session": "all of them"})

    assert shown.status == 404
    assert shown.page.refusal.startswith("There is no such session")


def test_recovery_codes_are_made_anew(site: Site) -> None:
    """Shown this once; those of before sign nobody in (KEY-1)."""
    browser, key = signed_in(site)
    shown = browser.post("/me/recovery-codes")
    codes = codes_on(shown)
    site.world.pass_time(minutes=6)
    asked = browser.post("/me/recovery-codes")
    malformed = browser.post("/me/recovery-codes", {"code": "12 34"})
    again = browser.post("/me/recovery-codes", {"code": authenticator(key, site.world)})

    assert (shown.status, len(codes), shown.page.links[-1]) == (200, 10, "/me")
    assert (asked.status, asked.page.form("/me/recovery-codes").names) == (403, {"code"})
    assert asked.page.ids["f-code-error"].startswith(FRESH_CODE)
    assert asked.page.form("/me/secret-key").names == set()
    assert malformed.status == 422
    assert set(codes_on(again)).isdisjoint(codes)
    assert not any(code in browser.get("/me").html for code in codes)


def test_a_session_of_a_recovery_code_is_offered_no_new_codes(site: Site) -> None:
    """It is for a new key; the form is refused too (KEY-1)."""
    browser = by_recovery_code(site)

    assert "/me/recovery-codes" not in [form.action for form in browser.get("/me").page.forms]
    assert browser.post("/me/recovery-codes").status == 403
