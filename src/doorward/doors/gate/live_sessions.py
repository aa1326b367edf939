"""Live sessions, remembered for 0.8 s.

An answer is trusted from the start of the database read that confirmed it, and no use of it makes that longer; so
whoever was signed out, disabled or reset is out on every node within a second, without any node telling another
(SESS-3). Only what was confirmed is remembered: a token that opens nothing is looked up each time.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from doorward.doors.gate.answers import Message
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused

B = TypeVar("B")
"""Whom a token names: a session's bearer, or a host's."""

TRUSTED_SECONDS = 0.8
REMEMBERED = 8_000
"""How many answers are remembered at most, of less than a kilobyte each."""

LOOKED_UP = 32
"""How many sessions are looked up in one go: enough to share what a look costs, few enough to look them up by pairs."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the database says of a live session: the answer, ready to be sent, and whether its use is to be noted."""

    start: Message
    end: Message
    due: Bearer | None
    """The session whose use is to be noted; None while its last activity is fresh."""


Confirm = Callable[[Sequence[B]], Sequence[Confirmed | Refused]]
"""Looks sessions up in the database, on a thread of its own."""
Ticks = Callable[[], float]
"""Seconds that only go forward."""
Answer = asyncio.Future[Confirmed | Refused]


@dataclass(frozen=True, slots=True)
class _Remembered:
    until: float
    answer: Confirmed


@dataclass(slots=True)
class _Asked(Generic[B]):
    bearer: B
    waiting: list[Answer] = field(default_factory=list)


class LiveSessions(Generic[B]):
    """Answers whose token this is: from memory where that is fresh, else from the database, many at a time."""

    def __init__(self, confirm: Confirm[B], ticks: Ticks, threads: Executor, most: int = REMEMBERED) -> None:
        """Take what looks sessions up, a clock that only goes forward, and the threads to look up on."""
        self._confirm = confirm
        self._ticks = ticks
        self._threads = threads
        self._most = most
        self._memory: dict[bytes, _Remembered] = {}
        self._asked: dict[bytes, _Asked[B]] = {}
        self._looking: asyncio.Task[None] | None = None

    def recall(self, token: str) -> Confirmed | None:
        """Return a remembered answer that may still be trusted; tokens are known by their hash."""
        known = self._memory.get(_key(token))
        return known.answer if known is not None and self._ticks() < known.until else None

    async def look_up(self, token: str, bearer: B) -> Confirmed | Refused:
        """Ask the database; whoever asks while it is being asked goes along with the next look."""
        answer: Answer = asyncio.get_running_loop().create_future()
        self._asked.setdefault(_key(token), _Asked(bearer)).waiting.append(answer)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return await answer

    async def _look(self) -> None:
        try:
            while self._asked:
                asked = {key: self._asked.pop(key) for key in list(islice(self._asked, LOOKED_UP))}
                await self._settle(asked)
        finally:
            self._looking = None

    async def _settle(self, asked: dict[bytes, _Asked[B]]) -> None:
        started = self._ticks()
        bearers = [one.bearer for one in asked.values()]
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, self._confirm, bearers)
        except Exception as error:  # noqa: BLE001 - each of those who wait is told
            for answer in _open(asked.values()):
                answer.set_exception(error)
            return
        for (key, one), outcome in zip(asked.items(), found, strict=True):
            if isinstance(outcome, Confirmed):
                self._remember(key, _Remembered(started + TRUSTED_SECONDS, outcome))
            for answer in _open([one]):
                answer.set_result(outcome)

    def _remember(self, key: bytes, answer: _Remembered) -> None:
        """Keep an answer; the oldest stands first, and goes first."""
        self._memory.pop(key, None)
        now = self._ticks()
        while self._memory:
            oldest = next(iter(self._memory))
            if len(self._memory) < self._most and self._memory[oldest].until > now:
                break
            del self._memory[oldest]
        self._memory[key] = answer


def _open(asked: Iterable[_Asked[B]]) -> list[Answer]:
    """List those who still wait: who has gone away meanwhile has no answer to set."""
    return [answer for one in asked for answer in one.waiting if not answer.done()]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
