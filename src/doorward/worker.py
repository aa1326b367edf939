"""What nobody waits for: sending mail, clearing locks that ran out, going on with jobs, forgetting what has expired.

Every server process has two workers, one for mail and one for the rest. A duty is held by one process at a time, by a
lease in the database, and another takes over when its holder dies. Each duty is safe even when two do it at once: it
claims rows or compares versions in transactions of its own. A duty that fails is logged, and neither stops the others
nor itself for good.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from doorward.edges.call import Call
from doorward.edges.refusal_log import Joined, RefusalLog
from doorward.edges.run import Runtime
from doorward.edges.sql import duties as leases
from doorward.edges.sql import following
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions import inactivity
from doorward.features.applications.actions import handing_over as applications
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.jobs.actions import working as jobs
from doorward.features.links import actions as links
from doorward.features.lockout import actions as lockout
from doorward.features.notices import actions as notices
from doorward.features.notices.actions import Deliver, send_due
from doorward.features.otp import actions as otp
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.passwords import actions as passwords
from doorward.features.policy import actions as policy
from doorward.features.sessions import actions as sessions
from doorward.features.signin.actions import forgotten
from doorward.features.signin.actions import purging as signin
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId

RENEWED_EVERY = timedelta(seconds=10)
IDLE_SECONDS = 0.25
"""How long the worker sleeps when there is nothing to do."""
AFTER_FAILURE = timedelta(seconds=5)
ROUNDS = 25
"""So often a duty that finds more to do goes on before the others have their turn."""
STOP_SECONDS = 10

WORKER = Origin(Door.WORKER)
OFTEN = timedelta(milliseconds=200)
SOON = timedelta(seconds=1)
LATER = timedelta(seconds=5)
SELDOM = timedelta(minutes=1)
ROUND = timedelta(minutes=10)
"""Days are counted; ten minutes more make no difference, and a sign-in meanwhile is judged at once."""
FEW = 5
"""So many accounts are locked in one transaction, each with its entry and its mail."""
BATCH = 20
"""So many accounts are seen to in one transaction, so that the writers' lane is free again soon."""
_PURGED = {
    "sessions": sessions.purge,
    "sign-ins": signin.purge,
    "links": links.purge,
    "keys not saved": otp.purge,
    "spent challenges": passkeys.purge,
    "browsers": devices.purge,
    "unknown names": lockout.purge,
    "finished mail": notices.purge,
    "changed credentials": accounts.purge,
    "forgotten passwords": passwords.purge_asks,
    "visits of applications": applications.purge,
}
"""Whatever has expired is forgotten by the feature that it belongs to."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do from time to time; `perform` gives how much it did, 0 when nothing is left."""

    name: str
    every: timedelta
    perform: Callable[[Runtime], int]
    shared: bool = True
    """Held by one process at a time; what lies in the memory of a process is not shared."""


def post_duties(deliver: Deliver) -> tuple[Duty, ...]:
    """Give the duty of the thread that sends mail: a mail server that hangs holds up nothing but mail."""
    return (Duty("send mail", OFTEN, lambda runtime: send_due(runtime, deliver)),)


def upkeep_duties() -> tuple[Duty, ...]:
    """Give the duties of the other thread."""
    return (
        Duty("go on with jobs", OFTEN, partial(jobs.go_on, pace=jobs.Pace())),
        Duty("mail about forgotten passwords", OFTEN, mail_forgotten),
        Duty("lock for inactivity", ROUND, InactivityRound()),
        Duty("clear lapsed locks", SOON, clear_lapsed_locks),
        Duty(
            "forget names of the unlocked", SELDOM, in_one_transaction(lambda call: following.forget(call.sql, BATCH))
        ),
        Duty("settle dead attempts", LATER, in_one_transaction(lambda call: lockout.settle_dead_attempts(call, BATCH))),
        Duty("record joined refusals", SOON, record_joined_refusals, shared=False),
        Duty("remove expired audit entries", SELDOM, remove_expired_entries),
        *(Duty(f"forget {what}", SELDOM, in_one_transaction(purge)) for what, purge in _PURGED.items()),
    )


