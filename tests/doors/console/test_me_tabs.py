from tests.doors.console.own_page import begin, by_recovery_code, signed_in
from tests.doors.console.visiting import Site


def test_the_second_factor_has_a_tab_of_its_own(site: Site) -> None:
    """The key is regenerated there; the page beside it leads to it."""
    browser, _ = signed_in(site)

    account, factor = browser.get("/me").page, browser.get("/me?tab=two-factor").page

    assert "/me/secret-key" not in [form.action for form in account.forms]
    assert {"/me?tab=account", "/me?tab=two-factor", "/me?tab=history"} <= set(account.links)
    assert factor.form("/me/secret-key").buttons == ["Regenerate secret key"]
    assert factor.form("/me/recovery-codes").buttons == ["Regenerate recovery codes"]
    assert "/me/sessions/end" not in [form.action for form in factor.forms]


def test_the_tab_of_a_key_under_way_comes_first(site: Site) -> None:
    """Whatever address is opened, it is found again; the page beside it can still be opened."""
    browser, _ = signed_in(site)
    begin(browser)

    first, account = browser.get("/me").page, browser.get("/me?tab=account").page

    assert ("new-key-title" in first.ids, "new-key-title" in account.ids) == (True, False)


def test_a_session_that_is_there_for_a_new_key_begins_at_its_tab(site: Site) -> None:
    """And says so; the page beside it can still be opened."""
    browser = by_recovery_code(site)

    assert "recovery-title" in browser.get("/me").page.ids
    assert "profile-title" in browser.get("/me?tab=account").page.ids


def test_a_refusal_stands_on_the_tab_of_its_form(site: Site) -> None:
    """What is wrong with a session beside the sessions, though a new key is under way."""
    browser, _ = signed_in(site)
    begin(browser)

    assert "sessions-title" in browser.post("/me/sessions/end", {"session": "x"}).page.ids
    assert "sessions-title" in browser.post("/me/devices/revoke", {"device": "x"}).page.ids
    assert "new-key-title" in browser.post("/me/secret-key/check", {"code": "x"}).page.ids
