"""Facts, commands and outcomes of lockout."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.features.accounts.model import Lock, Unlocker
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Unchanged


class Factor(StrEnum):
    """Which secret is being guessed at; each has its own counter and limit (LOCK-3)."""

    PASSWORD = "password"
    SECOND_FACTOR = "second_factor"


class Context(StrEnum):
    """Where the guesses come from; known browsers get a context of their own later."""

    EVERYWHERE = "everywhere"
    SESSION = "session"
    """Inside the account's own session, which no stranger can fill (PROT-1, KEY-2)."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted for one account, factor and context at one moment."""

    failures: int
    reserved: int
    """Attempts in flight: reserved and not yet concluded."""
    dead: int = 0
    """Attempts of the account, of whatever factor, that are older than 30 s: their process died (LOCK-2)."""
    changed_at: datetime | None = None
    """When the failures were last counted or cleared."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """An attempt in flight; one that is not `counted` only keeps the road equal (LOCK-11)."""

    id: UUID
    account: AccountId
    factor: Factor
    counted: bool
    context: Context = Context.EVERYWHERE


@dataclass(frozen=True, slots=True)
class InFlight:
    """From when to when the attempts were reserved that are in flight now; all others have lost their process."""

    since: datetime
    until: datetime
    """Later than now: what lies beyond was reserved before the clock was set back."""


@dataclass(frozen=True, slots=True)
class NamesTried:
    """What one source has tried within the window."""

    failed: Mapping[AccountId, datetime]
    """Names that have failed, and when last; those whose process died are among them."""
    in_flight: frozenset[AccountId]


@dataclass(frozen=True, slots=True)
class LockAccount:
    """Lock an account by hand (`Administrator`): bars every way in and ends all sessions."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnlockAccount:
    """Open a locked account again (LOCK-7)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UndoUnlock:
    """Take back an unlock of a moment ago: the lock comes back as it was."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnlockUndone(Done):
    """The account is locked as it was before."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class AccountLocked(Done):
    """The account is locked."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class AlreadyLocked(Unchanged):
    """An operator's or reported lock stands already."""

    lock: Lock


@dataclass(frozen=True, slots=True)
class AccountUnlocked(Done):
    """The account is open; the lock that was lifted, for the record."""

    lock: Lock
    unlocked_by: str
    unlocked_at: datetime


@dataclass(frozen=True, slots=True)
class Lifted:
    """What an unlock has changed, exactly: the lock that it lifted, and who had opened the account before."""

    lock: Lock
    before: Unlocker


@dataclass(frozen=True, slots=True)
class NotLocked(Unchanged):
    """The account was not locked (a lapsed lock counts as open)."""
