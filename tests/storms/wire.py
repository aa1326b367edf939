"""Plain HTTP/1.1 over sockets: requests as bytes, answers as the bytes that came, and many requests at one moment.

A client library would put its own ideas in between: it reuses connections, orders headers, and takes longer over a
request than the server does.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

T = TypeVar("T")
Where = str | Sequence[str]
"""A server's address, or those of several nodes, which take turns."""

PATIENCE = 30.0
"""Seconds after which an answer that should have come has not."""
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, byte for byte, and how long it took."""

    status: int
    head: bytes
    body: bytes
    seconds: float

    @property
    def headers(self) -> dict[str, str]:
        """Read the headers; one that comes twice is joined."""
        found: dict[str, str] = {}
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
        return found

    def json(self) -> Any:
        """Read the body."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Give the code of problem details, or nothing where the answer is a yes."""
        return "" if self.status < 400 else str(self.json()["code"])


class Wire:
    """One connection, kept open for as many requests as it is given."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take both ends."""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str) -> "Wire":
        """Connect to the server."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        began = asyncio.get_running_loop().time()
        self._writer.write(request)
        async with asyncio.timeout(PATIENCE):
            head = (await self._reader.readuntil(_END_OF_HEAD))[: -len(_END_OF_HEAD)]
            status = int(head.split(b" ", 2)[1])
            body = b"" if request.startswith(b"HEAD ") else await self._body(head)
        return Answer(status, head, body, asyncio.get_running_loop().time() - began)

    def send(self, part: bytes) -> None:
        """Send something, and wait for nothing."""
        self._writer.write(part)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _body(self, head: bytes) -> bytes:
        lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
        told = {name: value.strip() for name, _, value in lines}
        if told.get(b"transfer-encoding") == b"chunked":
            return b"".join([chunk async for chunk in self._chunks()])
        return await self._reader.readexactly(int(told.get(b"content-length", 0)))

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)


def request(
    line: str, body: object = None, *, token: str | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """Write a request: `POST /api/v1/sign-in`, a body as JSON, or as it is where it is bytes."""
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"host": "127.0.0.1"}
    if body is not None:
        told |= {"content-type": "application/json", "content-length": str(len(content))}
    if token is not None:
        told["authorization"] = f"Bearer {token}"
    told |= headers or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{line} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + content


def form(line: str, origin: str, fields: Mapping[str, str], cookie: str = "") -> bytes:
    """Write what a browser sends when it posts a form of the site's own page."""
    told = {"origin": origin, "content-type": "application/x-www-form-urlencoded"}
    return request(line, urlencode(fields).encode(), headers=told | ({"cookie": cookie} if cookie else {}))


@asynccontextmanager
async def wires(where: Where, count: int) -> AsyncIterator[list[Wire]]:
    """Open so many connections, and hang up at the end."""
    urls = [where] if isinstance(where, str) else where
    opened: list[Wire] = []
    try:
        for number in range(count):
            opened.append(await Wire.open(urls[number % len(urls)]))  # noqa: PERF401 - those that are open are closed, should one fail
        yield opened
    finally:
        await asyncio.gather(*(wire.close() for wire in opened))


async def together(where: Where, requests: Sequence[bytes]) -> list[Answer]:
    """Send all requests at one moment, each on a connection that was open before, and gather the answers in order."""
    async with wires(where, len(requests)) as opened:
        return await asyncio.gather(*(wire.ask(one) for wire, one in zip(opened, requests, strict=True)))


async def each(url: str, requests: Sequence[bytes]) -> list[Answer]:
    """Send requests one after the other on one connection."""
    async with wires(url, 1) as opened:
        return [await opened[0].ask(one) for one in requests]


def at_once(where: Where, requests: Sequence[bytes]) -> list[Answer]:
    """Send all requests at one moment."""
    return asyncio.run(together(where, requests))


def in_turn(url: str, requests: Sequence[bytes]) -> list[Answer]:
    """Send requests one after the other."""
    return asyncio.run(each(url, requests))


def ask(url: str, one: bytes) -> Answer:
    """Send one request on a connection of its own."""
    return in_turn(url, [one])[0]


def play(scene: Callable[[], Awaitable[T]]) -> T:
    """Play a scene on an event loop of its own."""

    async def played() -> T:
        return await scene()

    return asyncio.run(played())
