import asyncio
from collections.abc import Sequence

import pytest

from doorward.doors.gate.body import BODY_BYTES, Gone, Message, read_body
from doorward.kernel.outcome import Refused
from tests.doors.asgi import Headers, scope_of

CHUNKED = [("transfer-encoding", "chunked")]


def read(headers: Headers, *messages: Message) -> bytes | Refused:
    """Read a body that comes in these messages, as the door behind the gate would."""
    coming = list(messages)

    async def receive() -> Message:
        return coming.pop(0)

    async def reading() -> bytes | Refused:
        again = await read_body(scope_of("POST", "/", headers), receive)
        return again if isinstance(again, Refused) else (await again())["body"]

    return asyncio.run(reading())


def pieces(*bodies: bytes) -> Sequence[Message]:
    """Make the messages of a body in pieces."""
    last = len(bodies) - 1
    return [{"type": "http.request", "body": body, "more_body": at < last} for at, body in enumerate(bodies)]


def test_a_body_in_pieces_is_handed_over_whole() -> None:
    """The door reads it as if it had come at once."""
    assert read(CHUNKED, *pieces(b"one ", b"two ", b"three")) == b"one two three"


def test_sixty_four_kibibytes_are_allowed() -> None:
    """The limit itself is not too much."""
    assert read([("content-length", "65536")], *pieces(b"x" * BODY_BYTES)) == b"x" * 65_536


def test_an_announced_excess_is_refused_unread() -> None:
    """Nothing is received of a body that says it is too large."""
    assert read([("content-length", "65537")]) == Refused("request.too_large")


def test_an_unannounced_excess_is_refused_on_the_way() -> None:
    """A chunked body is stopped where it passes the limit, however much more would come."""
    assert read(CHUNKED, *pieces(b"x" * BODY_BYTES, b"x", b"never received")) == Refused("request.too_large")


def test_who_hangs_up_gets_no_answer() -> None:
    """A request that never became whole reaches no door."""
    with pytest.raises(Gone):
        read(CHUNKED, *pieces(b"half", b"")[:1], {"type": "http.disconnect"})


def test_without_a_body_nothing_is_read() -> None:
    """A GET waits for nobody."""

    async def never() -> Message:
        raise AssertionError

    assert asyncio.run(read_body(scope_of("GET", "/"), never)) is never
