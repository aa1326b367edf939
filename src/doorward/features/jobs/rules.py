"""What a job may touch, what an item's outcome is, and for whom a job still acts (LOCK-12).

Laws: a bulk unlock lifts automatic locks alone; items are frozen when the job begins, and what a search finds later
plays no part; a job outlives its session, but neither its beginner's rights nor their epoch.
"""

import hashlib

from doorward.features.accounts.model import Lock, LockReason
from doorward.features.jobs.model import Beginner, JobState
from doorward.kernel.act import Caller, OnBehalf, Owner
from doorward.kernel.outcome import Done, Refused, Status, Unchanged

UNLOCKS = "unlocks"
"""The one kind of job in this release."""
REASONS = (LockReason.FAILURES, LockReason.INACTIVITY)
"""The locks that a bulk unlock lifts."""
PART = 500
"""So many items are frozen in one transaction, so that the writer is never held for long."""
BATCH = 20
"""So many items of a job are worked off before another job has its turn."""
PAGE = 200


def touches(lock: Lock | None) -> Refused | None:
    """Refuse an account that was locked by hand or reported: lifting that is one account at a time."""
    if lock is None or lock.reason in REASONS:
        return None
    return Refused("lockout.by_hand", cause=lock.reason.value)


def still_acts(beginner: Beginner, epoch: int | None) -> Refused | None:
    """Refuse to go on for somebody whose sessions were all ended since; signing out does not count."""
    if beginner.account is None or epoch == beginner.epoch:
        return None
    return Refused("session.required", cause="the epoch of whoever began the job has moved on")


def caller(beginner: Beginner) -> Caller:
    """Say as whom the worker goes on."""
    if beginner.account is None:
        return Owner(beginner.name)
    return OnBehalf(beginner.account, beginner.used_second_factor)


def item_outcome(outcome: Done | Unchanged | Refused) -> tuple[Status, str | None]:
    """Give what stands beside an item: its outcome, and the code of a refusal."""
    return outcome.status, outcome.code if isinstance(outcome, Refused) else None


def key_hash(key: str | None) -> bytes | None:
    """Hash an `Idempotency-Key`, so that its length and content matter to nobody."""
    return None if key is None else hashlib.sha256(key.encode(errors="surrogatepass")).digest()


def begins_in(total: int, *, counting: bool) -> JobState:
    """Give a new job's state: one without items is finished before it runs."""
    return JobState.RUNNING if total or counting else JobState.FINISHED


def page_size(asked: int) -> int:
    """Keep a page's size between one item and the most that a page holds."""
    return max(1, min(asked, PAGE))
