import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.mail.browsers import describe

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0 Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17 Safari/605.1", "Safari on macOS"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 17_0 like Mac OS X) {WEBKIT} CriOS/120 Safari/604.1", "Chrome on iPhone"),
        (f"{MOZILLA} (Linux; Android 14) {WEBKIT} Chrome/131.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} {WEBKIT} Chrome/131.0 Safari/537.36 OPR/110", "Opera"),
        ("curl/8.5.0", "curl 8.5.0"),
        ("python-httpx/0.28.1", "python-httpx 0.28.1"),
        ("doorward", "doorward"),
    ],
)
def test_a_browser_is_told_in_a_few_words(user_agent: str, told: str) -> None:
    """Product and system, or the first product and its version."""
    assert describe(user_agent) == told


@pytest.mark.parametrize("user_agent", ["", " ", "/", "(x)", "\u0411\u0440\u0430\u0443\u0437\u0435\u0440", "x" * 41])
def test_a_line_that_says_nothing_is_not_told(user_agent: str) -> None:
    """No word is made up for it."""
    assert describe(user_agent) is None


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        ("Call us at http://evil.example now", "Call"),
        ("http://evil.example/", "http"),
        ("evil.example/1", "evil"),
        ("<b>x</b>/1", None),
    ],
)
def test_a_sentence_or_an_address_does_not_get_through(user_agent: str, told: str | None) -> None:
    """Whoever asks for a code writes this line, and its reader believes us."""
    assert describe(user_agent) == told


@given(st.text(max_size=300))
def test_what_is_told_is_short_and_plain(user_agent: str) -> None:
    """At most a product, a version or a system, in ASCII, with no markup and no address."""
    told = describe(user_agent) or ""

    assert len(told) <= 80
    assert told.isascii()
    assert not set(told) & set("<>&\"':/@\r\n")
