import pytest

from doorward.doors.web.same_origin import judge_origin
from doorward.kernel.outcome import Refused
from tests.doors.asgi import Headers, scope_of

HERE = "https://login.example.org"


def judge(method: str, headers: Headers) -> Refused | None:
    """Judge a request to `HERE`."""
    return judge_origin(scope_of(method, "/", headers), HERE)


@pytest.mark.parametrize(
    "headers",
    [
        [("origin", HERE)],
        [("sec-fetch-site", "same-origin")],
        [("origin", HERE), ("sec-fetch-site", "same-origin")],
        [("origin", "null"), ("sec-fetch-site", "same-origin")],
    ],
)
def test_a_page_of_ours_may(headers: Headers) -> None:
    """Either header is enough; browsers write them, pages cannot."""
    assert judge("POST", headers) is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("origin", HERE + ".evil.example")],
        [("origin", HERE + ":8443")],
        [("origin", "http://login.example.org")],
        [("origin", HERE), ("origin", "https://evil.example")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "none")],
        [("referer", HERE)],
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_everybody_else_may_not(method: str, headers: Headers) -> None:
    """Another origin, a sibling, an opaque one and none at all are refused."""
    assert judge(method, headers) == Refused("request.cross_origin")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_free(method: str) -> None:
    """What changes nothing needs no origin."""
    assert judge(method, [("origin", "https://evil.example")]) is None
