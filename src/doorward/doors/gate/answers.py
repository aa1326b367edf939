"""Answers of the gate's own, and the headers that it adds to everybody's."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from doorward.doors.web.headers import Headers, with_always
from doorward.doors.web.problems import problem
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

FOR_PROGRAMS = "/api/"
"""Where addresses begin that programs ask."""
_EMPTY = (b"content-length", b"0")
_JSON = (b"content-type", b"application/json")
_PAGE = (b"content-type", b"text/html; charset=utf-8")
_NO_REFERRER = (b"referrer-policy", b"no-referrer")
_LOOK = (
    b"content-security-policy",
    b"; ".join([
        b"default-src 'none'", b"style-src 'self'", b"font-src 'self'", b"img-src 'self'",
        b"frame-ancestors 'none'", b"base-uri 'none'", b"form-action 'none'",
    ]),
)  # fmt: skip
_TEXT = (b"content-type", b"text/plain; charset=utf-8")


class Answer:
    """Passes an answer on with the headers that every answer carries, and keeps its status in mind."""

    def __init__(self, send: Send, every: tuple[tuple[bytes, bytes], ...]) -> None:
        """Take where the answer goes, and the headers to add."""
        self._send = send
        self._every = every
        self.status: int | None = None
        """The status that was sent; None while nothing was."""

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": with_always(message.get("headers", ()), self._every)}
        await self._send(message)


def ready(headers: Headers, every: tuple[tuple[bytes, bytes], ...], status: int = 200) -> tuple[Message, Message]:
    """Make the two messages of an answer without a body, which can be sent as often as one likes."""
    start = {"type": "http.response.start", "status": status, "headers": [*headers, _EMPTY, *every]}
    return start, {"type": "http.response.body", "body": b""}


def ready_page(html: str, every: tuple[tuple[bytes, bytes], ...]) -> tuple[Message, Message]:
    """Make the two messages of a page without a script, which no other host is told the address of."""
    body = html.encode()
    own = [_PAGE, _NO_REFERRER, _LOOK, (b"content-length", str(len(body)).encode())]
    headers = with_always(own, every)
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    return start, {"type": "http.response.body", "body": body}


def ready_json(body: bytes, every: tuple[tuple[bytes, bytes], ...]) -> tuple[Message, Message]:
    """Make the two messages of an answer in JSON, which can be sent as often as one likes."""
    headers = [_JSON, (b"content-length", str(len(body)).encode()), *every]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    return start, {"type": "http.response.body", "body": body}


async def send_refusal(scope: Scope, send: Send, refused: Refused, reference: str) -> None:
    """Send a refusal: problem details to programs, a line of text to people."""
    told = problem(refused, reference)
    headers, body = told.headers, told.body
    if not scope["path"].startswith(FOR_PROGRAMS):
        body = f"{sentence(refused)}\nReference: {reference}\n".encode()
        headers = [header for header in headers if not header[0].startswith(b"content-")]
        headers += [_TEXT, (b"content-length", str(len(body)).encode())]
    if refused.code == "request.too_large":
        headers.append((b"connection", b"close"))  # what is still on its way would be taken for the next request
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
