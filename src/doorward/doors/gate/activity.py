"""Activity: that somebody used their session is written beside the requests, at most once a minute (SESS-1).

A request only leaves a note. Notes are gathered and worked off on a thread, so that a busy session costs no request
anything, and what is over stays over: only live sessions are touched.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor

import structlog

from doorward.edges.logs import what_failed
from doorward.kernel.act import Bearer

NOTED_SECONDS = 15.0
"""For how long one note stands for all that follow; the minute of SESS-1 is counted in the database."""
NOTES = 20_000
"""How many sessions are kept in mind; beyond that notes are dropped, and the next request leaves another."""

Touch = Callable[[Sequence[Bearer]], Collection[Bearer]]
"""Writes the activity of live sessions, and says whose sessions are live: no place is kept for invented tokens."""
_log = structlog.get_logger(__name__)


class Activity:
    """Gathers notes of activity, and has them written."""

    def __init__(self, touch: Touch, ticks: Callable[[], float], threads: Executor, most: int = NOTES) -> None:
        """Take what writes activity, a clock that only goes forward, and the threads to write on."""
        self._touch = touch
        self._ticks = ticks
        self._threads = threads
        self._most = most
        self._noted: dict[Bearer, float] = {}
        self._due: list[Bearer] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, bearer: Bearer) -> None:
        """Note that a session was used."""
        now = self._ticks()
        if now < self._noted.get(bearer, now):
            return
        self._forget(now)
        if len(self._noted) >= self._most:
            return
        self._noted[bearer] = now + NOTED_SECONDS
        self._due.append(bearer)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def settled(self) -> None:
        """Wait until every note is worked off."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        try:
            while self._due:
                due, self._due = self._due, []
                live = await asyncio.get_running_loop().run_in_executor(self._threads, self._touch, due)
                self._drop(set(due).difference(live))
        except Exception as error:  # noqa: BLE001 - whatever it was, the next request is to leave a note again
            self._due = []
            self._noted.clear()
            _log.error("activity.not_written", **what_failed(error))
        finally:
            self._writing = None

    def _drop(self, invented: set[Bearer]) -> None:
        for bearer in invented:
            self._noted.pop(bearer, None)

    def _forget(self, now: float) -> None:
        """Forget notes that stand for nothing any more; the oldest stand first."""
        while self._noted:
            oldest = next(iter(self._noted))
            if now < self._noted[oldest]:
                break
            del self._noted[oldest]
