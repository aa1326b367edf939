"""Jobs as tests begin them, work them off and look at them."""

from typing import Any

from doorward.features.jobs.actions import items, showing, starting, working
from doorward.features.jobs.model import JobFound, JobKind, JobShown, JobStarted, ShowJob, StartJob
from doorward.kernel.act import Caller
from doorward.kernel.ids import AccountId, JobId
from tests.worlds import API, NOON, OWNER, World

STARTS = {
    JobKind.UNLOCKS: starting.start_unlocks,
    JobKind.RESETS: starting.start_secret_key_resets,
    JobKind.ALLOWLIST: starting.start_allowlist_additions,
    JobKind.EXCLUSIONS: starting.start_exclusion_additions,
}


def locked(world: World, name: str, **state: Any) -> AccountId:
    """Add an account that is locked for failures; `state` says otherwise."""
    return world.add(name, **{"locked_at": NOON, "lock_reason": "Failures", **state})


def is_locked(world: World, account: AccountId) -> bool:
    """Tell whether an account has a lock."""
    return world.standing(account).state.lock is not None


def start(
    world: World, caller: Caller = OWNER, *accounts: AccountId, kind: JobKind = JobKind.UNLOCKS, **more: Any
) -> JobStarted | JobFound:
    """Begin a job, or find the one that the same key has begun."""
    outcome = world.run(STARTS[kind], StartJob(accounts, **more), caller)
    assert isinstance(outcome, JobStarted | JobFound)
    return outcome


def shown(world: World, job: JobId) -> JobShown:
    """Look at a job as the server's owner."""
    outcome = world.run(showing.show_job, ShowJob(job))
    assert isinstance(outcome, JobShown)
    return outcome


def work(world: World) -> None:
    """Let the worker go on until it finds nothing to do."""
    while working.go_on(world.runtime):
        pass


def work_piece(world: World, job: JobId, *piece: AccountId) -> None:
    """Work off some of a job's accounts in one transaction, as the worker does."""
    with world.runtime.writing(API) as call:
        items.work_off(world.runtime, call, job, piece)


def outcomes(world: World, job: JobId) -> dict[str, str | None]:
    """Give what came of each account, by its name: the outcome, or the code of a refusal."""
    return {item.name: item.code or item.outcome for item in shown(world, job).items}
