import asyncio
import json

import pytest

from doorward.doors.gate.answers import Answer, Message, ready_json, send_refusal
from doorward.doors.web.headers import NO_STORE
from doorward.kernel.outcome import Refused
from tests.doors.asgi import scope_of


def refused(path: str, code: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Refuse a request for an address."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(send_refusal(scope_of("POST", path), send, Refused(code), "abcdefghijkl"))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_programs_get_problem_details() -> None:
    """Under `/api/` a refusal of the gate is like any other."""
    status, headers, body = refused("/api/v1/accounts", "server.failed")

    assert (status, headers[b"content-type"]) == (500, b"application/problem+json")
    assert json.loads(body)["reference"] == "abcdefghijkl"


def test_people_get_a_sentence() -> None:
    """On pages the gate's own refusals are plain text, with the reference."""
    status, headers, body = refused("/console/users", "server.failed")

    assert (status, headers[b"content-type"]) == (500, b"text/plain; charset=utf-8")
    assert body.decode().splitlines() == [
        "Something went wrong in the server, and nothing was changed. Tell whoever runs it the reference.",
        "Reference: abcdefghijkl",
    ]
    assert headers[b"content-length"] == str(len(body)).encode()


@pytest.mark.parametrize("path", ["/api/v1/sign-in", "/sign-in"])
def test_a_body_that_was_not_read_ends_the_connection(path: str) -> None:
    """What is still on its way would be taken for the next request."""
    assert refused(path, "request.too_large")[1][b"connection"] == b"close"


def test_every_answer_gets_its_headers() -> None:
    """What a door sends passes through, and its status is kept in mind."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def answered() -> int | None:
        answer = Answer(send, (NO_STORE,))
        await answer({"type": "http.response.start", "status": 204, "headers": [(b"x", b"y")]})
        await answer({"type": "http.response.body"})
        return answer.status

    assert asyncio.run(answered()) == 204
    assert sent[0]["headers"] == [(b"x", b"y"), NO_STORE]


def test_an_answer_can_be_made_ahead() -> None:
    """The two messages of a session check, as they are sent again and again."""
    start, end = ready_json(b"{}", (NO_STORE,))

    assert start["headers"] == [(b"content-type", b"application/json"), (b"content-length", b"2"), NO_STORE]
    assert (start["status"], end["body"]) == (200, b"{}")
