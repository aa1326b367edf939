"""Facts, commands and outcomes of jobs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.features.directory.model import Search
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.paging import DEFAULT_PAGE, LARGEST_PAGE


class JobKind(StrEnum):
    """What a job does to each of its accounts; named as its address in the API."""

    UNLOCKS = "unlocks"
    RESETS = "secret-key-resets"
    ALLOWLIST = "allowlist-additions"
    EXCLUSIONS = "exclusion-additions"


class JobState(StrEnum):
    """Where a job is."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Somebody stopped it, or whoever began it may no longer search: what waits is not done."""


@dataclass(frozen=True, slots=True)
class StartJob:
    """Do one thing to many accounts: either to these, or to all that a search finds."""

    accounts: tuple[AccountId, ...] = ()
    search: Search | None = None
    reason: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class JobStarted(Done):
    """The job runs; ask for it by its id. `total` is what is frozen so far: of a search nothing yet."""

    job: JobId
    total: int
    counting: bool = False


@dataclass(frozen=True, slots=True)
class JobFound(Unchanged):
    """The same key has begun this job before; `total` as in `JobStarted`."""

    job: JobId
    total: int
    counting: bool = False


@dataclass(frozen=True, slots=True)
class ShowJob:
    """Ask how far a job is, with a part of its items, in the order of their ids."""

    job: JobId
    limit: int = LARGEST_PAGE
    after: AccountId | None = None


@dataclass(frozen=True, slots=True)
class JobItem:
    """One account of a job; `outcome` is None while it waits, else `done`, `unchanged` or `refused` with its code."""

    account: AccountId
    name: str
    outcome: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class JobTally:
    """How many of a job's accounts have which outcome."""

    total: int
    done: int
    unchanged: int
    refused: int
    waiting: int


@dataclass(frozen=True, slots=True)
class JobShown(Done):
    """A job with its counts and items."""

    job: JobId
    kind: JobKind
    state: JobState
    owner_name: str
    reason: str | None
    made_at: datetime
    finished_at: datetime | None
    tally: JobTally
    items: tuple[JobItem, ...]
    counting: bool = False
    """A search is still being frozen: `total` and `waiting` grow."""
    next: AccountId | None = None
    """Where the next part of the items begins: after this one."""


@dataclass(frozen=True, slots=True)
class ListJobs:
    """Ask for one's own jobs, newest first; the server's owner owns them all."""

    limit: int = DEFAULT_PAGE
    before: JobId | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in a list."""

    job: JobId
    kind: JobKind
    state: JobState
    owner_name: str
    reason: str | None
    made_at: datetime
    finished_at: datetime | None
    tally: JobTally
    counting: bool


@dataclass(frozen=True, slots=True)
class JobsListed(Done):
    """A page of one's own jobs; `next` is where the page after it begins."""

    jobs: tuple[JobRow, ...]
    next: JobId | None


@dataclass(frozen=True, slots=True)
class StopJob:
    """Do nothing more of a job; what is done stays done."""

    job: JobId


@dataclass(frozen=True, slots=True)
class JobStopped(Done):
    """The job does no more; `left` accounts stay as they are."""

    left: int


@dataclass(frozen=True, slots=True)
class JobOver(Unchanged):
    """The job was finished or stopped already."""


@dataclass(frozen=True, slots=True)
class CountFound:
    """Ask how many accounts a job of this kind would have, begun on a search now."""

    kind: JobKind
    search: Search


@dataclass(frozen=True, slots=True)
class NameSelected:
    """Ask who is selected, before a job is begun on them."""

    accounts: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class SelectedNamed(Done):
    """Their user names, in the order of the selection; whom the actor does not reach is left out."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FoundCounted(Done):
    """How many accounts a search finds."""

    count: int


@dataclass(frozen=True, slots=True)
class FindItems:
    """Look for the next part of what a job's search finds; the worker's own command."""

    job: JobId


@dataclass(frozen=True, slots=True)
class ItemsFound(Done):
    """A part of what the search finds, in the order of ids; `last` when there is no more."""

    items: tuple[tuple[AccountId, str], ...]
    last: bool


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
    """What is left to freeze: of a search what comes after this account, or the rest of a long selection."""

    search: Search | None
    after: AccountId | None = None
    listed: tuple[AccountId, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is stored."""

    id: JobId
    kind: JobKind
    state: JobState
    reason: str | None
    beginner: Beginner
    made_at: datetime
    total: int
    frontier: Frontier | None = None
    """None when every item is frozen."""
    finished_at: datetime | None = None
    key_hash: bytes | None = None
    asked_for: str | None = None
    """A digest of what was asked for; None where a version before has begun it."""

    @property
    def listed(self) -> int:
        """Count the accounts of its selection that are not frozen yet."""
        return 0 if self.frontier is None else len(self.frontier.listed)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Do a job's act to one of its accounts; the worker's own command."""

    job: Job
    account: AccountId

    @property
    def reason(self) -> str | None:
        """Return the reason with which the job was begun."""
        return self.job.reason
