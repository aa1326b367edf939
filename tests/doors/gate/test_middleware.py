from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.arrival import arrival_of, note_arrival
from doorward.doors.web.metrics import Metrics
from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf
from tests.doors.asgi import Answered, Message, Scope, ask, call, scope_of
from tests.doors.served import Served
from tests.signer import SIGNER

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[Scope, Receive, Send], Awaitable[None]]


def failing(error: Exception) -> Door:
    """Make a door in which something goes wrong."""

    async def door(*_: object) -> None:
        raise error

    return door


def behind_gate(served: Served, door: Door, scope: Scope) -> Answered:
    """Send a request through the gate to a door of the test's own."""
    with ThreadPoolExecutor(1) as threads:
        return ask(Gate(door, served.world.runtime, Surroundings(threads, served.ticks, Metrics("1"), SIGNER)), scope)


def test_a_check_is_answered_from_the_database_first(served: Served) -> None:
    """Then from memory, with the same bytes."""
    token = served.token(served.world.add("bram", "help-desk", factors=1))
    first, second = (served.ask("GET /session", token=token) for _ in range(2))

    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body
    assert first.headers == second.headers


def test_the_gate_says_what_the_api_says(served: Served) -> None:
    """The gate only answers sooner: the route behind it gives the same bytes."""
    token = served.token(served.world.add("bram", "help-desk", factors=1))
    scope = scope_of("GET", "/api/v1/session", [("authorization", f"Bearer {token}")])
    note_arrival(scope, served.world.runtime.entropy, ())
    behind = served.runner.run(call(served.app, scope))

    assert served.ask("GET /session", token=token).body == behind.body


def test_an_ended_session_is_dead_within_a_second(served: Served) -> None:
    """What is remembered is trusted for 0.8 s, on a node that heard nothing of the end (SESS-3)."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram)
    served.ask("GET /session", token=token)
    served.world.run(end_sessions_of, EndSessionsOf(bram))
    served.ticks.now += 0.79
    still = served.ask("GET /session", token=token)
    served.ticks.now += 0.02
    over = served.ask("GET /session", token=token)

    assert (still.status, over.status, over.code) == (200, 401, "session.required")


def test_acts_do_not_trust_the_memory(served: Served) -> None:
    """An unsafe request with a session that was ended a moment ago is refused at once (SESS-3)."""
    bram = served.world.add("bram", "administrator", factors=1)
    other = served.world.add("zoe")
    token = served.token(bram)
    served.ask("GET /session", token=token)
    served.world.run(end_sessions_of, EndSessionsOf(bram))
    refused = served.ask(f"POST /accounts/{other}/unlock", {"reason": "late"}, token)

    assert (refused.status, refused.code) == (401, "session.required")


@pytest.mark.parametrize("token", [None, "garbage", "A" * 64])
def test_a_check_without_a_session_is_refused(served: Served, token: str | None) -> None:
    """Nothing, nonsense and an unknown token get the same answer."""
    answered = served.ask("GET /session", token=token)

    assert (answered.status, answered.code, answered.headers["www-authenticate"]) == (401, "session.required", "Bearer")


def test_a_cookie_is_checked_like_a_bearer_token(served: Served) -> None:
    """A browser's check needs no header."""
    token = served.token(served.world.add("bram", factors=1))
    answered = served.ask("GET /session", headers=[("cookie", f"__Host-doorward={token}")])

    assert answered.json()["user_name"] == "bram"


def test_use_keeps_a_session_alive(served: Served) -> None:
    """Whatever is asked counts as activity, reading too (SESS-1)."""
    token = served.token(served.world.add("bram", factors=1))
    statuses = []
    for _ in range(4):
        served.world.pass_time(minutes=10)
        served.ticks.now += 600
        statuses.append(served.ask("GET /me", token=token).status)
        served.runner.run(served.gate.activity.settled())

    assert statuses == [200, 200, 200, 200]


def test_the_reference_stands_in_answer_and_entry(served: Served) -> None:
    """Whoever calls the help desk can name what happened."""
    bram = served.world.add("bram", factors=1)
    token = served.token(bram)
    refused = served.ask(f"POST /accounts/{bram}/unlock", {"reason": "me"}, token)

    assert refused.json()["reference"] == served.world.entries()[-1].reference


