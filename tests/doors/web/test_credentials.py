import pytest

from doorward.doors.web.credentials import bearer_of, browser_of, token_of
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.tokens import make_token
from tests.chance import SeededEntropy
from tests.doors.asgi import Headers, scope_of
from tests.worlds import NOON

ENTROPY = SeededEntropy()
ALICE = AccountId(new_id(NOON, ENTROPY))
TOKEN, HASH = make_token(ALICE, ENTROPY)
OTHER, OTHER_HASH = make_token(ALICE, ENTROPY)


def bearer(*headers: tuple[str, str]) -> Bearer | None:
    """Read who a request says it is."""
    return bearer_of(scope_of("GET", "/", headers))


def test_a_bearer_token_is_read() -> None:
    """The scheme's name may be spelled in any case (RFC 9110 section 11.1)."""
    assert bearer(("authorization", f"bEARER {TOKEN.reveal()}")) == Bearer(ALICE, HASH)


def test_a_cookie_is_read() -> None:
    """A browser sends the same token as a cookie."""
    assert bearer(("cookie", f"__Host-doorward={TOKEN.reveal()}")) == Bearer(ALICE, HASH)


def test_the_header_wins_over_the_cookie() -> None:
    """What a program says itself counts, not what a browser adds."""
    headers = (("cookie", f"__Host-doorward={OTHER.reveal()}"), ("authorization", f"Bearer {TOKEN.reveal()}"))

    assert bearer(*headers) == Bearer(ALICE, HASH)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "Bearer ")],
        [("authorization", "Bearer garbage")],
        [("authorization", "Basic YWxpY2U6c2VjcmV0")],
        [("authorization", f"Bearer {TOKEN.reveal()}x")],
        [("authorization", f"Bearer {TOKEN.reveal()}"), ("authorization", f"Bearer {OTHER.reveal()}")],
        [("authorization", "Bearer garbage"), ("cookie", f"__Host-doorward={TOKEN.reveal()}")],
        [("cookie", f"__Host-doorward={TOKEN.reveal()}; __Host-doorward={OTHER.reveal()}")],
        [("cookie", f"__host-doorward={TOKEN.reveal()}")],
        [("cookie", "__Host-doorward=\xff\xfe")],
    ],
)
def test_what_is_no_token_is_nobody(headers: Headers) -> None:
    """Missing, malformed and ambiguous credentials all come to nobody."""
    assert bearer(*headers) is None


def test_the_token_is_given_as_it_was_sent() -> None:
    """The gate knows remembered answers by it."""
    assert token_of(scope_of("GET", "/", [("authorization", "Bearer  abc ")])) == "abc"


def test_a_browser_is_known_by_a_hash() -> None:
    """The SHA-256 of the cookie's text; nothing where there is none."""
    there = browser_of(scope_of("GET", "/", [("cookie", f"__Host-doorward-browser={'A' * 64}")]))

    assert there is not None
    assert there.hex() == "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6"
    assert browser_of(scope_of("GET", "/")) is None


@pytest.mark.parametrize("value", ["", "abc", "A" * 63, "A" * 65, "\xff\xfe"])
def test_a_browser_is_not_known_by_what_somebody_made_up(value: str) -> None:
    """A made-up value is never taken over: the next sign-in gives the browser one of the server's own."""
    assert browser_of(scope_of("GET", "/", [("cookie", f"__Host-doorward-browser={value}")])) is None
