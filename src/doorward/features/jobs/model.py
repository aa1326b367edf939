"""Facts, commands and outcomes of jobs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Done, Unchanged


class JobState(StrEnum):
    """Where a job is."""

    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class StartUnlocks:
    """Unlock many accounts: either these, or all that a search finds (`query` and `group` as in the list)."""

    accounts: tuple[AccountId, ...] = ()
    everyone_found: bool = False
    query: str = ""
    reason: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class JobStarted(Done):
    """The job runs; ask for it by its id. `total` is what is frozen so far: a very large search goes on growing."""

    job: JobId
    total: int


@dataclass(frozen=True, slots=True)
class ShowJob:
    """Ask how far a job is, with a part of its items, in the order of their ids."""

    job: JobId
    limit: int = 200
    after: AccountId | None = None


@dataclass(frozen=True, slots=True)
class JobItem:
    """One account of a job; `outcome` is None while it waits, else `done`, `unchanged` or `refused` with its code."""

    account: AccountId
    name: str
    outcome: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class JobShown(Done):
    """A job with its counts and items."""

    job: JobId
    kind: str
    state: JobState
    owner_name: str
    made_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    unchanged: int
    refused: int
    waiting: int
    items: tuple[JobItem, ...]
    counting: bool = False
    """A very large search is still being frozen: `total` and `waiting` grow."""
    next: AccountId | None = None
    """Where the next part of the items begins: after this one."""


@dataclass(frozen=True, slots=True)
class UnlockItem:
    """Unlock one account of a job; the worker's own command."""

    job: JobId
    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ItemSettled(Unchanged):
    """The account has its outcome already: another process was quicker."""


@dataclass(frozen=True, slots=True)
class Beginner:
    """Who began a job, and as what: enough to act for them when they have signed out."""

    account: AccountId | None
    """None for the server's owner."""
    name: str
    epoch: int | None
    """The account's epoch then: when it has moved on (reset, disabled, locked by hand), the job stops with it."""
    used_second_factor: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Frontier:
    """How far a search has been frozen; the pattern is that of `accounts.rules.search_pattern`."""

    pattern: str | None
    after: AccountId | None = None
    locked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is stored."""

    id: JobId
    kind: str
    state: JobState
    reason: str | None
    beginner: Beginner
    made_at: datetime
    total: int
    frontier: Frontier | None = None
    """None when every item is frozen."""
    finished_at: datetime | None = None
    key_hash: bytes | None = None
