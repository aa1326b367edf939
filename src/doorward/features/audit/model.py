"""Facts, commands and outcomes of the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done
from doorward.kernel.paging import DEFAULT_PAGE


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; what is None does not filter. `account` is the target."""

    account: AccountId | None = None
    actor: str | None = None
    """An account id or a user name (`system` and `cli:…` too), as typed."""
    act: str | None = None
    """An act such as `lockout.unlocked`; a word without a dot is every act of that feature."""
    after: datetime | None = None
    before: datetime | None = None
    reference: str | None = None
    """What a refusal or any other answer was told under, as typed."""


@dataclass(frozen=True, slots=True)
class ListEntries:
    """Read the audit trail, newest first; the page itself is an act and is recorded once (AUDIT-1)."""

    filter: Filter = Filter()
    limit: int = DEFAULT_PAGE
    before_id: UUID | None = None
    """The last id of the page before."""


@dataclass(frozen=True, slots=True)
class EntriesPage(Done):
    """One page of entries, and the id to go on from."""

    entries: tuple[Entry, ...]
    next_id: UUID | None
    removed_until: datetime | None = None
    """Of the last page: until when there were entries that have expired since; None where nothing was removed."""


@dataclass(frozen=True, slots=True)
class ListActs:
    """Say which acts are recorded."""


@dataclass(frozen=True, slots=True)
class KnownAct:
    """An act as entries name it, the feature that it belongs to, and what it means in plain words."""

    act: str
    feature: str
    words: str


@dataclass(frozen=True, slots=True)
class ActsListed(Done):
    """Every act that is recorded, by feature."""

    acts: tuple[KnownAct, ...]


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportEntries:
    """Begin an export of the trail: the act that is recorded, once for the whole file (AUDIT-1)."""

    filter: Filter = Filter()
    form: ExportFormat = ExportFormat.CSV


@dataclass(frozen=True, slots=True)
class ExportBegun(Done):
    """The export may go on; what the file begins with."""

    heading: str


@dataclass(frozen=True, slots=True)
class ReadExport:
    """Read the next part of an export; the right is asked anew for each part."""

    filter: Filter
    form: ExportFormat
    before_id: UUID | None = None
    """The last id of the part before."""


@dataclass(frozen=True, slots=True)
class ExportPart(Done):
    """A part of the file, how many entries it holds, and the id to go on from."""

    text: str
    entries: int
    next_id: UUID | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is left of entries that have expired: one run of removals, from the old end of the trail (AUDIT-4)."""

    number: int
    """Runs are numbered from 1 on, without gaps."""
    begun_at: datetime
    ended_at: datetime | None
    """None while the run goes on."""
    count: int
    first_id: UUID
    first_at: datetime
    last_id: UUID
    last_at: datetime
    link: bytes
    """SHA-256 over the link of the run before and every removed entry, in their order: where a later chain begins."""


@dataclass(frozen=True, slots=True)
class ListCheckpoints:
    """Read what was removed from the old end of the trail, newest run first."""

    limit: int = DEFAULT_PAGE
    before_number: int | None = None
    """The last number of the page before."""


@dataclass(frozen=True, slots=True)
class CheckpointsPage(Done):
    """One page of checkpoints, and the number to go on from."""

    checkpoints: tuple[Checkpoint, ...]
    next_number: int | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What happened on one UTC day, for the overview."""

    day: datetime
    sign_ins: int
    locks_automatic: int
    locks_by_hand: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often an act was done on one day: by the server itself, or by somebody."""

    day: int
    """Days since 1970."""
    act: str
    by_server: bool
    count: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the trail whose entries of one act have been counted, after one id and up to another."""

    act: str
    after_id: UUID | None
    """Up to where others have counted; None where nobody has."""
    last_id: UUID
    counts: tuple[DayCount, ...]
