"""Beginning a job, and stopping it: one act for each kind, under the right of what it does (LOCK-12, KEY-7)."""

from collections.abc import Callable, Mapping
from typing import Any

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.directory import actions as directory
from doorward.features.directory import rules as directory_rules
from doorward.features.directory.model import SearchPart
from doorward.features.jobs import rules, store
from doorward.features.jobs.actions.items import ITEM_ACTS, named
from doorward.features.jobs.model import (
    Beginner,
    CountFound,
    FoundCounted,
    Frontier,
    Job,
    JobFound,
    JobKind,
    JobOver,
    JobStarted,
    JobState,
    JobStopped,
    NameSelected,
    SelectedNamed,
    StartJob,
    StopJob,
)
from doorward.features.rights.actions import facts as rights
from doorward.features.rights.actions.reaching import keeping_to_own
from doorward.kernel.act import Action, Needs, act
from doorward.kernel.ids import JobId, new_id
from doorward.kernel.outcome import Refused

Begun = JobStarted | JobFound | Refused
Start = Action[StartJob, Begun]


def _under_right_of(kind: JobKind) -> Callable[[Callable[[Any, StartJob], Begun]], Start]:
    """Declare how a kind of job is begun: as its items are, over whomever the right is held (RIGHT-3)."""
    item = ITEM_ACTS[kind].act
    return act(item.right, event="jobs.started", needs=(Needs.SOMEWHERE, *(item.needs & {Needs.SECOND_FACTOR})))


@_under_right_of(JobKind.UNLOCKS)
def start_unlocks(call: Call, command: StartJob) -> Begun:
    """Begin to unlock a selection, or all that a search finds; the same key by the same actor finds the same job."""
    return _start(call, JobKind.UNLOCKS, command)


@_under_right_of(JobKind.RESETS)
def start_secret_key_resets(call: Call, command: StartJob) -> Begun:
    """Begin to reset the secret keys of a selection, or of all that a search finds."""
    return _start(call, JobKind.RESETS, command)


@_under_right_of(JobKind.ALLOWLIST)
def start_allowlist_additions(call: Call, command: StartJob) -> Begun:
    """Begin to let a selection, or all that a search finds, set up a second factor."""
    return _start(call, JobKind.ALLOWLIST, command)


@_under_right_of(JobKind.EXCLUSIONS)
def start_exclusion_additions(call: Call, command: StartJob) -> Begun:
    """Begin to exclude a selection, or all that a search finds, from two-factor authentication."""
    return _start(call, JobKind.EXCLUSIONS, command)


START_ACTS: Mapping[JobKind, Start] = {
    JobKind.UNLOCKS: start_unlocks,
    JobKind.RESETS: start_secret_key_resets,
    JobKind.ALLOWLIST: start_allowlist_additions,
    JobKind.EXCLUSIONS: start_exclusion_additions,
}
"""How each kind of job is begun."""


@act("users:read", event="jobs.stopped", needs=(Needs.SOMEWHERE,))
def stop_job(call: Call, command: StopJob) -> JobStopped | JobOver | Refused:
    """Do nothing more of a job: one's own, or one that the actor might have begun."""
    job = store.find(call.sql, command.job)
    call.note.details["job"] = str(command.job)
    if job is None:
        return Refused("jobs.not_found")
    call.note.details["kind"] = job.kind.value
    if not rules.owns(job.beginner, call.actor) and not call.reach.whole:
        return Refused("jobs.not_found")
    right = ITEM_ACTS[job.kind].act.right or ""
    if not rules.owns(job.beginner, call.actor) and right not in _held(call):
        return Refused("rights.missing", {"right": right})
    if not store.end(call.sql, job.id, JobState.STOPPED, call.now):
        return JobOver()
    left = store.tallies(call.sql, [job])[job.id].waiting
    call.note.details["left"] = left
    return JobStopped(left)


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def count_found(call: Call, command: CountFound) -> FoundCounted | Refused:
    """Count what a search finds before a job is begun on it; of the locked those whom automatic locks shut out."""
    part = SearchPart(call.now, 0, automatic_locks=command.kind is JobKind.UNLOCKS)
    found = directory.count_found(call, command.search, part)
    return found if isinstance(found, Refused) else FoundCounted(found)


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def name_selected(call: Call, command: NameSelected) -> SelectedNamed:
    """Name those who are selected before a job is begun on them, as far as the actor reaches them (RIGHT-3)."""
    return SelectedNamed(tuple(name for _, name in named(call, command.accounts) if name))


def _start(call: Call, kind: JobKind, command: StartJob) -> Begun:
    key_hash = rules.key_hash(kind, command.idempotency_key)
    found = None if key_hash is None else store.by_key(call.sql, call.actor.account, call.actor.name, key_hash)
    if found is not None and rules.differs(found, command):
        return Refused("jobs.key_used")
    if found is None and not command.accounts and command.search is None:
        return Refused("jobs.nothing_selected")
    job = _begin(call, kind, command, key_hash) if found is None else found
    total = job.total + job.listed
    call.note.details |= {"job": str(job.id), "kind": kind.value, "total": total}
    if job.frontier is not None and job.frontier.search is not None:
        call.note.details["search"] = directory_rules.told(job.frontier.search)
    outcome = JobStarted if found is None else JobFound
    return outcome(job.id, total, counting=rules.counting(job))


def _begin(call: Call, kind: JobKind, command: StartJob, key_hash: bytes | None) -> Job:
    """Write the job with its first few accounts; a search, and the rest of a long selection, are for the worker.

    Looking for people takes as long as there are people, and while this transaction lasts nobody else writes.
    """
    first, rest = rules.split(command.accounts)
    if command.search is not None:
        first, rest = (), Frontier(rules.frozen(kind, command.search))
    job = Job(
        id=JobId(new_id(call.now, call.entropy)),
        kind=kind,
        state=JobState.RUNNING,
        reason=command.reason,
        beginner=_beginner(call),
        made_at=call.now,
        total=len(first),
        frontier=rest,
        key_hash=key_hash,
        asked_for=rules.digest(command),
    )
    store.add(call.sql, job)
    store.add_items(call.sql, job.id, named(keeping_to_own(call, "users:read"), first))
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


def _held(call: Call) -> frozenset[str]:
    return frozenset() if call.actor.session is None else rights.usable_rights(call, call.actor.session)
