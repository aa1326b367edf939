import json

from doorward.doors.web.problems import problem
from doorward.kernel.outcome import Refused


def test_a_refusal_becomes_problem_details() -> None:
    """RFC 9457 with our two members: the stable code, and the reference."""
    told = problem(Refused("rights.missing", {"right": "users:unlock"}), "abcdefghijkl")

    assert told.status == 403
    assert json.loads(told.body) == {
        "type": "/docs#rights.missing",
        "title": "Forbidden",
        "status": 403,
        "detail": "You do not have the right that this takes (users:unlock). Ask an administrator for it.",
        "code": "rights.missing",
        "reference": "abcdefghijkl",
    }


def test_the_cause_is_not_told() -> None:
    """What really was the matter is for the audit trail alone."""
    told = problem(Refused("signin.refused", cause="locked since Monday"), "abcdefghijkl")

    assert b"Monday" not in told.body


def test_the_media_type_and_the_length_are_named() -> None:
    """Clients know a problem by its type."""
    told = problem(Refused("accounts.not_found"), "abcdefghijkl")

    assert dict(told.headers) == {
        b"content-type": b"application/problem+json",
        b"content-length": str(len(told.body)).encode(),
    }


def test_a_401_asks_for_a_bearer_token() -> None:
    """RFC 9110 wants a challenge with every 401."""
    assert (b"www-authenticate", b"Bearer") in problem(Refused("session.required"), "abcdefghijkl").headers


def test_whoever_is_to_come_again_is_told_when() -> None:
    """The refusal's own figure, else one of the status."""
    assert (b"retry-after", b"7") in problem(Refused("signin.busy", retry_after=7), "abcdefghijkl").headers
    assert (b"retry-after", b"1") in problem(Refused("database.busy"), "abcdefghijkl").headers
    assert (b"retry-after", b"60") in problem(Refused("signin.throttled"), "abcdefghijkl").headers
