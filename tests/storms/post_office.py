"""A mail server on loopback with good and bad days: closed, hanging, refusing, and open again on the same port."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from tests.edges.mail.servers import Post, closed_port

_TOO_LATE = 10
_CODE = re.compile(r"^ +(\d{6})\r?$", re.MULTILINE)


class Clerk(Post):
    """Takes messages, and lets something happen between the last byte of one and the yes to it."""

    before_yes: Callable[[], None] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - named by aiosmtpd
        """Take a message."""
        answer = await super().handle_DATA(server, session, envelope)
        if self.before_yes is not None:
            self.before_yes()
        return answer


class Silent(asyncio.Protocol):
    """Takes a connection and says nothing."""

    def __init__(self, lines: list[asyncio.BaseTransport]) -> None:
        """Take the list in which connections are kept."""
        self._lines = lines

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._lines.append(transport)


class Trickling(Silent):
    """Begins a greeting that never ends, a byte now and then."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the first bytes."""
        super().connection_made(transport)
        self._say(transport)

    def _say(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport) and not transport.is_closing():
            transport.write(b"2")
            asyncio.get_running_loop().call_later(0.2, self._say, transport)


class Dropping(asyncio.Protocol):
    """Greets, and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take leave at once."""
        if isinstance(transport, asyncio.Transport):
            transport.write(b"220 mail.test\r\n")
        transport.close()


class PostOffice:
    """A mail server whose port stays the same while it opens and closes."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Find a port; nobody listens there yet."""
        self.port = closed_port()
        self.clerk = Clerk()
        self.lines: list[asyncio.BaseTransport] = []
        """Who waits for a word of a server that hangs."""
        self._loop = loop
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Name it as the `mail` setting does."""
        return f"smtp://127.0.0.1:{self.port}"

    def open(self, **answers: str) -> None:
        """Open; `answers` takes the place of a yes to `MAIL`, `RCPT` or `DATA`."""
        self.clerk.answers = answers
        self._do(self._listen(lambda: SMTP(self.clerk, hostname="mail.test", loop=self._loop)))

    def hang(self) -> None:
        """Open, take connections, and say nothing."""
        self._do(self._listen(lambda: Silent(self.lines)))

    def trickle(self) -> None:
        """Open, take connections, and never come to the end of a word."""
        self._do(self._listen(lambda: Trickling(self.lines)))

    def drop(self) -> None:
        """Open, take connections, and hang up."""
        self._do(self._listen(Dropping))

    def close(self) -> None:
        """Close, and hang up on whoever is there."""
        self._do(self._close())

    def letters(self, recipient: str | None = None) -> list[EmailMessage]:
        """Read what was delivered, or what one recipient was sent."""
        letters = [
            BytesParser(EmailMessage, policy=default).parsebytes(one.content)
            for one in list(self.clerk.letters)
            if isinstance(one.content, bytes)
        ]
        return [letter for letter in letters if recipient is None or letter["To"] == recipient]

    def codes(self, recipient: str) -> list[str]:
        """Read the codes that somebody was sent, oldest first."""
        return [
            code for letter in self.letters(recipient) for code in re.findall(r"(?m)^ +(\d{6})\r?$", text_of(letter))
        ]

    async def _listen(self, make: Callable[[], asyncio.BaseProtocol]) -> None:
        await self._close()
        self._server = await self._loop.create_server(make, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for line in self.lines:
            line.close()
        self.lines.clear()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self._server = None

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_TOO_LATE)


def text_of(letter: EmailMessage) -> str:
    """Read the text of a letter."""
    body = letter.get_body(("plain",))
    return "" if body is None else str(body.get_content())


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Make a mail server that is closed; what it runs on ends with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    office = PostOffice(loop)
    try:
        yield office
    finally:
        office.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_TOO_LATE)
        loop.close()
