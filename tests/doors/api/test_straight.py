"""The two steps that are answered without the framework answer as it does, byte by byte."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from doorward.doors.api.straight import WAYS
from doorward.edges.run import LostRace
from doorward.edges.sql.engine import DatabaseBusy
from tests.doors.asgi import Answered, Headers
from tests.doors.served import JSON, Served, serve
from tests.features.signin.walking import PASSWORD, authenticator

Pair = tuple[Served, Served]
PASSWORD_STEP, CODE_STEP = WAYS
COOKIE = ("cookie", "__Host-doorward-session=abc")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Give two servers that are the same but for the way there: straight, and through the framework."""
    with ExitStack() as both:
        for name in ("straight", "framework"):
            (tmp_path / name).mkdir()
        yield (
            both.enter_context(serve(tmp_path / "straight")),
            both.enter_context(serve(tmp_path / "framework", front=lambda api: api)),
        )


def alike(pair: Pair, line: str, body: bytes | None, headers: Headers = (JSON,), client: str = "192.0.2.7") -> Answered:
    """Send the same to both, and give the answer that they agree on."""
    sent = [] if body is None else [body]
    straight, framework = (one.send(line, sent, headers, client=client) for one in pair)
    assert straight == framework
    return straight


def said(value: object) -> bytes:
    """Spell a body."""
    return json.dumps(value).encode()


def test_whole_sign_ins(pair: Pair) -> None:
    """Right, wrong and repeated passwords and codes, until the account is locked."""
    keys = [one.walk.with_key("bram", "help-desk") for one in pair]
    assert keys[0] == keys[1]
    credentials = {"user_name": "bram", "password": PASSWORD}
    begun = alike(pair, f"POST {PASSWORD_STEP}", said(credentials)).json()
    code = authenticator(keys[0], pair[0].world)
    given_code = {"sign_in": begun["sign_in"], "code": code, "remember_device": True}

    assert alike(pair, f"POST {CODE_STEP}", said(given_code)).json()["next"] == "done"
    assert alike(pair, f"POST {CODE_STEP}", said(given_code)).code == "signin.expired"
    again = alike(pair, f"POST {PASSWORD_STEP}", said({**credentials, "device_token": "no such"})).json()
    assert alike(pair, f"POST {CODE_STEP}", said({"sign_in": again["sign_in"], "code": code})).code == "otp.used"
    statuses = {alike(pair, f"POST {PASSWORD_STEP}", said({**credentials, "password": "x"})).code for _ in range(8)}
    assert statuses == {"signin.refused"}
    assert alike(pair, f"POST {PASSWORD_STEP}", said({"user_name": "nobody", "password": "x"})).code == "signin.refused"


BODIES: list[bytes | None] = [
    None,
    b"",
    b" ",
    b"{}",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{",
    b'{"user_name": "a", "user_name": "b", "password": "c"}',
    b'{"user_name": NaN, "password": "c"}',
    b'{"user_name": "\\ud800", "password": "c"}',
    b"\xff",
    said({"user_name": "bram"}),
    said({"user_name": 7, "password": "x"}),
    said({"user_name": "", "password": "x"}),
    said({"user_name": "b" * 300, "password": "x"}),
    said({"user_name": "b\u0000", "password": "x"}),
    said({"user_name": "b", "password": "x" * 5000}),
    said({"user_name": "b", "password": ["x"]}),
    said({"user_name": "b", "password": "x", "more": 1}),
    said({"user_name": "b", "password": "x", "device_token": 3}),
    said({"sign_in": "x", "code": "123456"}),
    said({"sign_in": "A" * 64, "code": "123456"}),
    said({"sign_in": "A" * 64, "code": "12345"}),
    said({"sign_in": "A" * 64, "code": 123456}),
    said({"sign_in": "A" * 64, "code": "123456", "remember_device": "yes"}),
    said({"sign_in": "A" * 64}),
    said([{"user_name": "b", "password": "x"}]),
    b"[" * 20_000,
    b" " * 70_000,
]


@pytest.mark.parametrize("path", list(WAYS))
def test_bodies_that_are_not_understood(pair: Pair, path: str) -> None:
    """Malformed, incomplete, of the wrong kind, too large: one answer, and a refusal."""
    assert {alike(pair, f"POST {path}", body).status for body in BODIES} <= {400, 401, 413, 422}


KINDS: list[tuple[str, Headers]] = [
    ("GET", (JSON,)),
    ("PUT", (JSON,)),
    ("OPTIONS", ()),
    ("HEAD", ()),
    ("POST", ()),
    ("POST", (("content-type", "text/plain"),)),
    ("POST", (("content-type", "application/json; charset=utf-8"),)),
    ("POST", (("content-type", "application/vnd.x+json"),)),
    ("POST", (JSON, COOKIE)),
    ("POST", (JSON, COOKIE, ("origin", "https://evil.example"))),
    ("POST", (JSON, COOKIE, ("origin", "https://login.example.org"))),
    ("POST", (JSON, ("authorization", "Bearer nonsense"))),
]


@pytest.mark.parametrize("path", list(WAYS))
def test_requests_of_every_kind(pair: Pair, path: str) -> None:
    """Other methods, types, origins and parameters."""
    body = said({"user_name": "nobody", "password": "x"})
    for tail in ("", "?", "?a=1", "?a=1&a=2", "/"):
        for method, headers in KINDS:
            alike(pair, f"{method} {path}{tail}", body, headers)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["user_name", "password", "device_token", "sign_in", "code", "remember_device", "x"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(list(WAYS)), body=JSONS | st.dictionaries(FIELDS, JSONS, max_size=4))
def test_whatever_is_sent(pair: Pair, path: str, body: Any) -> None:
    """Random bodies, made of the right names as well."""
    alike(pair, f"POST {path}", said(body))


@pytest.mark.parametrize("error", [DatabaseBusy(), LostRace(), OSError("disk full")])
def test_a_database_that_fails(pair: Pair, error: Exception) -> None:
    """Busy, lost to others, or broken: told alike, logged alike, and nothing is taken for done."""
    failing = (pair[0].failing(error), pair[1].failing(error))

    with capture_logs() as logs:
        answered = alike(failing, f"POST {PASSWORD_STEP}", said({"user_name": "bram", "password": PASSWORD}))

    assert answered.code in {"database.busy", "server.failed"}
    assert len(logs) == (2 if answered.code == "server.failed" else 0)
