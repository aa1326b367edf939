"""How long an arriving request is waited for, and how long its head may be, piece by piece."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from doorward.edges.http_server import ARRIVAL_SECONDS, BoundedProtocol

WHOLE = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
HALF = WHOLE[:20]
HEAD = b"GET / HTTP/1.1\r\nhost: x\r\nx: "


@dataclass
class Timer:
    """Something that is to happen."""

    seconds: float
    do: Callable[..., None]
    words: tuple[Any, ...]
    cancelled: bool = False

    def cancel(self) -> None:
        """Let it not happen."""
        self.cancelled = True


@dataclass
class Loop:
    """An event loop whose time stands still."""

    timers: list[Timer] = field(default_factory=list)

    def call_later(self, seconds: float, do: Callable[..., None], *words: Any) -> Timer:
        """Keep a timer."""
        self.timers.append(Timer(seconds, do, words))
        return self.timers[-1]

    def create_task(self, work: Coroutine[Any, Any, None], **_: Any) -> "Task":
        """Begin nothing: nobody answers here."""
        work.close()
        return Task()

    @property
    def waiting(self) -> list[float]:
        """Give the seconds of what is still to happen."""
        return [timer.seconds for timer in self.timers if not timer.cancelled]


class Task:
    """Work that never ends."""

    def add_done_callback(self, _: Any) -> None:
        """Never call it."""


@dataclass
class Line:
    """A connection whose other end reads what is written."""

    said: bytes = b""
    closed: bool = False

    def get_extra_info(self, *_: Any) -> None:
        """Know nothing of sockets."""

    def write(self, data: bytes) -> None:
        """Take what is written."""
        self.said += data

    def pause_reading(self) -> None:
        """Go on: nothing more comes."""

    def close(self) -> None:
        """Hang up."""
        self.closed = True

    def is_closing(self) -> bool:
        """Tell whether it was hung up."""
        return self.closed


def connected() -> tuple[BoundedProtocol, Loop, Line]:
    """Give a connection that was just made."""
    loop, line = Loop(), Line()
    config = Config(_app, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    protocol = BoundedProtocol(config, ServerState(), {}, _loop=cast("Any", loop))
    protocol.connection_made(line)
    return protocol, loop, line


async def _app(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""


@pytest.mark.parametrize(
    ("pieces", "waits"),
    [
        ([], True),
        ([HALF], True),
        ([HALF, WHOLE[20:]], False),
        ([WHOLE], False),
        ([WHOLE, WHOLE], False),
        ([WHOLE, HALF], True),
        ([WHOLE, HALF, WHOLE[20:]], False),
        ([WHOLE + HALF], True),
        ([WHOLE + HALF, WHOLE[20:]], False),
        ([WHOLE, b"\r\n"], True),
        ([WHOLE, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n"], True),
        ([WHOLE, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n", b"ab"], False),
    ],
)
def test_what_has_begun_is_waited_for(pieces: list[bytes], *, waits: bool) -> None:
    """Once, from its first byte on; what is whole is not."""
    protocol, loop, _ = connected()
    for piece in pieces:
        protocol.data_received(piece)

    assert loop.waiting == [ARRIVAL_SECONDS] * waits


def test_dripping_does_not_make_it_longer() -> None:
    """The wait that began with the request's first byte goes on, and ends with 408."""
    protocol, loop, line = connected()
    for byte in HALF:
        protocol.data_received(bytes([byte]))
    (timer,) = loop.timers
    timer.do(*timer.words)

    assert line.closed
    assert line.said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "sizes",
    [[40_000], [20_000, 20_000], [31_000, 1_000, 1_000], [10_000, 40_000], [1_000] * 33],
)
@pytest.mark.parametrize("before", [b"", WHOLE, WHOLE * 3], ids=["first", "second", "fourth"])
@pytest.mark.parametrize("apart", [True, False], ids=["apart", "in-one-piece"])
def test_a_head_is_counted_wherever_it_is_cut(sizes: list[int], before: bytes, *, apart: bool) -> None:
    """Also when its beginning came with the end of the request before."""
    protocol, _, line = connected()
    first, *others = (b"a" * size for size in sizes)
    for piece in [before, HEAD + first] if apart and before else [before + HEAD + first]:
        protocol.data_received(piece)
    for piece in [*others, b"\r\n\r\n"]:
        if not line.closed:
            protocol.data_received(piece)

    assert line.closed


@pytest.mark.parametrize("cut", [1, 40, 16_000, 31_000])
def test_a_head_below_the_bound_is_taken(cut: int) -> None:
    """However it is cut, and whatever came before."""
    protocol, loop, line = connected()
    head = HEAD + b"a" * 32_000 + b"\r\n\r\n"
    for piece in [WHOLE + head[:cut], head[cut:], head[:cut], head[cut:]]:
        protocol.data_received(piece)

    assert (line.closed, loop.waiting) == (False, [])