@dataclass(slots=True)
class InactivityRound:
    """Goes through all accounts, a stretch at a time, and locks those that nobody uses (LOCK-1).

    Where it stands is kept in memory: whoever takes the duty over begins a new round, which passes what is locked.
    """

    after: AccountId | None = None

    def __call__(self, runtime: Runtime) -> int:
        """Look through one stretch; 0 at the end of the round."""
        with runtime.database.read() as sql:
            found = inactivity.find_idle(runtime.call(sql, WORKER), self.after, FEW)
        if found.accounts:
            with as_system(runtime) as call:
                inactivity.lock_idle(call, found.accounts)
        self.after = found.next
        return 0 if found.next is None else 1


def clear_lapsed_locks(runtime: Runtime) -> int:
    """Clear locks that have run out (LOCK-9); looks before it asks for the writers' lane."""
    with runtime.database.read() as sql:
        if not accounts.lapsed(runtime.call(sql, WORKER), 1):
            return 0
    with as_system(runtime) as call:
        return lockout.clear_lapsed_locks(call, BATCH)


def mail_forgotten(runtime: Runtime) -> int:
    """Answer whoever has forgotten a password (PASS-5); looks before it asks for the writers' lane."""
    with runtime.database.read() as sql:
        if not passwords.unanswered_asks(runtime.call(sql, WORKER), 1):
            return 0
    with as_system(runtime) as call:
        return forgotten.mail_forgotten(call, BATCH)


def remove_expired_entries(runtime: Runtime) -> int:
    """Remove audit entries past their retention (AUDIT-4); looks before it asks for the writers' lane."""
    with runtime.database.read() as sql:
        call = runtime.call(sql, WORKER)
        if not audit.has_expired(call, policy.audit_settings(call).audit_retention_days):
            return 0
    with as_system(runtime) as call:
        return audit.remove_expired(call, policy.audit_settings(call).audit_retention_days)


def record_joined_refusals(runtime: Runtime) -> int:
    """Write one entry for each flood of refusals whose minute is over (AUDIT-1)."""
    if runtime.refusals is not None:
        _record(runtime, runtime.refusals, runtime.refusals.drain(runtime.clock.now()))
    return 0


def record_last_refusals(runtime: Runtime) -> None:
    """Write what is left of refusals when the process ends, so that stopping the server hides none (AUDIT-1)."""
    if runtime.refusals is None:
        return
    try:
        _record(runtime, runtime.refusals, runtime.refusals.drain_all())
    except Exception:  # whatever it was, the process ends all the same
        log.exception("the last refusals could not be recorded")


def _record(runtime: Runtime, refusals: RefusalLog, floods: Sequence[Joined]) -> None:
    """Write drained refusals; where that fails they are kept for the next try."""
    if not floods:
        return
    try:
        with as_system(runtime) as call:
            for flood in floods:
                audit.record_joined(call, flood)
    except Exception:
        refusals.take_back(floods)
        raise


def in_one_transaction(perform: Callable[[Call], int]) -> Callable[[Runtime], int]:
    """Make a duty of what the server does in one transaction."""

    def performed(runtime: Runtime) -> int:
        with as_system(runtime) as call:
            return perform(call)

    return performed


@contextmanager
def as_system(runtime: Runtime) -> Iterator[Call]:
    """Open a writing transaction in which the server itself acts."""
    with runtime.writing(WORKER) as call:
        yield replace(call, actor=SYSTEM)


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
        """Tell whether a duty's time has come; a clock that was set back does not put it off."""
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
        """Give the duties that this worker holds; take what is free and renew what is held, from time to time."""
        if self._asked_at is not None and self._ask_at is not None and self._asked_at <= now < self._ask_at:
            return self._mine
        self._mine, self._asked_at, self._ask_at = frozenset(), now, now + RENEWED_EVERY
        wanted = {duty.name for duty in self._duties if duty.shared}
        try:
            with self._runtime.database.read() as sql:
                others = leases.held_by_others(sql, self._holder, now)
            if wanted - others.keys():
                with self._runtime.database.write() as sql:
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
        log.error("a duty failed and is tried again", duty=name, reference=reference, exc_info=error)
