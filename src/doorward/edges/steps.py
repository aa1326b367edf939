"""The two drivers of sign-in steps: one on the event loop, so that waiting holds no thread, and a plain one.

A step is a generator. What lies between two of its yields runs in one transaction, committed before the step's request
is looked at, so a reserved attempt is on disk before its password is hashed (LOCK-2).
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from doorward.edges.call import BUSY, Resumed, Steps
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.run import Runtime
from doorward.kernel.events import Origin
from doorward.kernel.networks import network
from doorward.kernel.outcome import Begin, Hash, LookUp, Place, Refused, Request, Wait
from doorward.kernel.ports import HashJob


@dataclass(frozen=True, slots=True)
class Finished:
    """The step has ended with this outcome."""

    outcome: Any


def advance(
    runtime: Runtime, steps: Steps, origin: Origin, answer: object, *, shared: bool = False
) -> Request | Finished:
    """Run the step's next piece in a transaction of its own, and give what it asks for next."""
    with runtime.writing(origin, shared=shared) as call:
        try:
            return steps.send(Resumed(call, answer))
        except StopIteration as end:
            return Finished(end.value)


class PlainDriver:
    """Runs a step on the calling thread: for the command line, where nobody else waits."""

    def __init__(self, runtime: Runtime, hash_now: Callable[[HashJob], object]) -> None:
        """Take the runtime and the function that does a hash job at once."""
        self._runtime = runtime
        self._hash = hash_now
        self._never = threading.Event()

    def drive(self, steps: Steps, origin: Origin) -> Any:
        """Run the step to its end and give its outcome."""
        request: Request | Finished = next(steps)
        while not isinstance(request, Finished):
            request = advance(self._runtime, steps, origin, self._answer(request), shared=request.shared)
        return request.outcome

    def _answer(self, request: Request) -> object:
        match request:
            case Hash(job):
                return self._hash(job)
            case LookUp(wanted, lists):
                return self._runtime.breach_lists.find(wanted, lists)
            case Wait(seconds):
                self._never.wait(seconds)
                return True
            case Begin() | Place():
                return True


AWAY_AT_MOST = 3
"""Seconds after which whoever found no place in the hash queue is asked to come back, at most."""
OF_ONE_ADDRESS = 4
"""At most this many transactions of one address at once in a process: half of its writing connections."""


class Turns:
    """Who comes from one address waits for others from there, and for nobody else.

    Attempts of one source follow each other in the database (LOCK-17). Without this those of a flood would wait there,
    each with a connection that somebody else could use.
    """

    def __init__(self, at_once: int = OF_ONE_ADDRESS) -> None:
        """Let `at_once` of one address in at a time; used on one event loop."""
        self._at_once = at_once
        self._open: dict[str, asyncio.Semaphore] = {}
        self._asking: Counter[str] = Counter()

    @asynccontextmanager
    async def taken(self, source: str) -> AsyncIterator[None]:
        """Have a turn of a source; what is known of it goes with the last who asks."""
        self._asking[source] += 1
        try:
            async with self._open.setdefault(source, asyncio.Semaphore(self._at_once)):
                yield
        finally:
            self._asking[source] -= 1
            if not self._asking[source]:
                del self._asking[source], self._open[source]

    def __len__(self) -> int:
        """Count the sources of which somebody is there."""
        return len(self._open)


class LoopDriver:
    """Runs steps on the event loop: transactions in the thread pool, hashes in their own, waits in none."""

    def __init__(
        self, runtime: Runtime, queue: HashQueue, pool: HashPool, threads: Executor, busy: Callable[[str, Origin], None]
    ) -> None:
        """Take the runtime, the bounded queue with its pool, the threads for transactions, and who notes the busy."""
        self._runtime = runtime
        self._queue = queue
        self._pool = pool
        self._threads = threads
        self._busy = busy
        self._turns = Turns()

    async def drive(self, steps: Steps, origin: Origin) -> Any:
        """Run the step to its end and give its outcome; its place in the hash queue is always given back.

        A step that finds the queue full ends here, before any transaction: nothing is reserved, and the answer is
        there at once however long the line for the database is.
        """
        held = _HeldPlace(self._queue, origin.address)
        loop, source = asyncio.get_running_loop(), network(origin.address)
        try:
            request: Request | Finished = next(steps)
            if isinstance(request, Place) and not held.take():
                self._busy(request.act, origin)
                return self._busy_for_a_while()
            while not isinstance(request, Finished):
                answer = await self._answer(request, held)
                piece = partial(advance, self._runtime, steps, origin, answer, shared=request.shared)
                async with self._turns.taken(source):
                    request = await loop.run_in_executor(self._threads, piece)
            return request.outcome
        finally:
            held.give_back()

    def drive_for_thread(self, steps: Steps, origin: Origin, loop: asyncio.AbstractEventLoop) -> Any:
        """Run the step on the loop while the calling thread, which is not the loop's own, waits for its outcome."""
        return asyncio.run_coroutine_threadsafe(self.drive(steps, origin), loop).result()

    def _busy_for_a_while(self) -> Refused:
        """Send whoever finds no place away for one of a few seconds: all at once they would come back all at once."""
        return replace(BUSY, retry_after=1 + self._runtime.entropy.bytes(1)[0] % AWAY_AT_MOST)

    async def _answer(self, request: Request, held: "_HeldPlace") -> object:
        match request:
            case Hash(job):
                return await asyncio.wrap_future(self._pool.submit(job, held.address))
            case LookUp(wanted, lists):
                find = self._runtime.breach_lists.find
                return await asyncio.get_running_loop().run_in_executor(self._threads, find, wanted, lists)
            case Wait(seconds):
                held.give_back()
                await asyncio.sleep(seconds)
                return held.take()
            case Begin() | Place():
                return True


class _HeldPlace:
    """A step's place in the hash queue, taken and given back at most once each."""

    def __init__(self, queue: HashQueue, address: str) -> None:
        self._queue = queue
        self.address = address
        self._held = False

    def take(self) -> bool:
        self._held = self._held or self._queue.take(self.address)
        return self._held

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._queue.give_back(self.address)
