"""The threads that do what nobody waits for.

Every server process has two workers, one for mail and one for the rest (`upkeep`). A duty is held by one process at a
time, by a lease in the database, and another takes over when its holder dies. Each duty is safe even when two do it at
once: it claims rows or compares versions in transactions of its own. A duty that fails is logged, and neither stops the
others nor itself for good.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from doorward.edges.logs import what_failed
from doorward.edges.run import Runtime
from doorward.edges.sql import duties as leases

RENEWED_EVERY = timedelta(seconds=10)
IDLE_SECONDS = 0.25
"""How long the worker sleeps when there is nothing to do."""
AFTER_FAILURE = timedelta(seconds=5)
ROUNDS = 25
"""So often a duty that finds more to do goes on before the others have their turn."""
STOP_SECONDS = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do from time to time; `perform` gives how much it did, 0 when nothing is left."""

    name: str
    every: timedelta
    perform: Callable[[Runtime], int]
    shared: bool = True
    """Held by one process at a time; what lies in the memory of a process is not shared."""


class Worker:
    """One thread with its duties."""

    def __init__(self, runtime: Runtime, duties: Sequence[Duty], holder: str) -> None:
        """Take the duties; `holder` names this thread among those of all processes."""
        self._runtime = runtime
        self._duties = duties
        self._holder = holder
        self._mine: frozenset[str] = frozenset()
        self._asked_at: datetime | None = None
        self._ask_at: datetime | None = None
        self._done_at: dict[str, datetime] = {}
        self._rest_until: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._work, name=f"worker {self._holder}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the duty under way, and let others have what this worker held."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def turn(self) -> bool:
        """Do what is due now, once round; tell whether more is waiting."""
        now = self._runtime.clock.now()
        held = self._held(now)
        due = [d for d in self._duties if (d.name in held or not d.shared) and self._due(d, now)]
        more = [self._do(duty, now) for duty in due]
        return any(more)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = 0.0 if self.turn() else IDLE_SECONDS
            except Exception as error:  # noqa: BLE001 - a node that starts while the database is away goes on later
                self._tell("turn", error)
                pause = AFTER_FAILURE.total_seconds()
            self._stopping.wait(pause)
        self._give_back()

    def _due(self, duty: Duty, now: datetime) -> bool:
        """Return whether a duty's time has come; a clock that was set back does not put it off."""
        done_at, rest_until = self._done_at.get(duty.name), self._rest_until.get(duty.name)
        if rest_until is not None and rest_until - AFTER_FAILURE <= now < rest_until:
            return False
        return done_at is None or not done_at <= now < done_at + duty.every

    def _do(self, duty: Duty, now: datetime) -> bool:
        try:
            for _ in range(ROUNDS):
                if self._stopping.is_set() or not duty.perform(self._runtime):
                    self._done_at[duty.name] = now
                    return False
        except Exception as error:  # noqa: BLE001 - whatever it was, the other duties go on
            self._rest_until[duty.name] = now + AFTER_FAILURE
            self._tell(duty.name, error)
            return False
        return True

    def _held(self, now: datetime) -> frozenset[str]:
        """Return the duties that this worker holds; take what is free and renew what is held, from time to time.

        Whoever holds none says all the same that it serves, so that nobody moves the database away from under it.
        """
        if self._asked_at is not None and self._ask_at is not None and self._asked_at <= now < self._ask_at:
            return self._mine
        self._mine, self._asked_at, self._ask_at = frozenset(), now, now + RENEWED_EVERY
        wanted = {duty.name for duty in self._duties if duty.shared}
        try:
            with self._runtime.database.write() as sql:
                leases.serve(sql, self._holder, now)
                others = leases.held_by_others(sql, self._holder, now)
                self._mine = frozenset(leases.take(sql, wanted - others.keys(), self._holder, now))
        except Exception as error:  # noqa: BLE001 - a database that is busy now is asked again
            self._tell("leases", error)
            return frozenset()
        self._ask_at = min([self._ask_at, *(until for duty, until in others.items() if duty in wanted)])
        return self._mine

    def _give_back(self) -> None:
        try:
            with self._runtime.database.write() as sql:
                leases.give_back(sql, self._holder, self._runtime.clock.now())
        except Exception as error:  # noqa: BLE001 - the leases run out by themselves
            self._tell("leases", error)

    def _tell(self, name: str, error: Exception) -> None:
        reference = self._runtime.entropy.bytes(6).hex()
        log.error("a duty failed and is tried again", duty=name, reference=reference, **what_failed(error))
