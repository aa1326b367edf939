"""Facts, commands and outcomes of jobs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Done


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
    """The job runs; ask for it by its id."""

    job: JobId
    total: int


@dataclass(frozen=True, slots=True)
class ShowJob:
    """Ask how far a job is."""

    job: JobId


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
