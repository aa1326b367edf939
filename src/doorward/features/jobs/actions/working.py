"""Working jobs off: part by part of a search, account by account, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import replace

from doorward.edges.run import Runtime
from doorward.features.jobs import rules, store
from doorward.features.jobs.actions.items import ITEM_ACTS, find_items
from doorward.features.jobs.model import FindItems, Frontier, ItemsFound, Job, JobState, WorkItem
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

_WORKER = Origin(Door.WORKER)


def go_on(runtime: Runtime) -> int:
    """Work off a part of each running job, and give the number of steps that were done; for the worker.

    An item that was under way when a process died is open still, and is done by whoever comes next. A job that
    fails keeps no other from going on: its failure is raised when all have had their turn.
    """
    with runtime.database.read() as sql:
        running = store.running(sql)
    done, failures = 0, []
    for job in running:
        try:
            done += _go_on_with(runtime, job)
        except Exception as error:  # noqa: BLE001 - raised below, after the other jobs
            failures.append(error)
    if failures:
        raise ExceptionGroup("jobs that could not go on", failures)
    return done


def _go_on_with(runtime: Runtime, job: Job) -> int:
    if job.frontier is not None:
        return _freeze(runtime, job)
    with runtime.database.read() as sql:
        waiting = store.open_items(sql, job.id, rules.BATCH)
    for account in waiting:
        _work_off(runtime, job, account)
    if len(waiting) < rules.BATCH:
        _finish(runtime, job)
    return len(waiting)


def _finish(runtime: Runtime, job: Job) -> None:
    """Note that a job is finished, unless another process has an item of it under way."""
    with runtime.writing(_WORKER) as call:
        if not store.open_items(call.sql, job.id, 1):
            store.end(call.sql, job.id, JobState.FINISHED, call.now)


def _freeze(runtime: Runtime, job: Job) -> int:
    """Freeze the next part of a search: looked for while others write, then written in short transactions.

    Whoever may no longer search has a job that ends there: what was found before their rights changed is left alone.
    """
    if job.frontier is not None and job.frontier.search is None:
        return _freeze_listed(runtime, job, job.frontier)
    found = runtime.run(find_items, FindItems(job.id), rules.caller(job.beginner), job.beginner.origin)
    if isinstance(found, Refused):
        with runtime.writing(_WORKER) as call:
            store.end(call.sql, job.id, JobState.STOPPED, call.now)
        return 1
    _write(runtime, job, found)
    return 1


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


def _write(runtime: Runtime, job: Job, found: ItemsFound) -> None:
    """Write what was found a few at a time, so that the writer is free again within 50 ms (LOCK-12)."""
    for few, last in rules.in_few(found.items, last=found.last):
        left = _beyond(job, few, last=last)
        with runtime.writing(_WORKER) as call:
            if not store.save_frontier(call.sql, job, left, len(few)):
                return
            store.add_items(call.sql, job.id, few)
        job = replace(job, frontier=left, total=job.total + len(few))


def _beyond(job: Job, few: Sequence[tuple[AccountId, str]], *, last: bool) -> Frontier | None:
    """Say what is left to freeze after these; None when they were the last."""
    return None if last or job.frontier is None else replace(job.frontier, after=few[-1][0])


def _work_off(runtime: Runtime, job: Job, account: AccountId) -> None:
    """Run one item; what the guard refused is noted here, everything else in the act's own transaction."""
    command = WorkItem(job.id, account, job.reason)
    outcome = runtime.run(ITEM_ACTS[job.kind], command, rules.caller(job.beginner), job.beginner.origin)
    if isinstance(outcome, Refused):
        with runtime.writing(_WORKER) as call:
            store.settle(call.sql, job.id, account, rules.item_outcome(outcome))
