"""What a job may touch, what an item's outcome is, and for whom a job still acts (LOCK-12).

Laws: a bulk unlock lifts automatic locks alone; items are frozen when the job begins, and what a search finds later
plays no part; a job outlives its session, but neither its beginner's rights nor their epoch.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from doorward.features.accounts.model import Lock
from doorward.features.directory.model import Search
from doorward.features.jobs.model import Beginner, Frontier, Job, JobKind, JobState, StartJob
from doorward.kernel.act import Actor, Caller, OnBehalf, Owner
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused, Status, Unchanged

PART = 2_000
"""How many accounts of a search are looked for at once, while others write."""
FEW = 50
"""How many items are frozen in the transaction that begins a job, and in the first one after it."""
TURN = 500
"""At most this many items of a job are worked off before another job has its turn."""
TURN_LASTS = timedelta(milliseconds=100)
"""And for so long at most, but for a piece of them."""
LEAST, MOST = 5, 250
"""How many items share one transaction, a *piece*: at first and in the end, and at most."""
AIM = timedelta(milliseconds=20)
"""For so long a piece should hold the writer: it may take 2.5 times as long as foreseen, and is within its 50 ms."""
AIM_BESIDE_OTHERS = timedelta(milliseconds=5)
"""And for so long where others wait to write: a sign-in does so three times, and should not take twice as long."""
GAP = timedelta(milliseconds=1)
"""So long the writer is free after a piece for which others waited: on SQLite another process looks now and then."""
OTHERS_STAY = timedelta(seconds=1)
"""For so long after somebody has waited, others are taken to be there."""


def touches(lock: Lock | None) -> Refused | None:
    """Refuse a bulk unlock of an account that was locked by hand or reported: that is one account at a time."""
    if lock is None or lock.reason.automatic:
        return None
    return Refused("lockout.by_hand", cause=lock.reason.value)


def still_acts(beginner: Beginner, epoch: int | None) -> Refused | None:
    """Refuse to go on for somebody whose sessions were all ended since; signing out does not count."""
    if beginner.account is None or epoch == beginner.epoch:
        return None
    return Refused("session.required", cause="the epoch of whoever began the job has moved on")


def owns(beginner: Beginner, actor: Actor) -> bool:
    """Return whether somebody began a job; the server's owner owns them all (RIGHT-8)."""
    return actor.owner or (actor.account is not None and actor.account == beginner.account)


def caller(beginner: Beginner) -> Caller:
    """Say as whom the worker goes on."""
    if beginner.account is None:
        return Owner(beginner.name)
    return OnBehalf(beginner.account, beginner.used_second_factor)


def frozen(kind: JobKind, search: Search) -> Search:
    """Return a job's search: of any page, and for unlocking of the locked alone."""
    return replace(search, cursor=None, locked=search.locked or kind is JobKind.UNLOCKS)


def aim(since_others: timedelta | None) -> timedelta:
    """Say for how long the next piece should hold the writer; others have waited so long ago, or never."""
    there = since_others is not None and timedelta() <= since_others < OTHERS_STAY
    return AIM_BESIDE_OTHERS if there else AIM


def next_size(size: int, held: timedelta, aimed_at: timedelta = AIM) -> int:
    """Return how many items the next piece has, after one of `size` items has held the writer for `held`.

    Twice as many at most, and no more than would have taken the time that a piece aims at.
    """
    fitting = MOST if held <= timedelta() else int(size * (aimed_at / held))
    return max(LEAST, min(fitting, 2 * size, MOST))


def outcomes(items: Mapping[AccountId, Done | Unchanged | Refused]) -> dict[tuple[Status, str | None], list[AccountId]]:
    """Group items by what stands beside them."""
    found: dict[tuple[Status, str | None], list[AccountId]] = {}
    for account, outcome in items.items():
        found.setdefault(item_outcome(outcome), []).append(account)
    return found


def counting(job: Job) -> bool:
    """Return whether a job's accounts are still being looked for; those of a selection are known from the beginning."""
    return job.frontier is not None and job.frontier.search is not None and job.state is JobState.RUNNING


def split(selected: Iterable[AccountId]) -> tuple[tuple[AccountId, ...], Frontier | None]:
    """Return the first few of a selection, and what is left to freeze of a long one; each account counts once."""
    each = tuple(dict.fromkeys(selected))
    return each[:FEW], Frontier(None, listed=each[FEW:]) if len(each) > FEW else None


def item_outcome(outcome: Done | Unchanged | Refused) -> tuple[Status, str | None]:
    """Return what stands beside an item: its outcome, and the code of a refusal."""
    return outcome.status, outcome.code if isinstance(outcome, Refused) else None


def key_hash(kind: JobKind, key: str | None) -> bytes | None:
    """Hash an `Idempotency-Key` of one kind of job, so that its length and content matter to nobody."""
    return None if key is None else hashlib.sha256(f"{kind}\0{key}".encode(errors="surrogatepass")).digest()


def digest(command: StartJob) -> str:
    """Hash what a job is asked to do, so that a key that comes again with something else is noticed: SHA-256, in hex.

    In which order accounts were selected, and how often each, makes no difference; nor does a condition that says
    nothing, so that the next version, which may know more of them, hashes the same.
    """
    search = None if command.search is None else command.search.spelled().items() - Search().spelled().items()
    asked = [sorted({str(one) for one in command.accounts}), None if search is None else sorted(search), command.reason]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def differs(found: Job, command: StartJob) -> bool:
    """Return whether a job was begun for something else than is asked for now under the same key."""
    return found.asked_for is not None and found.asked_for != digest(command)