def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    """Announced or in pieces, before anybody looks at it."""
    announced = served.send("POST /api/v1/sign-in", [b"x" * 65_537])
    scope = scope_of("POST", "/api/v1/sign-in", [("transfer-encoding", "chunked")])
    chunked = served.runner.run(call(served.gate, scope, b"x" * 65_536, b"x"))

    assert (announced.status, announced.code) == (413, "request.too_large")
    assert (chunked.status, chunked.code) == (413, "request.too_large")


def test_a_bug_is_told_by_its_reference_alone(served: Served) -> None:
    """The visitor sees a sentence, the log the trouble, and both the reference."""
    with capture_logs() as logs:
        answered = behind_gate(served, failing(ValueError("hunter2")), scope_of("POST", "/api/v1/sign-in"))

    assert (answered.status, answered.code) == (500, "server.failed")
    assert b"hunter2" not in answered.body
    assert logs[0]["reference"] == answered.json()["reference"]


def test_a_busy_database_is_told(served: Served) -> None:
    """The client may come again in a second; the log has a line, and no traceback for each request of an outage."""
    with capture_logs() as logs:
        answered = behind_gate(served, failing(DatabaseBusy()), scope_of("POST", "/api/v1/sign-in"))

    assert (answered.status, answered.code, answered.headers["retry-after"]) == (503, "database.busy", "1")
    assert [(line["error"], "exc_info" in line) for line in logs] == [("the database is busy", False)]


def test_the_log_of_a_bug_holds_no_token(served: Served) -> None:
    """Addresses of one-time links hold one."""
    with capture_logs() as logs:
        behind_gate(served, failing(ValueError()), scope_of("POST", f"/set-password/{'A' * 64}"))

    assert logs[0]["path"] == "/set-password/***"


def test_every_answer_carries_the_headers(served: Served) -> None:
    """Whatever a door sends, it is not stored, not framed and not guessed at."""

    async def bare(scope: Scope, _: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": arrival_of(scope).address.encode()})

    answered = behind_gate(served, bare, scope_of("GET", "/"))

    assert answered.body == b"192.0.2.7"
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["x-content-type-options"] == "nosniff"
    assert answered.headers["strict-transport-security"] == "max-age=63072000"


def test_a_memory_answer_carries_the_headers_too(served: Served) -> None:
    """The hot path leaves nothing out."""
    token = served.token(served.world.add("bram", factors=1))
    served.ask("GET /session", token=token)
    recalled = served.ask("GET /session", token=token)

    assert recalled.headers["cache-control"] == "no-store"
    assert recalled.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("POST /sign-in", 401),
        ("GET /session", 401),
        ("GET /accounts", 401),
        ("GET /nowhere", 404),
        ("PUT /session", 405),
    ],
)
def test_the_reference_of_a_refusal_is_in_the_log(served: Served, line: str, status: int) -> None:
    """Whoever is told it can be helped by whoever reads the log, also where no act came about."""
    body = {"user_name": "nobody", "password": "a walk in the wood"} if line == "POST /sign-in" else None
    with capture_logs() as logs:
        answered = served.ask(line, body)

    method, path = line.split()
    assert answered.status == status
    assert [{key: one[key] for key in ("event", "status", "reference", "method", "path")} for one in logs] == [
        {
            "event": "refused",
            "status": status,
            "reference": answered.json()["reference"],
            "method": method,
            "path": f"/api/v1{path}",
        }
    ]


def test_what_is_answered_well_or_comes_in_floods_has_no_line(served: Served) -> None:
    """A full queue refuses thousands a second, and says when to come again."""
    token = served.token(served.world.add("bram", factors=1))
    while served.queue.take("192.0.2.1") or served.queue.take("192.0.2.2"):
        pass
    with capture_logs() as logs:
        fine = served.ask("GET /session", token=token)
        busy = served.ask("POST /sign-in", {"user_name": "bram", "password": "a walk in the wood"})

    assert (fine.status, busy.status, logs) == (200, 503, [])
