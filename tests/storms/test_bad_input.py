import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.storms.town import Town, town
from tests.storms.wire import Answer, ask, in_turn, request

NOT_WHAT_IS_ASKED = (b"{", b"nul", b"{'a': 1}", b"\xff\xfe{}", b"[]", b'"text"', b"1", b"true", b"NaN", b"{} {}",
                     b"[" * 20_000, b'{"a":' * 5_000, b'{"reason": "\\ud800"}', b'{"reason": "x", "reason": "x"}',
                     b'{"nobody_knows_this": 1}', b'{"reason": "x", "__proto__": {}}')  # fmt: skip
"""Bodies that no route takes."""
KINDS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "")
IDS = ("1", "null", "-1", "00000000-0000-0000-0000-00000000000g", str(UUID(int=7)), "%00", "..%2f..%2fetc", "%ff",
       "x" * 5_000, "%F0%9F%94%91", "{account}", "'%20OR%201=1--")  # fmt: skip
VALUES = ("%00", "%ff", "-1", "0", "9" * 40, "1e3", "x" * 3_000, "%E2%80%AE", "'%3B%20DROP%20TABLE%20accounts",
          "true&limit=2", "A" * 22, "2026-13-45T99:99:99Z", "%D9%A3", "")  # fmt: skip
TEXTS = (
    "x" * 501,
    "nul\x00",
    "line\nbreak",
    "tab\t",
    "\x1b[31mred",
    "\u202egnirts",
    "\u2028",
    "\ufeff",
    "\u200b",
    "",
    "   ",
)
"""Names and reasons that nobody can have: too long, control and invisible characters, blanks."""
QUIET = {"audit_entries", "duties", "sessions", "alembic_version"}
"""Tables in which refusals, workers and activity leave a trace."""


NAMED = "PUT /api/v1/forward-auth/hosts/{host}"
"""What stands in this address is no id but the name of what is made."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route as the server's own document tells it."""

    method: str
    path: str
    fields: dict[str, Any]
    """The properties of its body."""
    parameters: tuple[str, ...]
    """The names of its query parameters."""

    def line(self, server: Town) -> str:
        """Write the first line, about Bram, who is the last that was added."""
        (bram,) = server.rows("SELECT account_id FROM accounts ORDER BY account_id DESC LIMIT 1")
        path = self.path.replace("{account}", str(UUID(bytes=bram["account_id"]))).replace("{name}", "default")
        return f"{self.method} {re.sub(r'{[a-z]+}', str(UUID(int=7)), path)}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server with Bram and an operator."""
    with town(tmp_path_factory.mktemp("input")) as begun:
        begun.add("bram")
        yield begun


@pytest.fixture(scope="module")
def routes(server: Town) -> list[Route]:
    """Read from the server's document which routes there are."""
    told = ask(server.url, request("GET /openapi.json")).json()
    shapes = told["components"]["schemas"]
    return [
        Route(method.upper(), path, fields_of(call, shapes), queries_of(call))
        for path, methods in told["paths"].items()
        for method, call in methods.items()
    ]


def fields_of(call: Any, shapes: Any) -> dict[str, Any]:
    """Find the properties of a route's body."""
    schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    options = [schema, *schema.get("anyOf", [])]
    names = [one["$ref"].rpartition("/")[2] for one in options if "$ref" in one]
    return {} if not names else dict(shapes[names[0]]["properties"])


def queries_of(call: Any) -> tuple[str, ...]:
    """Name the query parameters of a route."""
    return tuple(one["name"] for one in call.get("parameters", ()) if one["in"] == "query")


