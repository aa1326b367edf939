"""What nobody waits for: sending mail, clearing locks that ran out, going on with jobs, forgetting what has expired."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from doorward.edges import memory
from doorward.edges.call import Call
from doorward.edges.refusal_log import Joined, RefusalLog
from doorward.edges.run import Runtime
from doorward.edges.sql import following
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions import inactivity
from doorward.features.applications.actions import handing_over as applications
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.jobs.actions import working as jobs
from doorward.features.links import actions as links
from doorward.features.lockout.actions import upkeep as lockout
from doorward.features.notices import actions as notices
from doorward.features.notices.actions import Attempted, Deliver, send_due
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
from doorward.worker import Duty

WORKER = Origin(Door.WORKER)
OFTEN = timedelta(milliseconds=200)
SOON = timedelta(seconds=1)
LATER = timedelta(seconds=5)
SELDOM = timedelta(minutes=1)
ROUND = timedelta(minutes=10)
"""Days are counted; ten minutes more make no difference, and a sign-in meanwhile is judged at once."""
FEW = 5
"""At most this many accounts are locked in one transaction, each with its entry and its mail."""
BATCH = 20
"""At most this many accounts are seen to in one transaction, so that the writers' lane is free again soon."""
REFUSALS = 100
"""At most this many kept refusals are written in one transaction: a flood leaves a thousand each minute."""
COUNTED = 2_000
"""At most this many entries of the trail are counted in one reading transaction."""
PURGES = (
    sessions.purge,
    signin.purge,
    links.purge,
    otp.purge,
    passkeys.purge,
    devices.purge,
    lockout.purge,
    notices.purge,
    accounts.purge,
    passwords.purge_asks,
    applications.purge,
)
"""Whatever has expired is forgotten by the feature that it belongs to, a few rows at a time."""

log = structlog.get_logger(__name__)


def post_duties(deliver: Deliver) -> tuple[Duty, ...]:
    """Return the duties of the thread that sends mail: a mail server that hangs holds up nothing but mail.

    What came of a mail that was tried is written by whoever tried it, also when another process sends mail by now.
    """
    attempted: list[Attempted] = []
    return (
        Duty("settle mail", SOON, partial(notices.settle, attempted=attempted), shared=False),
        Duty("send mail", OFTEN, partial(send_due, deliver=deliver, attempted=attempted)),
    )


def upkeep_duties() -> tuple[Duty, ...]:
    """Return the duties of the other thread."""
    return (
        Duty("go on with jobs", OFTEN, partial(jobs.go_on, pace=jobs.Pace())),
        Duty("mail about forgotten passwords", OFTEN, mail_forgotten),
        Duty("lock for inactivity", ROUND, InactivityRound()),
        Duty("clear lapsed locks", SOON, clear_lapsed_locks),
        Duty("forget names of the unlocked", SELDOM, forget_unlocked),
        Duty("settle dead attempts", LATER, settle_dead_attempts),
        Duty("record joined refusals", SOON, record_joined_refusals, shared=False),
        Duty("give memory back", SELDOM, give_memory_back, shared=False),
        Duty("remove expired audit entries", SELDOM, remove_expired_entries),
        Duty("forget what has expired", SELDOM, forget_expired),
        Duty("count days", SELDOM, count_days),
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
    """Clear locks that have run out (LOCK-9)."""
    return _looking_first(
        runtime, lambda call: accounts.lapsed(call, 1), lambda call: lockout.clear_lapsed_locks(call, BATCH)
    )


def settle_dead_attempts(runtime: Runtime) -> int:
    """Count attempts whose process died as failures (LOCK-2)."""
    return _looking_first(runtime, lockout.has_dead_attempts, lambda call: lockout.settle_dead_attempts(call, BATCH))


def mail_forgotten(runtime: Runtime) -> int:
    """Answer whoever has forgotten a password (PASS-5)."""
    return _looking_first(
        runtime, lambda call: passwords.unanswered_asks(call, 1), lambda call: forgotten.mail_forgotten(call, BATCH)
    )


def remove_expired_entries(runtime: Runtime) -> int:
    """Remove audit entries past their retention (AUDIT-4)."""
    return _looking_first(
        runtime,
        lambda call: audit.has_expired(call, policy.audit_settings(call).audit_retention_days),
        lambda call: audit.remove_expired(call, policy.audit_settings(call).audit_retention_days),
    )


def count_days(runtime: Runtime, most: int = COUNTED) -> int:
    """Count what the overview tells of each day, in a read transaction; store it in a short write."""
    with runtime.database.read() as sql:
        counted = audit.uncounted(runtime.call(sql, WORKER), most)
    if counted is None:
        return 0
    with as_system(runtime) as call:
        audit.keep_counts(call, counted)
    return 1


def forget_unlocked(runtime: Runtime) -> int:
    """Forget the names that the list of the locked has of accounts that are open again."""
    with as_system(runtime) as call:
        return following.forget(call.sql, BATCH)


def forget_expired(runtime: Runtime, purges: Sequence[Callable[[Call], int]] = PURGES) -> int:
    """Forget a few rows of everything that has expired, in one transaction: each one that is alone holds up sign-ins.

    What fails is taken back by itself, and raised when the others are done.
    """
    failures: list[Exception] = []
    with as_system(runtime) as call:
        count = sum(_forgotten(call, purge, failures) for purge in purges)
    if failures:
        raise ExceptionGroup("what has expired could not be forgotten", failures)
    return count


def _forgotten(call: Call, purge: Callable[[Call], int], failures: list[Exception]) -> int:
    with call.tentatively() as take_back:
        try:
            return purge(call)
        except Exception as error:  # noqa: BLE001 - raised after the others
            take_back()
            failures.append(error)
            return 0


def give_memory_back(runtime: Runtime) -> int:
    """Give back what hashes have left behind; the next ones fetch it anew, once a minute."""
    del runtime
    memory.give_back()
    return 0


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
    """Write drained refusals, some at a time; where that fails those that are left are kept for the next try.

    What was to be written keeps its entry's id: where the answer to COMMIT is lost, the next try looks whether it is
    there (AUDIT-2). Both are alone among writers, so that the one before has ended by then.
    """
    while floods:
        some, floods = floods[:REFUSALS], floods[REFUSALS:]
        try:
            with as_system(runtime) as call:
                some = audit.record_joined(call, some)
        except Exception:
            refusals.take_back([*some, *floods])
            raise


def _looking_first(runtime: Runtime, look: Callable[[Call], object], perform: Callable[[Call], int]) -> int:
    """Look whether there is anything to do before the writers' lane is asked for: whoever is alone holds others up."""
    with runtime.database.read() as sql:
        if not look(runtime.call(sql, WORKER)):
            return 0
    with as_system(runtime) as call:
        return perform(call)


@contextmanager
def as_system(runtime: Runtime) -> Iterator[Call]:
    """Open a writing transaction in which the server itself acts."""
    with runtime.writing(WORKER) as call:
        yield replace(call, actor=SYSTEM)
