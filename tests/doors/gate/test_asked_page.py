from ipaddress import ip_network

import pytest

from doorward.doors.gate.asked_page import AskedPage, asked_page, page_of
from doorward.kernel.outcome import Refused
from tests.doors.asgi import scope_of

PROXIES = (ip_network("192.0.2.0/24"),)
MALFORMED = Refused("applications.address_malformed")
GET = ("x-forwarded-method", "GET")
TLS = ("x-forwarded-proto", "https")
HOST = ("x-forwarded-host", "app.example.org")


def asked(*headers: tuple[str, str], client: str = "192.0.2.7") -> AskedPage | Refused:
    """Read what a proxy says."""
    return asked_page(scope_of("GET", "/forward-auth", headers, client), PROXIES)


def uri(value: str) -> AskedPage | Refused:
    """Read an address as Caddy and Traefik name it."""
    return asked(TLS, HOST, GET, ("x-forwarded-uri", value))


def url(value: str) -> AskedPage | Refused:
    """Read an address as nginx names it."""
    return asked(("x-original-url", value), ("x-original-method", "GET"))


def test_the_two_spellings_say_the_same() -> None:
    """But for who passes on what."""
    page = AskedPage("app.example.org", "/a?b=c", reads=True, opens=True)

    assert uri("/a?b=c") == page
    assert url("https://app.example.org/a?b=c") == AskedPage(
        page.host, page.page, page.reads, page.opens, by_nginx=True
    )


@pytest.mark.parametrize("client", ["198.51.100.7", "", "unix"])
def test_only_proxies_are_believed(client: str) -> None:
    """Whoever comes past them says what they like."""
    assert asked(TLS, HOST, GET, ("x-forwarded-uri", "/"), client=client) == Refused("applications.not_from_proxy")


def test_without_proxies_nobody_is_believed() -> None:
    """A server that was started without --behind-proxy answers nobody."""
    scope = scope_of("GET", "/forward-auth", [TLS, HOST, GET, ("x-forwarded-uri", "/")])

    assert asked_page(scope, ()) == Refused("applications.not_from_proxy")


@pytest.mark.parametrize(
    "value",
    [
        "/",
        "//",
        "//evil.example/",
        "/%2e%2e/",
        "/../a",
        "/a%00",
        "/a?b=100%",
        "/a?b=\\",
        "/a|{}^`<>\"'",
        "/;v=1?;",
        "/?a?b",
    ],
)  # fmt: skip
def test_what_browsers_send_is_taken(value: str) -> None:
    """As it stands: nothing is decoded, nothing is mended."""
    found, same = uri(value), url(f"https://app.example.org{value}")

    assert isinstance(found, AskedPage)
    assert isinstance(same, AskedPage)
    assert (found.page, same.page) == (value, value)


@pytest.mark.parametrize(
    "value",
    [
        "", "a", "\\evil", "/\\evil.example", "/%", "/%z1", "/%1", "/a#b", "/a?b#c", "/a b", "/a\tb", "/a\x00", "/ä",
        "/?ä", "http://app.example.org/", "https://app.example.org/", "*", "evil.example:443",
    ],
)  # fmt: skip
def test_what_no_browser_sends_is_refused(value: str) -> None:
    """Absolute forms, bad percent signs, backslashes, fragments, controls, bytes beyond ASCII (T32)."""
    assert (uri(value), url(f"https://app.example.org{value}")) == (MALFORMED, MALFORMED)


