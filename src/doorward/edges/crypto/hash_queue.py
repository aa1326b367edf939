"""The bounded queue before the password hash, and the pool that does the hashing (LOCK-2).

A place is taken before anything is reserved; who finds none is told so at once. The threads of the pool give way to
those that answer session checks.
"""

import os
import sys
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from doorward.kernel.networks import network
from doorward.kernel.ports import Hasher, HashJob, Verified

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
    """Threads that do hash jobs: as many as the process may use cores, at a lower priority than the others."""

    def __init__(self, hasher: Hasher, width: int | None = None) -> None:
        """Take what does the jobs; threads start with the first of them."""
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(width or cores(), "hash", initializer=give_way)

    def submit(self, job: HashJob) -> Future[Verified | str | bool]:
        """Queue a job; the future gives what `Hasher.run` gives."""
        return self._threads.submit(self._hasher.run, job)

    def close(self) -> None:
        """Wait for the jobs that have begun, and forget the others."""
        self._threads.shutdown(wait=True, cancel_futures=True)


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
