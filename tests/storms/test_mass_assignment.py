"""T18: a field that a route does not take changes nothing, wherever in the request it stands."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.storms.size import size
from tests.storms.test_bad_input import Route, clear, fields_of, kept, queries_of
from tests.storms.town import Person, Town, town
from tests.storms.wire import Answer, ask, in_turn, request

PRIVILEGED: dict[str, Any] = {
    "id": str(UUID(int=7)), "account_id": str(UUID(int=7)), "user_name": "root", "email": "evil@example.org",
    "kind": "internal", "enabled": True, "protected": False, "locked_at": None, "lock_reason": None,
    "lock_ends_at": None, "unlocked_by": "root", "unlocked_by_id": str(UUID(int=7)), "unlocked_at": None,
    "failures": 0, "consecutive_failures": 0, "roles": ["administrator"], "role": "administrator", "groups": ["admins"],
    "rights": ["users:modify"], "scope": "everything", "allowlisted": True, "may_set_up": True, "excluded": True,
    "second_factor": "set_up", "factors": 1, "secret_key": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "totp_secret": "x",
    "recovery_codes": ["x"], "password_hash": "$2b$04$x", "password": "an even longer walk", "must_change": False,
    "email_verified": True, "epoch": 9, "auth_epoch": 9, "version": 9, "used_second_factor": True, "fresh_at": None,
    "own_page_only": False, "actor": "root", "actor_id": str(UUID(int=7)), "owner": True, "approved": True,
    "expires_at": "2099-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z", "is_admin": True, "__proto__": {},
}  # fmt: skip
"""Fields by which somebody would like to become more than they are."""
SAMPLES: dict[str, Any] = {
    "reason": "a test", "user_name": "zoe", "full_name": "Zoe", "email": "zoe@example.org", "kind": "internal",
    "password": "a walk in the wood", "new_password": "eleven green bicycles", "code": "123456",
    "roles": ["help-desk"], "accounts": [], "filter": {}, "sign_in": "A" * 64, "token": "A" * 64, "version": 0,
    "account_protection": {"password": "a walk in the wood", "code": "123456"},
}  # fmt: skip
"""What stands in a good body, by the name of the field."""
SAMPLES_OF_A_CHANGE = {"reason": "a test"}
OF_TYPE = {"string": "x", "integer": 1, "boolean": True, "array": [], "object": {}}
STRIDE = size(5, 1)
"""Every day each route is tried with every fifth field, another fifth than its neighbour."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("mass")) as begun:
        begun.rules(failures_before_lock=0, failing_names_before_refusing=0)
        yield begun


@pytest.fixture(scope="module")
def bram(server: Town) -> Person:
    """Add the person that all routes are about."""
    return server.add("bram")


@pytest.fixture(scope="module")
def writing(server: Town) -> list[Route]:
    """Read from the server's document which routes may change something."""
    told = ask(server.url, request("GET /openapi.json")).json()
    shapes = told["components"]["schemas"]
    return [
        Route(method.upper(), path, fields_of(call, shapes), queries_of(call))
        for path, methods in told["paths"].items()
        for method, call in methods.items()
        if method != "get"
    ]


def good(route: Route) -> dict[str, Any]:
    """Write a body as the route takes it, as far as a test can know; what has no sample is of its type."""
    return {name: SAMPLES.get(name, OF_TYPE.get(schema.get("type", ""))) for name, schema in route.fields.items()}


def variants(route: Route, name: str, value: Any) -> Iterator[tuple[str, str, bytes | dict[str, Any] | list[Any]]]:
    """Put a field where it does not belong: beside, below, twice, in the query, in a list."""
    body = good(route)
    text = json.dumps(value)
    yield "beside", "", {**body, name: value}
    yield "below", "", {**body, "account": {name: value}}
    yield "below a field", "", {**body, next(iter(body), "reason"): {name: value}}
    yield (
        "twice",
        "",
        f'{{"{name}": {text}, "{name}": {text}{"".join(f", {pair(*one)}" for one in body.items())}}}'.encode(),
    )
    yield "in the query", f"?{name}={quote(text)}", body
    yield "in a list", "", [body, {name: value}]
    yield "as a list", "", {**body, name: [value, value]}


def pair(name: str, value: Any) -> str:
    """Spell one pair of a JSON object."""
    return f"{json.dumps(name)}: {json.dumps(value)}"


def chosen(route: Route, number: int) -> Iterator[tuple[str, Any]]:
    """Choose the fields of a route's turn; those that it takes are its own affair."""
    for name, value in list(PRIVILEGED.items())[number % STRIDE :: STRIDE]:
        if name not in route.fields:
            yield name, value


def tried(server: Town, route: Route, bram: Person, number: int) -> dict[str, Answer]:
    """Send a route every variant, and give each answer under what was sent."""
    path = route.path.replace("{account}", str(bram.account)).replace("{name}", "default")
    path = re.sub(r"{[a-z_]+}", str(UUID(int=7)), path)
    lines = {
        f"{name} {how}": request(
            f"{route.method} {path}{query}", body, token=server.watch, headers={"if-match": "1"}
        )
        for name, value in chosen(route, number)
        for how, query, body in variants(route, name, value)
    }  # fmt: skip
    return dict(zip(lines, in_turn(server.url, list(lines.values())), strict=True))


def test_a_good_body_goes_through(server: Town) -> None:
    """What is smuggled in is all that is wrong: the bodies of this storm do what they say."""
    oda = server.add("oda")
    locked = server.ask(f"POST /accounts/{oda.account}/lock", SAMPLES_OF_A_CHANGE, server.watch)
    smuggled = server.ask(
        f"POST /accounts/{oda.account}/unlock", {**SAMPLES_OF_A_CHANGE, "enabled": False}, server.watch
    )

    assert (locked.status, smuggled.status, smuggled.code) == (200, 422, "request.unknown_field")


def test_a_field_that_a_route_does_not_take_changes_nothing(server: Town, bram: Person, writing: list[Route]) -> None:
    """Beside, below, twice, in the query, in a list: refused clearly, and no row of any table is another."""
    assert len(writing) > 40
    changed: list[str] = []
    unclear: dict[str, str] = {}
    for number, route in enumerate(writing):
        before = kept(server)
        answers = tried(server, route, bram, number)
        unclear |= {
            f"{route.method} {route.path} {what}": f"{answer.status} {answer.body[:120]!r}"
            for what, answer in answers.items()
            if not clear(answer, 400)
        }
        after = kept(server)
        changed += [f"{route.method} {route.path}: {table}" for table in after if after[table] != before[table]]

    assert changed == []
    assert unclear == {}
    assert "Traceback" not in server.server.log
