"""Working jobs off: part by part of a search, piece by piece of its accounts, each in a transaction of its own."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from doorward.edges.run import Runtime
from doorward.edges.sql.engine import DatabaseBusy
from doorward.edges.sql.waiting import others_wait
from doorward.features.audit import actions as audit
from doorward.features.jobs import rules, store
from doorward.features.jobs.actions.items import find_items, work_off
from doorward.features.jobs.model import FindItems, Frontier, ItemsFound, Job, JobKind, JobState
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Door, Event, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

_WORKER = Origin(Door.WORKER)
_NEVER = threading.Event()


@dataclass(frozen=True, slots=True)
class WriterHeld:
    """For how long a piece has held the writer, when it ended, and whether others waited then."""

    lasted: timedelta
    ended_at: datetime
    others: bool


@dataclass(slots=True)
class Pace:
    """How many items of each kind a piece had last; kept in memory, and found anew by another process."""

    sizes: dict[JobKind, int] = field(default_factory=dict)
    freezing: int = rules.FEW
    others_at: datetime | None = None
    """When others were last seen to wait."""

    def of(self, kind: JobKind) -> int:
        """Return the size of the next piece."""
        return self.sizes.get(kind, rules.LEAST)

    def held(self, kind: JobKind, size: int, held: WriterHeld) -> None:
        """Note how a whole piece has held the writer."""
        self.others_at = held.ended_at if held.others else self.others_at
        aim = rules.aim(None if self.others_at is None else held.ended_at - self.others_at)
        self.sizes[kind] = rules.next_size(size, held.lasted, aim)


def go_on(runtime: Runtime, pace: Pace | None = None) -> int:
    """Work off a part of each running job, and give the number of steps that were done; for the worker.

    A piece that was under way when a process died is open still, and is done by whoever comes next. A job that
    fails keeps no other from going on: its failure is raised when all have had their turn.
    """
    with runtime.database.read() as sql:
        running = store.running(sql)
    pace, done = pace or Pace(), 0
    failures: list[Exception] = []
    for job in running:
        try:
            done += _go_on_with(runtime, job, pace, failures)
        except Exception as error:  # noqa: BLE001 - raised below, after the other jobs
            failures.append(error)
    if failures:
        raise ExceptionGroup("jobs that could not go on", failures)
    return done


def _go_on_with(runtime: Runtime, job: Job, pace: Pace, failures: list[Exception]) -> int:
    if job.frontier is not None:
        return _freeze(runtime, job, pace)
    with runtime.database.read() as sql:
        waiting = store.open_items(sql, job.id, rules.TURN)
    if not waiting:
        _finish(runtime, job)
    begun, done = runtime.clock.now(), 0
    while done < len(waiting):
        size = pace.of(job.kind)
        piece = waiting[done : done + size]
        held = _work_off(runtime, job, piece, failures)
        if len(piece) == size:
            pace.held(job.kind, size, held)
        done += len(piece)
        if held.others:
            _NEVER.wait(rules.GAP.total_seconds())
        if runtime.clock.now() - begun > rules.TURN_LASTS:
            break
    return done


def _work_off(runtime: Runtime, job: Job, piece: Sequence[AccountId], failures: list[Exception]) -> WriterHeld:
    """Work off a piece, and say how it held the writer.

    An item that raises takes its whole transaction with it, so that the others are tried again, one by one.
    """
    try:
        return _transaction(runtime, job, piece)
    except DatabaseBusy:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it was, the others of its piece are done
        if len(piece) > 1:
            each = [_work_off(runtime, job, [one], failures) for one in piece]
            return max(each, key=lambda held: held.lasted)
        failures.append(error)
        return WriterHeld(timedelta(), runtime.clock.now(), others=False)


def _transaction(runtime: Runtime, job: Job, piece: Sequence[AccountId]) -> WriterHeld:
    with runtime.writing(job.beginner.origin) as call:
        work_off(runtime, call, job.id, piece)
        others = others_wait(call.sql)
    ended_at = runtime.clock.now()
    return WriterHeld(ended_at - call.now, ended_at, others)


def _finish(runtime: Runtime, job: Job) -> None:
    """Note that a job is finished, unless another process has an item of it under way."""
    with runtime.writing(_WORKER) as call:
        if not store.open_items(call.sql, job.id, 1):
            store.end(call.sql, job.id, JobState.FINISHED, call.now)


def _freeze(runtime: Runtime, job: Job, pace: Pace) -> int:
    """Freeze the next part of a search: looked for while others write, then written in short transactions.

    Whoever may no longer search has a job that ends there: what was found before their rights changed is left alone.
    """
    if job.frontier is not None and job.frontier.search is None:
        return _freeze_listed(runtime, job, job.frontier)
    found = runtime.run(find_items, FindItems(job.id), rules.caller(job.beginner), job.beginner.origin)
    if isinstance(found, Refused):
        _stop(runtime, job, found)
        return 1
    _write(runtime, job, found, pace)
    return 1


def _stop(runtime: Runtime, job: Job, why: Refused) -> None:
    """Stop a job that may not go on, and record it as the server's own act, unless it was over already (AUDIT-2)."""
    with runtime.writing(_WORKER) as call:
        if store.end(call.sql, job.id, JobState.STOPPED, call.now):
            left = store.tallies(call.sql, [job])[job.id].waiting
            details = {"job": str(job.id), "kind": job.kind.value, "left": left, "cause": why.code}
            audit.record(replace(call, actor=SYSTEM), Event("jobs.stopped", "done", details=details))


def _freeze_listed(runtime: Runtime, job: Job, frontier: Frontier) -> int:
    """Freeze a few more of a long selection, as many as one short transaction takes.

    Their names are those that whoever began the job may see today; an account without one is tried all the same.
    """
    few, left = frontier.listed[: rules.FEW], frontier.listed[rules.FEW :]
    found = runtime.run(find_items, FindItems(job.id), rules.caller(job.beginner), job.beginner.origin)
    names = dict(found.items) if isinstance(found, ItemsFound) else {}
    with runtime.writing(_WORKER) as call:
        if store.save_frontier(call.sql, job, Frontier(None, listed=left) if left else None, len(few)):
            store.add_items(call.sql, job.id, [(account, names.get(account, "")) for account in few])
    return 1


def _write(runtime: Runtime, job: Job, found: ItemsFound, pace: Pace) -> None:
    """Write what was found a few at a time, so that the writer is free again within 50 ms (LOCK-12)."""
    few, left = found.items[: pace.freezing], found.items[pace.freezing :]
    while True:
        frontier = _beyond(job, few, last=found.last and not left)
        with runtime.writing(_WORKER) as call:
            if not store.save_frontier(call.sql, job, frontier, len(few)):
                return
            store.add_items(call.sql, job.id, few)
        pace.freezing = rules.next_size(pace.freezing, runtime.clock.now() - call.now)
        if not left:
            return
        job = replace(job, frontier=frontier, total=job.total + len(few))
        few, left = left[: pace.freezing], left[pace.freezing :]


def _beyond(job: Job, few: Sequence[tuple[AccountId, str]], *, last: bool) -> Frontier | None:
    """Return what is left to freeze after these; None when they were the last."""
    return None if last or job.frontier is None else replace(job.frontier, after=few[-1][0])