def kept(server: Town) -> dict[str, list[Any]]:
    """Read everything that bad input must not touch."""
    tables = {row["name"] for row in server.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {name: sorted(map(repr, server.rows(f"SELECT * FROM {name}"))) for name in tables - QUIET}  # noqa: S608 - ours


def not_clear(answers: dict[str, Answer], least: int = 400) -> dict[str, str]:
    """Name what was not answered by a refusal that programs and people understand."""
    return {
        what: f"{answer.status} {answer.body[:200]!r}" for what, answer in answers.items() if not clear(answer, least)
    }


def clear(answer: Answer, least: int) -> bool:
    """Tell whether an answer is problem details with a 4xx, or below 400 where that may be."""
    if least <= answer.status < 400:
        return True
    problem = answer.headers.get("content-type") == "application/problem+json"
    return problem and 400 <= answer.status < 500 and bool(answer.code and answer.json()["detail"])


def each(server: Town, asked: dict[str, bytes]) -> dict[str, Answer]:
    """Ask one after the other, and give each answer under what was wrong; none of it may be a bug."""
    answers = dict(zip(asked, in_turn(server.url, list(asked.values())), strict=True))
    assert "Traceback" not in server.server.log
    return answers


def test_a_body_that_cannot_be_meant_is_refused(server: Town, routes: list[Route]) -> None:
    """Malformed, ambiguous, of the wrong kind or with a field that nobody knows, on every writing route."""
    before = kept(server)
    asked = {
        f"{route.method} {route.path} {body[:30]!r}": request(route.line(server), body, token=server.watch)
        for route in routes
        if route.method != "GET"
        for body in NOT_WHAT_IS_ASKED
    }

    assert not_clear(each(server, asked)) == {}
    assert kept(server) == before


def test_a_field_of_the_wrong_type_is_refused(server: Town, routes: list[Route]) -> None:
    """Nothing is converted: no field of any route takes one and a half."""
    before = kept(server)
    asked = {
        f"{route.method} {route.path} {name}": request(route.line(server), {name: 1.5}, token=server.watch)
        for route in routes
        for name in route.fields
    }

    assert len(asked) > 80
    assert not_clear(each(server, asked)) == {}
    assert kept(server) == before


def test_a_body_of_another_kind_is_refused(server: Town, routes: list[Route]) -> None:
    """JSON comes as JSON: a form of another site cannot say that it is (T14)."""
    before = kept(server)
    asked = {
        f"{route.method} {route.path} {kind}": request(
            route.line(server), {"reason": "x"}, token=server.watch, headers={"content-type": kind}
        )
        for route in routes
        if route.method != "GET"
        for kind in KINDS
    }

    assert not_clear(each(server, asked)) == {}
    assert kept(server) == before


@pytest.mark.parametrize("name", ["user_name", "full_name", "email", "reason", "code", "sign_in", "issuer"])
def test_a_name_that_nobody_can_have_is_refused(server: Town, routes: list[Route], name: str) -> None:
    """Too many characters, none, or such as cannot be seen; wherever a field of that name is taken.

    A session that is fresh does not look at the code that it may be given on one's own page.
    """
    before = kept(server)
    valid: dict[str, Any] = {"reason": "a test", "user_name": "zoe", "password": "x"}
    asked = {
        f"{route.method} {route.path} {text!r}": request(
            route.line(server), {**{key: valid[key] for key in route.fields if key in valid}, name: text},
            token=server.watch, headers={"if-match": "1"},
        )
        for route in routes
        if name in route.fields and not (name == "code" and "/me/" in route.path)
        for text in (*TEXTS, *(["x" * 300] if name.endswith("_name") else []))
        if text.strip() or name not in {"full_name", "email"}
    }  # fmt: skip

    assert asked
    assert not_clear(each(server, asked)) == {}
    assert kept(server) == before


def test_an_id_that_nobody_has_is_not_found(server: Town, routes: list[Route]) -> None:
    """Whatever stands in its place."""
    before = kept(server)
    asked = {
        f"{route.method} {route.path} {one[:40]}": request(
            f"{route.method} {re.sub('{[a-z]+}', one, route.path)}",
            None if route.method == "GET" else {"reason": "x"}, token=server.watch, headers={"if-match": "1"},
        )
        for route in routes
        if "{" in route.path and f"{route.method} {route.path}" != NAMED
        for one in IDS
    }  # fmt: skip

    assert not_clear(each(server, asked)) == {}
    assert kept(server) == before


def test_a_parameter_that_makes_no_sense_breaks_nothing(server: Town, routes: list[Route]) -> None:
    """Each parameter of each list, with values that are none; some are taken as text to search for."""
    asked = {
        f"{route.path} {name}={value[:40]}": request(f"{route.line(server)}?{name}={value}", token=server.watch)
        for route in routes
        if route.method == "GET"
        for name in (*route.parameters, "nobody_knows_this")
        for value in VALUES
    }
    answers = each(server, asked)

    assert not_clear(answers, least=200) == {}
    assert {one.status for what, one in answers.items() if "nobody_knows_this" in what} <= {400, 422}
    assert {one.status for what, one in answers.items() if re.search(r" cursor=(?!A{22}$).", what)} <= {400, 404}
