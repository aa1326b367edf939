"""One account of a job: the single act as anybody would do it, with the job's outcome in the same transaction."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from doorward.edges.call import Call
from doorward.edges.run import Runtime
from doorward.features.accounts import actions as accounts
from doorward.features.directory import actions as directory
from doorward.features.directory.model import SearchPart
from doorward.features.jobs import rules, store
from doorward.features.jobs.model import FindItems, ItemsFound, Job, JobKind, JobState, WorkItem
from doorward.features.lockout.actions import locking as lockout
from doorward.features.lockout.model import AccountUnlocked, NotLocked
from doorward.features.rights.actions.reaching import reached_among
from doorward.features.second_factor.actions import allowlist, exclusions, secret_key
from doorward.features.second_factor.model import (
    AccountExcluded,
    AllowSetUp,
    ExcludeAccount,
    ListUnchanged,
    ResetSecretKey,
    SecretKeyReset,
    SetUpAllowed,
)
from doorward.kernel.act import Act, Action, Needs, act
from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Done, Refused, Unchanged

Outcome = TypeVar("Outcome", bound=Done | Unchanged | Refused)


def _as_single(one: Act) -> Callable[[Callable[[Any, WorkItem], Outcome]], Action[WorkItem, Outcome]]:
    """Declare an item as the act that it performs is declared: its right, its event and what it needs."""
    return act(one.right, event=one.event, needs=tuple(one.needs))


# not as the single act: a lock that somebody set is lifted by no job, whatever right its beginner holds
@act(lockout.unlock_account.act.right, event="lockout.unlocked", needs=(Needs.ANOTHER,))
def unlock_item(call: Call, command: WorkItem) -> AccountUnlocked | NotLocked | Refused:
    """Unlock one account of a job; for the worker."""
    return unlock_items([(call, command)])[0]


@unlock_item.for_many
def unlock_items(asked: Sequence[tuple[Call, WorkItem]]) -> list[AccountUnlocked | NotLocked | Refused]:
    """Unlock many accounts of one job: none of them is about another's (LOCK-12)."""
    if not asked:
        return []
    call, first = asked[0]
    barred, there = _still_acts(call, first.job), accounts.load_many(call, [one.account for _, one in asked])
    outcomes: dict[AccountId, AccountUnlocked | NotLocked | Refused] = {}
    touched = []
    for its_call, command in asked:
        its_call.note.details["job"] = str(command.job.id)
        standing = there[command.account]
        if refused := barred or rules.touches(standing.state.lock):
            outcomes[command.account] = refused
        else:
            touched.append((its_call, standing))
    unlocked = lockout.unlock_each(touched)
    outcomes |= {standing.account.id: one for (_, standing), one in zip(touched, unlocked, strict=True)}
    return [outcomes[command.account] for _, command in asked]


@_as_single(secret_key.reset_secret_key.act)
def reset_item(call: Call, command: WorkItem) -> SecretKeyReset | Refused:
    """Reset the secret key of one account of a job; for the worker."""
    asked = ResetSecretKey(command.account, command.reason)
    return _of_job(call, command) or secret_key.reset_secret_key(call, asked)


@_as_single(allowlist.allow_set_up.act)
def allow_item(call: Call, command: WorkItem) -> SetUpAllowed | ListUnchanged | Refused:
    """Let one account of a job set up a second factor; for the worker."""
    return _of_job(call, command) or allowlist.allow_set_up(call, AllowSetUp(command.account, command.reason))


@_as_single(exclusions.exclude_account.act)
def exclude_item(call: Call, command: WorkItem) -> AccountExcluded | ListUnchanged | Refused:
    """Exclude one account of a job; for the worker."""
    return _of_job(call, command) or exclusions.exclude_account(call, ExcludeAccount(command.account, command.reason))


ITEM_ACTS: dict[JobKind, Action[WorkItem, Done | Unchanged | Refused]] = {
    JobKind.UNLOCKS: unlock_item,
    JobKind.RESETS: reset_item,
    JobKind.ALLOWLIST: allow_item,
    JobKind.EXCLUSIONS: exclude_item,
}
"""What each kind of job does to an account."""


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def find_items(call: Call, command: FindItems) -> ItemsFound | Refused:
    """Look for the next part of a job's search, as whoever began it sees the accounts today; for the worker."""
    job = store.find(call.sql, command.job)
    if job is None or job.frontier is None:
        return ItemsFound((), last=True)
    if job.frontier.search is None:
        return ItemsFound(tuple(named(call, job.frontier.listed[: rules.FEW])), last=job.listed <= rules.FEW)
    if refused := _still_acts(call, job):
        return refused
    part = SearchPart(job.made_at, rules.PART, job.frontier.after, automatic_locks=job.kind is JobKind.UNLOCKS)
    found = directory.found_part(call, job.frontier.search, part)
    if isinstance(found, Refused):
        return found
    return ItemsFound(tuple(found), last=len(found) < rules.PART)


def named(call: Call, selected: Sequence[AccountId]) -> list[tuple[AccountId, str]]:
    """Return selected accounts with their names, as far as the actor reaches them (RIGHT-3)."""
    found = accounts.names(call, selected)
    within = reached_among(call, selected)
    return [(one, found.get(one, "") if one in within else "") for one in selected]


def work_off(runtime: Runtime, call: Call, job: JobId, piece: Sequence[AccountId]) -> None:
    """Do a job's act to those of its accounts that wait still, and note what came of each; all in one transaction.

    Where the job is over, or another process was quicker, nothing is done.
    """
    found = store.find(call.sql, job)
    if found is None or found.state is not JobState.RUNNING:
        return
    waiting = store.open_among(call.sql, job, piece)
    commands = [WorkItem(found, account) for account in waiting]
    performed = runtime.perform_each(call, ITEM_ACTS[found.kind], commands, rules.caller(found.beginner))
    for result, accounts_with_it in rules.outcomes(dict(zip(waiting, performed, strict=True))).items():
        store.settle(call.sql, job, accounts_with_it, result)


def _of_job(call: Call, command: WorkItem) -> Refused | None:
    """Name the job in the act's entry, and ask once more for whom it may act."""
    call.note.details["job"] = str(command.job.id)
    return _still_acts(call, command.job)


def _still_acts(call: Call, job: Job) -> Refused | None:
    beginner = None if job.beginner.account is None else accounts.load(call, job.beginner.account)
    return rules.still_acts(job.beginner, None if beginner is None else beginner.state.epoch)
