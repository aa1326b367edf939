import re
from urllib.parse import quote

import pytest
from structlog.testing import capture_logs

from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.sessions.model import OpenedWith
from tests.doors.console.addresses import EVERY, FORMS, INSIDE_FORMS, PAGES, Address, Gaps, gaps
from tests.doors.console.visiting import FROM_HERE, SITE, Browser, Shown, Site

FOREIGN = {
    "neither header": {},
    "a foreign origin": {"origin": "https://evil.example"},
    "a null origin": {"origin": "null"},
    "another scheme": {"origin": SITE.replace("https", "http")},
    "another port": {"origin": f"{SITE}:8443"},
    "a longer host": {"origin": f"{SITE}.evil.example"},
    "same site": {"sec-fetch-site": "same-site"},
    "cross site": {"sec-fetch-site": "cross-site"},
    "by hand": {"sec-fetch-site": "none"},
}
PAGE_PATHS = {one.path for one in PAGES}
RECORDING = [one for one in PAGES if one.path in {"/console/users/{account}", "/console/audit"}]
WRITING = [*(one for one in FORMS if not one.asked_by_script), *RECORDING]
"""What changes or records something: every form, and the pages whose opening is an act."""


def ask(browser: Browser, one: Address, filled: Gaps) -> Shown:
    """Ask an address for what it is there for."""
    given = {"data": filled.fields(one.path)} if one.method == "POST" else {}
    return browser.send(one.method, filled.fill(one.path), headers=FROM_HERE, **given)


def test_there_are_pages_and_forms() -> None:
    """The walks below walk somewhere."""
    assert len(EVERY) > 50
    assert {one.method for one in EVERY} == {"GET", "POST"}


def test_a_page_leads_a_stranger_to_sign_in_and_back(site: Site) -> None:
    """The address that was asked for goes along, so that the person arrives where they wanted to."""
    stranger, filled = site.browser(), gaps(site)

    filled_in = (filled.fill(one.path) for one in PAGES)
    asked = [f"{address}{'&' if '?' in address else '?'}tab=history" for address in filled_in]

    led = [stranger.get(address).to for address in asked]
    assert led == [f"/sign-in?return_to={quote(address, safe='')}" for address in asked]


def test_a_form_leads_a_stranger_to_sign_in(site: Site) -> None:
    """A form is not sent again after sign-in, so there is nowhere to come back to."""
    stranger, filled = site.browser(), gaps(site)
    before = site.contents()

    led = {one.path: ask(stranger, one, filled).to for one in INSIDE_FORMS}

    assert led == dict.fromkeys(led, "/sign-in")
    assert site.contents() == before


def test_a_session_of_a_recovery_code_reaches_its_own_page_only(site: Site) -> None:
    """Every other page leads there, whatever roles the account has (KEY-1)."""
    browser = site.signed_in(site.world.add("olga", "administrator"), OpenedWith.RECOVERY_CODE)
    filled = gaps(site)

    led = {one.path: ask(browser, one, filled).to for one in PAGES if one.path != "/me"}

    assert led == dict.fromkeys(led, "/me")
    assert browser.get("/me").status == 200


def test_a_session_of_a_recovery_code_changes_nothing_but_its_own_account(site: Site) -> None:
    """The forms of the console refuse it (KEY-1)."""
    browser = site.signed_in(site.world.add("olga", "administrator"), OpenedWith.RECOVERY_CODE)
    filled = gaps(site)
    before = site.world.standing(filled.account), len(site.world.mails())

    console = [one for one in INSIDE_FORMS if one.path.startswith("/console")]
    told = {one.path: ask(browser, one, filled).status for one in console}

    assert set(told.values()) == {303, 403}
    assert (site.world.standing(filled.account), len(site.world.mails())) == before


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_form_from_elsewhere_changes_nothing(site: Site, headers: dict[str, str]) -> None:
    """Browsers add cookies by themselves, so a form must come from a page of this server (T14)."""
    browser, filled = site.operator(), gaps(site)
    before = site.contents()

    sent = {one.path: (filled.fill(one.path), filled.fields(one.path)) for one in FORMS}
    shown = {path: browser.send("POST", at, data=fields, headers=headers) for path, (at, fields) in sent.items()}

    told = {path: (*one.told, one.cookies) for path, one in shown.items()}
    assert told == dict.fromkeys(told, (403, "This request did not come from a page of this server.", {}))
    assert site.contents() == before


def test_a_form_is_no_link(site: Site) -> None:
    """What changes something is never done by following a link or loading a picture (T14)."""
    browser, filled = site.operator(), gaps(site)
    before = site.contents()

    paths = [one.path for one in FORMS if one.path not in {page.path for page in EVERY if page.method == "GET"}]
    statuses = {path: browser.get(f"{filled.fill(path)}?reason=a+test").status for path in paths}

    assert statuses == dict.fromkeys(paths, 405) | {"/console/users/unlock": 404, "/console/users/export": 404}
    assert site.contents() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_page_tells_which_methods_it_takes(site: Site, method: str) -> None:
    """Another method changes nothing and is told what would be right (RFC 9110 section 15.5.6)."""
    shown = site.operator().send(method, "/console/password-rules", headers=FROM_HERE)

    assert shown.told == (405, f"This address does not take {method}.")
    assert shown.answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["/nowhere", "/console/nowhere", "/console/", "/static/nowhere.css"])
def test_an_address_that_leads_nowhere_is_told_so(site: Site, path: str) -> None:
    """With a reference, the same to strangers, and without a way that the Host header has made."""
    shown = site.browser().get(path, host="evil.example")

    assert shown.to == ""
    assert shown.told == (404, "There is nothing at this address.")
    assert re.search(r"Reference ?[a-z2-7]{12}", shown.page.ids["main"])


def failing(site: Site, one: Address, error: Exception) -> Shown:
    """Ask an address of a server that cannot commit, with a sign-in under way where it takes one."""
    site.walk.person("nina", factors=1)
    pending = site.walk.give_password("nina").sign_in
    browser, filled = site.operator(), gaps(site)
    browser.client.cookies.set("__Host-doorward-sign-in", pending.reveal(), domain="login.example.org")
    broken = site.failing(error).browser()
    broken.client.cookies.update(browser.client.cookies)
    with capture_logs():
        return ask(broken, one, filled)


@pytest.mark.parametrize("one", WRITING, ids=str)
def test_nothing_is_acknowledged_that_was_not_committed(site: Site, one: Address) -> None:
    """A COMMIT that fails is told as a failure, with a reference and without a word of its cause."""
    shown = failing(site, one, OSError("the disk is full"))

    assert shown.told == (500, "Something went wrong in the server, and nothing was changed.")
    assert re.search(r"Reference ?[a-z2-7]{12}", shown.page.ids["main"])
    assert "disk" not in shown.html


def test_a_busy_database_asks_to_come_again(site: Site) -> None:
    """It is no bug, and the next try may succeed."""
    shown = failing(site, Address("POST", "/sign-in"), DatabaseBusy())

    assert shown.told == (503, "The database is busy or away just now.")
    assert shown.answer.headers["retry-after"] == "1"
