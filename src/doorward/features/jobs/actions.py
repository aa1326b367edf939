"""Unlocking many accounts: begun in one act, worked off one account and one transaction at a time (LOCK-12)."""

from dataclasses import replace
from datetime import datetime

from doorward.edges.call import Call
from doorward.edges.run import Runtime
from doorward.features.accounts import actions as accounts
from doorward.features.accounts import rules as account_rules
from doorward.features.accounts.model import LockedAccount, LockedSearch
from doorward.features.jobs import rules, store
from doorward.features.jobs.model import (
    Beginner,
    Frontier,
    ItemSettled,
    Job,
    JobShown,
    JobStarted,
    JobState,
    ShowJob,
    StartUnlocks,
    UnlockItem,
)
from doorward.features.lockout import actions as lockout
from doorward.features.lockout.model import AccountUnlocked, NotLocked, UnlockAccount
from doorward.kernel.act import Needs, act
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, JobId, new_id
from doorward.kernel.outcome import Refused

_WORKER = Origin(Door.WORKER)


@act("users:unlock", event="jobs.started")
def start_unlocks(call: Call, command: StartUnlocks) -> JobStarted | Refused:
    """Begin to unlock a selection, or all that a search finds; the same key by the same actor finds the same job."""
    key_hash = rules.key_hash(command.idempotency_key)
    found = None if key_hash is None else store.by_key(call.sql, call.actor.name, key_hash)
    if found is None and not command.accounts and not command.everyone_found:
        return Refused("jobs.nothing_selected")
    job = _begin(call, command, key_hash) if found is None else found
    call.note.details |= {"job": str(job.id), "total": job.total}
    return JobStarted(job.id, job.total)


@act("users:unlock", event="lockout.unlocked", needs=(Needs.ANOTHER,))
def unlock_item(call: Call, command: UnlockItem) -> AccountUnlocked | NotLocked | ItemSettled | Refused:
    """Unlock one account of a job and note what came of it, in one transaction; for the worker."""
    call.note.details["job"] = str(command.job)
    job = store.find(call.sql, command.job)
    if job is None or not store.is_open(call.sql, command.job, command.account):
        return ItemSettled()
    outcome = _unlock(call, job, command.account)
    store.settle(call.sql, job.id, command.account, rules.item_outcome(outcome))
    return outcome


@act("users:read", event=None, writes=False)
def show_job(call: Call, command: ShowJob) -> JobShown | Refused:
    """Show how far a job is, and a part of its items with what came of each."""
    job = store.find(call.sql, command.job)
    if job is None:
        return Refused("jobs.not_found")
    counts = store.counts(call.sql, job.id)
    size = rules.page_size(command.limit)
    items = store.items(call.sql, job.id, command.after, size + 1)
    return JobShown(
        job=job.id,
        kind=job.kind,
        state=job.state,
        owner_name=job.beginner.name,
        made_at=job.made_at,
        finished_at=job.finished_at,
        total=job.total,
        done=counts.get("done", 0),
        unchanged=counts.get("unchanged", 0),
        refused=counts.get("refused", 0),
        waiting=counts.get(None, 0),
        items=tuple(items[:size]),
        counting=job.frontier is not None,
        next=items[size - 1].account if len(items) > size else None,
    )


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


def _begin(call: Call, command: StartUnlocks, key_hash: bytes | None) -> Job:
    """Write the job and freeze its items, of a very large search the first part."""
    frontier = Frontier(account_rules.search_pattern(command.query)) if command.everyone_found else None
    if frontier is None:
        found = accounts.names(call, command.accounts)
        items = [(account, found.get(account, "")) for account in dict.fromkeys(command.accounts)]
    else:
        items, frontier = _part(call, frontier)
    job = Job(
        id=JobId(new_id(call.now, call.entropy)),
        kind=rules.UNLOCKS,
        state=rules.begins_in(len(items), counting=frontier is not None),
        reason=command.reason,
        beginner=_beginner(call),
        made_at=call.now,
        total=len(items),
        frontier=frontier,
        key_hash=key_hash,
    )
    store.add(call.sql, job if job.state is JobState.RUNNING else replace(job, finished_at=call.now))
    store.add_items(call.sql, job.id, items)
    return job


def _beginner(call: Call) -> Beginner:
    actor, session = call.actor, call.actor.session
    standing = None if actor.account is None else accounts.load(call, actor.account)
    return Beginner(
        account=actor.account,
        name=actor.name,
        epoch=None if standing is None else standing.state.epoch,
        used_second_factor=session is not None and session.used_second_factor,
        origin=call.origin,
    )


def _part(
    call: Call, frontier: Frontier, locked_by: datetime | None = None
) -> tuple[list[tuple[AccountId, str]], Frontier | None]:
    """Find the next part of a search, and how far that is; None when it was the last part."""
    after = None
    if frontier.after is not None and frontier.locked_at is not None:
        after = LockedAccount(frontier.after, "", frontier.locked_at)
    search = LockedSearch(frontier.pattern, rules.REASONS, locked_by or call.now, after)
    found = accounts.locked(call, search, rules.PART)
    items = [(one.account, one.user_name) for one in found]
    if len(found) < rules.PART:
        return items, None
    return items, replace(frontier, after=found[-1].account, locked_at=found[-1].locked_at)


def _unlock(call: Call, job: Job, account: AccountId) -> AccountUnlocked | NotLocked | Refused:
    """Ask once more for whom and what the job may act, then unlock as anybody would."""
    beginner = None if job.beginner.account is None else accounts.load(call, job.beginner.account)
    target = accounts.load(call, account)
    refused = rules.still_acts(job.beginner, None if beginner is None else beginner.state.epoch)
    refused = refused or rules.touches(None if target is None else target.state.lock)
    return refused or lockout.unlock_account(call, UnlockAccount(account, job.reason))


def _go_on_with(runtime: Runtime, job: Job) -> int:
    if job.frontier is not None:
        return _freeze(runtime, job, job.frontier)
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
            store.finish(call.sql, job.id, call.now)


def _freeze(runtime: Runtime, job: Job, frontier: Frontier) -> int:
    """Freeze the next part of a search: looked for while others write, then written in one go."""
    with runtime.database.read() as sql:
        items, left = _part(runtime.call(sql, _WORKER), frontier, job.made_at)
    with runtime.writing(_WORKER) as call:
        if store.save_frontier(call.sql, job, left, len(items)):
            store.add_items(call.sql, job.id, items)
    return 1


def _work_off(runtime: Runtime, job: Job, account: AccountId) -> None:
    """Run one item; what the guard refused is noted here, everything else in the act's own transaction."""
    command = UnlockItem(job.id, account, job.reason)
    outcome = runtime.run(unlock_item, command, rules.caller(job.beginner), job.beginner.origin)
    if isinstance(outcome, Refused):
        with runtime.writing(_WORKER) as call:
            store.settle(call.sql, job.id, account, rules.item_outcome(outcome))
