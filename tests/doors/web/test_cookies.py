from doorward.doors.web.cookies import BROWSER, SESSION, cookies_of, drop_cookie, has_own_cookie, set_cookie
from tests.doors.asgi import scope_of


def cookies(*headers: str) -> dict[str, str]:
    """Read the cookies of a request."""
    return cookies_of(scope_of("GET", "/", [("cookie", header) for header in headers]))


def test_cookies_are_read() -> None:
    """Names and values, from one header or from several."""
    assert cookies("a=1; b=two", "c=") == {"a": "1", "b": "two", "c": ""}


def test_a_cookie_that_comes_twice_is_none() -> None:
    """Nobody can say which of both is meant, so neither is."""
    assert cookies("a=1; b=2; a=3") == {"b": "2"}


def test_garbage_is_no_cookie() -> None:
    """What has no name or no sign is passed over."""
    assert cookies(";;=x; lonely; a=1") == {"a": "1"}


def test_own_cookies_are_noticed() -> None:
    """Each of the three makes a request one of a browser; cookies of others on the same host do not."""
    assert has_own_cookie(scope_of("GET", "/", [("cookie", f"x=1; {BROWSER}=y")]))
    assert not has_own_cookie(scope_of("GET", "/", [("cookie", "other=1")]))


def test_a_cookie_is_bound_to_host_and_tls() -> None:
    """What the `__Host-` prefix asks for, hidden from scripts, not sent along from other sites' forms."""
    assert set_cookie(SESSION, "abc") == "__Host-doorward=abc; Path=/; Secure; HttpOnly; SameSite=Lax"


def test_a_cookie_can_last() -> None:
    """The browser cookie lasts 400 days."""
    assert set_cookie(BROWSER, "abc", 34_560_000).endswith("; Max-Age=34560000")


def test_a_cookie_can_be_dropped() -> None:
    """An age of nothing removes it."""
    assert drop_cookie(SESSION) == "__Host-doorward=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
