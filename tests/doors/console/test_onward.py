from urllib.parse import unquote

import pytest

from doorward.features.sessions.model import OpenedWith
from tests.doors.console.signing_in import at_code, give_code, give_password
from tests.doors.console.visiting import Site

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "HTTPS:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/ok\r\nset-cookie: a=b",
    "/a\tb",
    "/\x00",
    "/\u2028",
    "/a\\b",
    "/" + "x" * 4000,
    "",
)
HERE = ("/console/users?locked=1", "/console/users/x?tab=two-factor&stage=reset-key", "/me", "/é?q=ß", "/a;b=c")


def carried(site: Site, address: str) -> str | None:
    """Give the address that the sign-in page would hand on."""
    shown = site.browser().send("GET", "/sign-in", params={"return_to": address})
    return shown.page.form("/sign-in").fields.get("return_to")


def test_a_link_to_sign_in_leads_nobody_elsewhere(site: Site) -> None:
    """The page hands on no address but one of this server."""
    assert {address: carried(site, address) for address in ELSEWHERE} == dict.fromkeys(ELSEWHERE)


def test_a_form_leads_nobody_elsewhere(site: Site) -> None:
    """Whatever it sends, no address but one of this server is kept."""
    site.walk.with_key("bram")

    cookies = {address: give_password(site.browser(), return_to=address).cookies for address in ELSEWHERE}

    assert {address: set(kept) for address, kept in cookies.items()} == {
        address: {"__Host-doorward-sign-in"} for address in ELSEWHERE
    }


@pytest.mark.parametrize("address", HERE)
def test_whoever_was_sent_to_sign_in_arrives_where_they_wanted(site: Site, address: str) -> None:
    """The address is kept in a cookie of its own through the steps, and dropped at the end."""
    browser, key = site.browser(), site.walk.with_key("bram")

    given = give_password(browser, return_to=address)
    shown = give_code(site, browser, key)

    assert given.cookies["__Host-doorward-return"].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900")
    assert carried(site, address) == address
    assert unquote(shown.to) == address
    assert shown.cookies["__Host-doorward-return"].endswith("; Max-Age=0")


@pytest.mark.parametrize("value", ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%0d%0a", "%ff%fe", "x" * 3000])
def test_a_cookie_that_was_planted_leads_nobody_elsewhere(site: Site, value: str) -> None:
    """It is read as warily as it was written."""
    browser, key = at_code(site)
    browser.client.cookies.set("__Host-doorward-return", value, domain="login.example.org")

    assert give_code(site, browser, key).to == "/"


def test_signing_out_drops_the_session(site: Site) -> None:
    """At the server and in the browser; the browser stays a known one."""
    browser, key = at_code(site)
    give_code(site, browser, key)
    token = browser.jar["__Host-doorward"]

    shown = browser.post("/sign-out")

    assert (shown.status, shown.to) == (303, "/sign-in")
    assert shown.cookies == {"__Host-doorward": "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"}
    assert browser.jar.keys() == {"__Host-doorward-browser"}
    assert site.browser().get("/me", cookie=f"__Host-doorward={token}").status == 303


def test_signing_out_twice_does_no_harm(site: Site) -> None:
    """A session that is over already is over."""
    bram = site.signed_in(site.world.add("bram", factors=1))
    bram.post("/sign-out")

    assert bram.post("/sign-out").to == "/sign-in"


def test_a_session_that_has_ended_is_told_so(site: Site) -> None:
    """To whoever was signed in; a stranger has no session that could have ended."""
    bram = site.signed_in(site.world.add("bram", factors=1))
    site.world.pass_time(minutes=16)

    led = bram.get("/me")

    assert "Your session has ended." in bram.get(led.to).page.text
    assert "Your session has ended." not in site.browser().get(led.to).page.text


def test_home_is_the_console_for_operators(site: Site) -> None:
    """And one's own page for whoever has nothing to operate (RIGHT-6)."""
    bram = site.signed_in(site.world.add("bram", factors=1))

    assert bram.get("/").to == "/me"
    assert site.operator("auditor").get("/").to == "/console"
    assert site.signed_in(site.world.add("nora", "administrator"), OpenedWith.RECOVERY_CODE).get("/").to == "/me"
