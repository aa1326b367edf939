"""One account of a job: the single act as anybody would do it, with the job's outcome in the same transaction."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.directory import actions as directory
from doorward.features.directory.model import Part
from doorward.features.jobs import rules, store
from doorward.features.jobs.model import FindItems, ItemSettled, ItemsFound, Job, JobKind, JobState, WorkItem
from doorward.features.lockout import actions as lockout
from doorward.features.lockout.model import AccountUnlocked, NotLocked, UnlockAccount
from doorward.features.rights.actions import facts as rights
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
from doorward.kernel.act import Action, Needs, act
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused, Unchanged

O = TypeVar("O", bound=Done | Unchanged | Refused)  # noqa: E741 - reads as "outcome"
_FACTORS = rules.RIGHTS[JobKind.RESETS]


@act(rules.RIGHTS[JobKind.UNLOCKS], event="lockout.unlocked", needs=(Needs.ANOTHER,))
def unlock_item(call: Call, command: WorkItem) -> AccountUnlocked | NotLocked | ItemSettled | Refused:
    """Unlock one account of a job and note what came of it, in one transaction; for the worker."""

    def unlock(job: Job) -> AccountUnlocked | NotLocked | Refused:
        target = accounts.load(call, command.account)
        by_hand = rules.touches(None if target is None else target.state.lock)
        return by_hand or lockout.unlock_account(call, UnlockAccount(command.account, job.reason))

    return _work(call, command, unlock)


@act(_FACTORS, event="second_factor.reset", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT))
def reset_item(call: Call, command: WorkItem) -> SecretKeyReset | ItemSettled | Refused:
    """Reset the secret key of one account of a job and note what came of it; for the worker."""
    return _work(
        call, command, lambda job: secret_key.reset_secret_key(call, ResetSecretKey(command.account, job.reason))
    )


@act(_FACTORS, event="allowlist.added", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def allow_item(call: Call, command: WorkItem) -> SetUpAllowed | ListUnchanged | ItemSettled | Refused:
    """Let one account of a job set up a second factor and note what came of it; for the worker."""
    return _work(call, command, lambda job: allowlist.allow_set_up(call, AllowSetUp(command.account, job.reason)))


@act(_FACTORS, event="exclusions.added", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT))
def exclude_item(call: Call, command: WorkItem) -> AccountExcluded | ListUnchanged | ItemSettled | Refused:
    """Exclude one account of a job and note what came of it; for the worker."""
    return _work(
        call, command, lambda job: exclusions.exclude_account(call, ExcludeAccount(command.account, job.reason))
    )


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
    part = Part(job.made_at, rules.PART, job.frontier.after, automatic_locks=job.kind is JobKind.UNLOCKS)
    found = directory.found_part(call, job.frontier.search, part)
    if isinstance(found, Refused):
        return found
    return ItemsFound(tuple(found), last=len(found) < rules.PART)


def named(call: Call, selected: Sequence[AccountId]) -> list[tuple[AccountId, str]]:
    """Give selected accounts with their names, as far as the actor reaches them (RIGHT-3)."""
    found = accounts.names(call, selected)
    return [(one, found.get(one, "") if rights.reaches(call, one) else "") for one in selected]


def _work(call: Call, command: WorkItem, perform: Callable[[Job], O]) -> O | ItemSettled | Refused:
    """Ask once more for whom the job may act, then do its act, and settle the item with what came of it."""
    call.note.details["job"] = str(command.job)
    job = store.find(call.sql, command.job)
    if job is None or job.state is not JobState.RUNNING or not store.is_open(call.sql, job.id, command.account):
        return ItemSettled()
    outcome: O | Refused = _still_acts(call, job) or perform(job)
    store.settle(call.sql, job.id, command.account, rules.item_outcome(outcome))
    return outcome


def _still_acts(call: Call, job: Job) -> Refused | None:
    beginner = None if job.beginner.account is None else accounts.load(call, job.beginner.account)
    return rules.still_acts(job.beginner, None if beginner is None else beginner.state.epoch)