@pytest.mark.parametrize(
    "value",
    [
        "http://app.example.org/", "https:///", "https://app.example.org", "https://u@app.example.org/", "/",
        "https://app.example.org:x/", "https://[::1]/", "https://app.example.org\\@evil/", "HTTPS://app.example.org/",
    ],
)  # fmt: skip
def test_what_is_no_address_over_tls_is_refused(value: str) -> None:
    """Of what nginx says."""
    assert url(value) == MALFORMED


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (TLS, HOST, GET),
        (HOST, GET, ("x-forwarded-uri", "/")),
        (TLS, GET, ("x-forwarded-uri", "/")),
        (("x-forwarded-proto", "http"), HOST, GET, ("x-forwarded-uri", "/")),
        (("x-forwarded-proto", "https, http"), HOST, GET, ("x-forwarded-uri", "/")),
        (TLS, ("x-forwarded-host", "app.example.org, evil.example"), GET, ("x-forwarded-uri", "/")),
        (TLS, HOST, HOST, GET, ("x-forwarded-uri", "/")),
        (TLS, HOST, GET, ("x-forwarded-uri", "/"), ("x-forwarded-uri", "/")),
        (TLS, TLS, HOST, GET, ("x-forwarded-uri", "/")),
        (TLS, HOST, GET, GET, ("x-forwarded-uri", "/")),
        (("x-original-url", "https://a/"), ("x-original-url", "https://a/")),
        (("x-original-url", "https://a/"), ("x-forwarded-uri", "/")),
        (("x-original-url", "https://a/"), HOST),
    ],
)
def test_what_is_missing_or_said_twice_is_refused(headers: tuple[tuple[str, str], ...]) -> None:
    """One kind, each once: nobody can say which is the proxy's."""
    assert asked(*headers) == MALFORMED


@pytest.mark.parametrize(
    ("host", "read"),
    [("APP.example.org", "app.example.org"), ("app.example.org:443", "app.example.org"), ("app:8443", "app:8443")],
)
def test_a_host_is_spelled_as_it_is_registered(host: str, read: str) -> None:
    """In small letters, without the port of TLS."""
    found = asked(TLS, ("x-forwarded-host", host), GET, ("x-forwarded-uri", "/"))

    assert isinstance(found, AskedPage)
    assert found.host == read


@pytest.mark.parametrize(
    ("headers", "reads", "opens"),
    [
        ([GET], True, True),
        ([GET, ("sec-fetch-mode", "navigate")], True, True),
        ([GET, ("sec-fetch-mode", "cors")], True, False),
        ([GET, ("sec-fetch-mode", "websocket")], True, False),
        ([GET, ("upgrade", "websocket")], True, False),
        ([GET, ("sec-websocket-key", "x")], True, False),
        ([("x-forwarded-method", "POST")], False, True),
        ([("x-forwarded-method", "get")], False, True),
        ([], False, True),
    ],
)
def test_what_a_request_is_for(headers: list[tuple[str, str]], *, reads: bool, opens: bool) -> None:
    """Pages are asked for by GET and shown; the rest cannot be sent to sign-in."""
    found = asked(TLS, HOST, ("x-forwarded-uri", "/"), *headers)

    assert isinstance(found, AskedPage)
    assert (found.reads, found.opens) == (reads, opens)


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("/.doorward/callback?ticket=x", True),
        ("/.doorward/callback", True),
        ("/.doorward/callback/", False),
        ("/", False),
    ],
)
def test_a_way_back_is_told_apart(page: str, *, back: bool) -> None:
    """By its path, to the letter."""
    found = uri(page)

    assert isinstance(found, AskedPage)
    assert found.comes_back is back


@pytest.mark.parametrize(
    ("host", "page", "read"),
    [
        ("App.example.org", "/a?b", ("app.example.org", "/a?b")),
        ("app.example.org", "/" + "a" * 1499, ("app.example.org", "/" + "a" * 1499)),
        ("app.example.org", "/" + "a" * 1500, None),
        ("app.example.org", "//evil", ("app.example.org", "//evil")),
        ("app.example.org", "evil", None),
        ("app.example.org@evil", "/", None),
        ("app.example.org", "/ä", None),
    ],
)
def test_a_page_is_read_back(host: str, page: str, read: tuple[str, str] | None) -> None:
    """What start is asked for is held to the same pattern."""
    assert page_of(host, page) == read
