"""A glance says what the careful way says, or nothing."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.doors.gate.asked_page import AskedPage, asked_page
from doorward.doors.gate.glance import glance
from doorward.doors.web.cookies import HOST, cookies_of
from tests.doors.asgi import scope_of

PROXIES = (ip_network("192.0.2.0/24"),)
TOKEN, OTHER = "Aa0_" * 16, "-b9Z" * 16
COOKIE = ("cookie", f"{HOST}={TOKEN}")
URL = ("x-original-url", "https://app.example.org/page")
CADDY = [
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "app.example.org"),
    ("x-forwarded-uri", "/page"),
    ("x-forwarded-method", "GET"),
]
Headers = list[tuple[str, str]]


def careful(headers: Headers) -> tuple[str, str] | None:
    """Say under which words an answer to this is remembered, by what reads everything."""
    scope = scope_of("GET", "/forward-auth", headers)
    asked, token = asked_page(scope, PROXIES), cookies_of(scope).get(HOST)
    return (asked.host, token) if isinstance(asked, AskedPage) and token and not asked.comes_back else None


def glanced(headers: Headers) -> tuple[str, str] | None:
    """Say it at a glance."""
    return glance(scope_of("GET", "/forward-auth", headers)["headers"])


@pytest.mark.parametrize(
    "headers",
    [
        [URL, ("x-original-method", "GET"), COOKIE],
        [("x-original-url", "https://APP.example.org:443/a?b=%20c"), COOKIE],
        [*CADDY, COOKIE],
        [*CADDY, ("cookie", f"theme=dark; {HOST}={TOKEN}; a=b")],
        [*CADDY, ("cookie", f"theme=dark;{HOST}={TOKEN};a=b")],
        [COOKIE, ("user-agent", "x"), ("accept", "*/*"), *reversed(CADDY), ("x-forwarded-for", "192.0.2.9")],
    ],
)
def test_what_browsers_and_proxies_send_is_seen_at_a_glance(headers: Headers) -> None:
    """The same words, whatever comes first."""
    assert glanced(headers) == careful(headers) == ("app.example.org", TOKEN)


@pytest.mark.parametrize(
    "headers",
    [
        [URL],
        [COOKIE],
        [URL, URL, COOKIE],
        [URL, COOKIE, COOKIE],
        [URL, COOKIE, ("cookie", "a=b")],
        [URL, COOKIE, ("accept", "a"), ("accept", "b")],
        [URL, *CADDY, COOKIE],
        [URL, ("x-forwarded-uri", "/"), COOKIE],
        [*CADDY, CADDY[0], COOKIE],
        [*CADDY[1:], COOKIE],
        [("x-original-url", "http://app.example.org/page"), COOKIE],
        [("x-original-url", "https://app.example.org/page#x"), COOKIE],
        [("x-original-url", "https://app.example.org/.doorward/callback?ticket=x"), COOKIE],
        [("x-original-url", "https://app.example.org/.doorward/callback"), COOKIE],
        [URL, ("cookie", f"{HOST}={TOKEN}; {HOST}={TOKEN}")],
        [URL, ("cookie", f"{HOST}={TOKEN};\xa0{HOST}={OTHER}")],
        [URL, ("cookie", f"\xa0{HOST}={OTHER}; {HOST}={TOKEN}")],
        [URL, ("cookie", f"{HOST}; {HOST}={TOKEN}")],
        [URL, ("cookie", f"{HOST}={TOKEN}; {HOST}")],
        [URL, ("cookie", f"a={HOST}={TOKEN}")],
        [URL, ("cookie", f"a {HOST}={TOKEN}")],
        [URL, ("cookie", f"x{HOST}={TOKEN}")],
        [URL, ("cookie", f"{HOST}le={TOKEN}")],
        [URL, ("cookie", f"{HOST} ={TOKEN}")],
        [URL, ("cookie", f"{HOST}={TOKEN[1:]}")],
        [URL, ("cookie", f"{HOST}={TOKEN}A")],
        [URL, ("cookie", f'{HOST}="{TOKEN}"')],
        [URL, ("cookie", f"{HOST}={TOKEN},a=b")],
        [URL, ("cookie", f"{HOST}={TOKEN}\n")],
        [URL, ("cookie", f"{HOST.upper()}={TOKEN}")],
        [URL, ("cookie", "")],
        [URL, ("Cookies", f"{HOST}={TOKEN}")],
    ],
)
def test_what_is_not_plain_is_left_to_a_second_look(headers: Headers) -> None:
    """Said twice, told by two kinds of proxy, with a ticket, or around the cookie anything but what browsers send."""
    assert glanced(headers) is None


_COOKIES = st.lists(
    st.sampled_from([
        HOST, "=", TOKEN, OTHER, ";", "; ", " ", "\xa0", "\x85", "\t", ",", '"', "a=b", "a", f"{HOST}={TOKEN}",
        f"; {HOST}={OTHER}", "; a=b",
    ]),
    max_size=8,
).map("".join)  # fmt: skip
_PAGES = st.sampled_from([
    "/", "/page?x=1", "//evil.example/", "/.doorward/callback", "/.doorward/callback?ticket=x", "/.doorward/callbacks",
    "/a#b", "/\\", "/ä", "", "page", "/%zz", "/%20",
])  # fmt: skip
_HOSTS = st.sampled_from(["app.example.org", "APP.example.org", "app.example.org:443", "a:8443", "a, b", "u@a", ""])
_VALUES = {
    "cookie": _COOKIES,
    "x-original-url": st.builds(lambda host, page: f"https://{host}{page}", _HOSTS, _PAGES),
    "x-original-method": st.sampled_from(["GET", "POST"]),
    "x-forwarded-proto": st.sampled_from(["https", "http", "HTTPS"]),
    "x-forwarded-host": _HOSTS,
    "x-forwarded-uri": _PAGES,
    "accept": st.just("*/*"),
    "sec-fetch-mode": st.sampled_from(["navigate", "cors"]),
}
_HEADER = st.sampled_from(sorted(_VALUES)).flatmap(lambda name: st.tuples(st.just(name), _VALUES[name]))
_PLAIN = st.sampled_from([[URL, COOKIE], [*CADDY, COOKIE], [*CADDY], [URL], []])
_REQUESTS = st.builds(lambda plain, more: [*plain, *more], _PLAIN, st.lists(_HEADER, max_size=4))


@given(headers=_REQUESTS.flatmap(st.permutations))
def test_a_glance_never_says_anything_else(headers: Headers) -> None:
    """Whatever else is there, in any order: the careful way's words, or none (T32)."""
    seen = glanced(headers)

    assert seen is None or seen == careful(headers)


@given(cookie=_COOKIES)
def test_a_cookie_is_never_mistaken(cookie: str) -> None:
    """Whatever stands around the token, it is the one that the careful way finds."""
    headers = [URL, ("cookie", cookie)]
    seen = glanced(headers)

    assert seen is None or seen == careful(headers)
