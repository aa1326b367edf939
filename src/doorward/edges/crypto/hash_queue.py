"""The bounded queue before the password hash, and the pool that does the hashing (LOCK-2).

A place is taken before anything is reserved; who finds none is told so at once. The threads of the pool give way to
those that answer session checks.
"""

import os
import sys
import threading
from collections import Counter, OrderedDict, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from doorward.kernel.networks import network
from doorward.kernel.ports import Hasher, HashJob, Verified

Hashed = Verified | str | bool
"""What comes of a job, each kind in its own type."""
SLOTS = 64
ADDRESS_SHARE = 0.5
"""What part of the places one address may hold, so that it cannot shut everybody out."""
YIELD_BY = 10
"""How much lower the priority of hash threads is, in steps of nice(2)."""


class HashQueue:
    """Places in the queue of one process; taken and given back from any thread."""

    def __init__(self, slots: int = SLOTS, address_share: float = ADDRESS_SHARE) -> None:
        """Open with all places free."""
        self._slots = slots
        self._of_one_address = max(1, int(slots * address_share))
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._taken = 0

    @property
    def taken(self) -> int:
        """Count the places that are held."""
        return self._taken

    def take(self, address: str) -> bool:
        """Take a place for an address; tell whether there was one."""
        source = network(address)
        with self._lock:
            if self._taken >= self._slots or self._held[source] >= self._of_one_address:
                return False
            self._taken += 1
            self._held[source] += 1
            return True

    def give_back(self, address: str) -> None:
        """Give one place of an address back; giving back what was not taken is a bug."""
        source = network(address)
        with self._lock:
            if not self._held[source]:
                raise ValueError("a place was given back that was not taken")
            self._taken -= 1
            self._held[source] -= 1
            if not self._held[source]:
                del self._held[source]


class HashPool:
    """Threads that do hash jobs: as many as the process may use cores, at a lower priority than the others.

    Addresses take turns: whoever comes from another one waits for a job of each at most, not for all of a flood's.
    """

    def __init__(self, hasher: Hasher, width: int | None = None) -> None:
        """Take what does the jobs; threads start with the first of them."""
        self._hasher = hasher
        self._line = _Line()
        self._threads = ThreadPoolExecutor(width or cores(), "hash", initializer=give_way)

    def submit(self, job: HashJob, address: str) -> Future[Hashed]:
        """Put a job in line for an address; the future gives what `Hasher.run` gives."""
        waiting = _Waiting(job)
        self._line.join(network(address), waiting)
        self._threads.submit(self._do_next)
        return waiting.future

    def close(self) -> None:
        """Wait for the jobs that have begun, and forget the others."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for waiting in self._line.leave():
            waiting.future.cancel()

    def _do_next(self) -> None:
        """Do whichever job has its turn: a thread is asked once for each that is in line."""
        waiting = self._line.next()
        if not waiting.future.set_running_or_notify_cancel():
            return
        try:
            waiting.future.set_result(self._hasher.run(waiting.job))
        except BaseException as error:  # noqa: BLE001 - whoever waits for the job is told, and gives the place back
            waiting.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A job in line, and who is told what came of it."""

    job: HashJob
    future: Future[Hashed] = field(default_factory=Future)


class _Line:
    """Jobs in line: in order within a source, and source by source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources: OrderedDict[str, deque[_Waiting]] = OrderedDict()

    def join(self, source: str, waiting: _Waiting) -> None:
        with self._lock:
            self._sources.setdefault(source, deque()).append(waiting)

    def next(self) -> _Waiting:
        """Take the first job of the source whose turn it is; what is left of it goes to the end."""
        with self._lock:
            source, jobs = self._sources.popitem(last=False)
            waiting = jobs.popleft()
            if jobs:
                self._sources[source] = jobs
            return waiting

    def leave(self) -> list[_Waiting]:
        """Take all that are left."""
        with self._lock:
            left = [waiting for jobs in self._sources.values() for waiting in jobs]
            self._sources.clear()
            return left


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def give_way() -> None:
    """Lower the priority of the calling thread on Linux, where setpriority(2) with its id concerns it alone.

    Elsewhere, or where the system forbids it, threads keep their priority: only slower answers would follow.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError):
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + YIELD_BY)
