"""The registered hosts, remembered for 0.8 s: strangers without a token are answered without a read for each."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from doorward.doors.gate.live_sessions import TRUSTED_SECONDS, Ticks


class RegisteredHosts:
    """Says whether a host is registered; many who ask at once share one read."""

    def __init__(self, load: Callable[[], frozenset[str]], ticks: Ticks, threads: Executor) -> None:
        """Take what reads the hosts, a clock that only goes forward, and the threads to read on."""
        self._load = load
        self._ticks = ticks
        self._threads = threads
        self._hosts: frozenset[str] = frozenset()
        self._until = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def knows(self, host: str) -> bool:
        """Return whether a host is registered."""
        if self._ticks() >= self._until:
            if self._reading is None:
                self._reading = asyncio.create_task(self._read())
            await asyncio.shield(self._reading)
        return host in self._hosts

    async def _read(self) -> None:
        started = self._ticks()
        try:
            self._hosts = await asyncio.get_running_loop().run_in_executor(self._threads, self._load)
            self._until = started + TRUSTED_SECONDS
        finally:
            self._reading = None
