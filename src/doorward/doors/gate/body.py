"""Bodies are read whole before a door is asked, and no further than 64 KiB, announced or not."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from doorward.doors.web.headers import values_of
from doorward.kernel.outcome import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

BODY_BYTES = 64 * 1024


class Gone(Exception):
    """The client went away before its request was complete."""


async def read_body(scope: Scope, receive: Receive) -> Receive | Refused:
    """Read the body; give a `receive` that hands it over again, or refuse what is too large."""
    announced = values_of(scope, b"content-length")
    if not announced and not values_of(scope, b"transfer-encoding"):
        return receive
    if announced and announced[0].isdigit() and int(announced[0]) > BODY_BYTES:
        return Refused("request.too_large")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES:
            return Refused("request.too_large")
    return _Again(bytes(body), receive)


class _Again:
    """Hands a body over once, and then whatever comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        first, self._first = self._first, None
        return first if first is not None else await self._receive()
