"""What lists and pages show: joined facts of many features."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.audit.model import DayFigures
from doorward.features.otp.model import KeyFacts
from doorward.features.passkeys.model.facts import PasskeyFacts
from doorward.features.rights.model.facts import Permission
from doorward.features.second_factor.model import AllowlistEntry, Exclusion, FactorState
from doorward.features.sessions.model import SessionRow, SessionShown, Validity
from doorward.kernel.act import SessionFacts
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done
from doorward.kernel.paging import DEFAULT_PAGE


class LockKind(StrEnum):
    """Who locks: the server by itself, or somebody who operates it or reports something (LOCK-5)."""

    AUTOMATIC = "automatic"
    BY_HAND = "by_hand"


_OF_A_PAGE = frozenset({"limit", "cursor"})
"""What of a search is about one of its pages."""


@dataclass(frozen=True, slots=True)
class Search:
    """Search accounts: filters combine by AND (LOCK-6); `locked` leaves lapsed locks out."""

    query: str = ""
    locked: bool = False
    second_factor: FactorState | None = None
    enabled: bool | None = None
    limit: int = DEFAULT_PAGE
    cursor: str | None = None
    without_factor: bool = False
    """Only accounts on the allowlist or blocked: the list behind the overview's figure."""
    group: str | None = None
    """Only accounts in this group, named by its id or its name."""
    lock: LockKind | None = None
    """Only accounts that are locked, and in this way: the lists behind the overview's figures."""

    def spelled(self) -> dict[str, Any]:
        """Spell what it asks for, whichever of its pages is shown: to be kept, and read again later."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in _OF_A_PAGE}

    def page(self, cursor: str | None, limit: int) -> "Search":
        """Ask for another of its pages."""
        return replace(self, cursor=cursor, limit=limit)

    @classmethod
    def read(cls, spelled: Mapping[str, Any]) -> "Search":
        """Read what was kept; what this version does not know is left out."""
        known = {field.name for field in fields(cls)} - _OF_A_PAGE
        asked = {name: value for name, value in spelled.items() if name in known}
        state, lock = asked.get("second_factor"), asked.get("lock")
        kinds = {
            "second_factor": None if state is None else FactorState(state),
            "lock": None if lock is None else LockKind(lock),
        }
        return cls(**{**asked, **kinds})


@dataclass(frozen=True, slots=True)
class SearchPart:
    """Which part of what a search finds a job wants: those who were there then, in the order of their ids."""

    as_of: datetime
    """Who was added, or locked, afterwards plays no part."""
    most: int
    after: AccountId | None = None
    automatic_locks: bool = False
    """Of the locked only those that an automatic lock has shut out (LOCK-12)."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as a list shows it, and as the API spells it."""

    id: AccountId
    user_name: str
    full_name: str
    email: str | None
    kind: AccountKind
    enabled: bool
    protected: bool
    lock: Lock | None
    """None when open or lapsed."""
    unlocked_by: str | None
    unlocked_by_id: AccountId | None
    unlocked_at: datetime | None
    second_factor: FactorState
    signs_in_by_email: bool
    """It has no second factor, and the rules let it in with its password and a code by e-mail (DEV-2)."""
    groups: tuple[str, ...]
    """The names of its groups, in their order."""
    roles: tuple[str, ...]
    """The names of the roles that it is allowed itself, over whomever."""
    roles_everywhere: tuple[str, ...]
    """Those that a file of people can carry: over everybody, of an account that nothing is denied."""
    roles_elsewhere: tuple[str, ...]
    """What it cannot, in words: `help-desk over North`, `not auditor`."""
    last_sign_in_at: datetime | None
    password_changed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Found(Done):
    """One page of a search, ordered by full name then id, and the cursor to go on from."""

    accounts: tuple[AccountRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ViewAccount:
    """Open an account (an act of its own: `accounts.viewed`)."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class LockStory:
    """Why an account is locked, for one sentence: how many failures of which factor, from where, since when."""

    failures: int
    factor: str | None
    addresses: tuple[str, ...]
    """In the order of each one's latest failure."""
    first_at: datetime | None
    last_at: datetime | None
    by: str | None = None
    """Who locked it by hand."""
    why: str | None = None
    """The reason that was typed with it."""


@dataclass(frozen=True, slots=True)
class AccountShown(Done):
    """An account with all that its page shows to an operator."""

    account: AccountRow
    lock_story: LockStory | None
    created_at: datetime
    key: KeyFacts | None
    passkeys: tuple[PasskeyFacts, ...]
    recovery_codes_left: int
    allowlist: AllowlistEntry | None
    exclusion: Exclusion | None
    permissions: dict[str, Permission]
    must_change_password: bool
    has_password: bool
    key_disabled_at: datetime | None = None
    """Since when the secret key is switched off, because too many codes in a row were wrong (LOCK-14)."""


@dataclass(frozen=True, slots=True)
class ViewHistory:
    """Open an account's history, newest first."""

    account: AccountId
    limit: int = DEFAULT_PAGE
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryShown(Done):
    """A page of the account's timeline."""

    entries: tuple[Entry, ...]
    next_id: str | None
    removed_until: datetime | None = None
    """Of the last page: until when there were entries that have expired since (AUDIT-4)."""


@dataclass(frozen=True, slots=True)
class ViewOwnHistory:
    """Open one's own history, newest first."""

    limit: int = DEFAULT_PAGE
    before_id: str | None = None


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An entry as it is told to the person it is about."""

    entry: Entry
    """Without the address and browser of anybody else."""
    said: str
    """What happened, in plain words."""


@dataclass(frozen=True, slots=True)
class OwnHistoryShown(Done):
    """A page of one's own timeline."""

    entries: tuple[OwnEntry, ...]
    next_id: str | None
    removed_until: datetime | None = None
    """Of the last page: until when there were entries that have expired since (AUDIT-4)."""


@dataclass(frozen=True, slots=True)
class ViewOverview:
    """Ask for the figures of the overview."""


@dataclass(frozen=True, slots=True)
class OverviewShown(Done):
    """Figures, each of which leads to the list behind it."""

    locked_automatic: int
    locked_by_hand: int
    without_second_factor: int
    mail_not_delivered: int
    days: tuple[DayFigures, ...]
    """The last 30 UTC days, oldest first."""


@dataclass(frozen=True, slots=True)
class CountLocked:
    """Count the locked accounts that a search finds, before they are unlocked in bulk."""

    query: str = ""


@dataclass(frozen=True, slots=True)
class LockedCounted(Done):
    """How many are locked now; a bulk unlock lifts automatic locks alone (LOCK-12)."""

    automatic: int
    by_hand: int


@dataclass(frozen=True, slots=True)
class ViewMe:
    """Open one's own account page."""


@dataclass(frozen=True, slots=True)
class MeShown(Done):
    """One's own account: profile, state of the factor, own sessions."""

    account: AccountRow
    key: KeyFacts | None
    passkeys: tuple[PasskeyFacts, ...]
    recovery_codes_left: int
    sessions: tuple[SessionRow, ...]
    own_page_only: bool
    new_key_under_way: bool
    """A key was begun and not saved yet."""
    new_key_proven: bool


@dataclass(frozen=True, slots=True)
class SessionBehind:
    """A session as it is stored, with what its answer says of the account."""

    facts: SessionFacts
    epoch: int
    last_seen_at: datetime
    full_name: str
    email: str | None
    kind: AccountKind
    enabled: bool
    account_epoch: int
    lock_reason: LockReason | None
    factors: int
    excluded: bool
    password_rules: str

    @property
    def validity(self) -> Validity:
        """What says when it is over."""
        return Validity(self.epoch, self.last_seen_at, self.facts.expires_at)


@dataclass(frozen=True, slots=True)
class SessionChecked:
    """A live session, and whether its last activity is old enough to be written again (SESS-1)."""

    shown: SessionShown
    due_to_touch: bool
