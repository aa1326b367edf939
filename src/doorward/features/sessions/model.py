"""Facts, commands and outcomes of sessions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.kernel.act import SessionFacts
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.ports import Secret


class OpenedWith(StrEnum):
    """How a session was opened."""

    SECRET_KEY = "secret_key"
    SET_UP = "set_up"
    """By the code that completed a set-up; counts as the second factor (KEY-7)."""
    RECOVERY_CODE = "recovery_code"
    """Reaches the own account page only (KEY-1)."""
    PASSWORD = "password"
    """An excluded account: can never administer (KEY's table)."""
    DEVICE_CODE = "device_code"
    """By the e-mailed code, which is no second factor: can never administer (DEV-2)."""
    REMEMBERED_DEVICE = "remembered_device"
    """As by the e-mailed code, which this device was spared (DEV-3)."""
    PASSKEY = "passkey"
    """By a passkey that verified its person: two factors in one act (LOCK-15)."""
    PASSWORD_AND_PASSKEY = "password_and_passkey"
    """By a passkey or a security key beside the right password (KEY-17)."""

    @property
    def told(self) -> bool:
        """Return whether the proof has a letter of its own, with browser, address and *this was not me* (DESK-3)."""
        return self in {OpenedWith.SET_UP, OpenedWith.RECOVERY_CODE}


@dataclass(frozen=True, slots=True)
class SessionOpened(Done):
    """A session exists; its token is shown this once."""

    token: Secret
    expires_at: datetime
    session: SessionId
    account: AccountId


@dataclass(frozen=True, slots=True)
class Validity:
    """What a session's row says of when it is over (SESS-1)."""

    epoch: int
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as lists show it."""

    session: SessionId
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    opened_with: OpenedWith
    address: str
    user_agent: str
    door: str


@dataclass(frozen=True, slots=True)
class ShowSession:
    """Ask who is behind the token (`GET /session`)."""


@dataclass(frozen=True, slots=True)
class SessionShown(Done):
    """The session and its account."""

    session: SessionFacts
    full_name: str
    email: str | None
    kind: str
    rights: tuple[str, ...]
    """What the account may do at the console; empty for an account without a role (RIGHT-6)."""


@dataclass(frozen=True, slots=True)
class EndSession:
    """Sign out."""


@dataclass(frozen=True, slots=True)
class SessionEnded(Done):
    """The session is over."""


@dataclass(frozen=True, slots=True)
class ListSessionsOf:
    """Read the sessions of an account (an operator's act, and the account's own)."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class SessionsListed(Done):
    """The live sessions, newest first."""

    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True)
class EndSessionsOf:
    """End one session of another account, or all of them (None)."""

    account: AccountId
    session: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListOwnSessions:
    """Read one's own sessions."""


@dataclass(frozen=True, slots=True)
class OwnSessionsListed(Done):
    """The live sessions, newest first, and which of them asks."""

    sessions: tuple[SessionRow, ...]
    present: SessionId


@dataclass(frozen=True, slots=True)
class EndOwnSessions:
    """End one of one's own sessions, or all but the present one (None)."""

    session: UUID | None = None


@dataclass(frozen=True, slots=True)
class SessionsEnded(Done):
    """Sessions are over; how many."""

    count: int


@dataclass(frozen=True, slots=True)
class NoSessions(Unchanged):
    """There was none to end."""
