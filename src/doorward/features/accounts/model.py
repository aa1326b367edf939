"""What is known of an account."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.kernel.ids import AccountId


class AccountKind(StrEnum):
    """Whether an account may ever operate the console."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class LockReason(StrEnum):
    """Why an account is locked (LOCK-5)."""

    FAILURES = "Failures"
    INACTIVITY = "Inactivity"
    ADMINISTRATOR = "Administrator"
    REPORTED = "Reported"

    @property
    def automatic(self) -> bool:
        """Return whether the server set it by itself: such a lock bars new sign-ins only."""
        return self in {LockReason.FAILURES, LockReason.INACTIVITY}

    @property
    def by_hand(self) -> bool:
        """Return whether a person set it: an operator, or the account's owner who reported something."""
        return not self.automatic


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock: since when, why, until when (None: until somebody unlocks), and which factor's failures caused it."""

    at: datetime
    reason: LockReason
    ends_at: datetime | None = None
    factor: str | None = None


@dataclass(frozen=True, slots=True)
class Unlocker:
    """Who has unlocked an account last, and when (LOCK-7); nothing where nobody has."""

    name: str | None = None
    account: AccountId | None = None
    unlocked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of an account that changes seldom."""

    id: AccountId
    user_name: str
    full_name: str
    email: str | None
    kind: AccountKind
    enabled: bool
    protected: bool
    created_at: datetime
    updated_at: datetime
    version: int
    email_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountState:
    """What is known of an account that changes at sign-ins: one narrow row."""

    epoch: int
    lock: Lock | None
    """As stored: whether a timed lock has lapsed is for `lockout.rules` to say."""
    unlocked_by: str | None
    unlocked_by_id: AccountId | None
    unlocked_at: datetime | None
    enabled_at: datetime
    last_sign_in_at: datetime | None
    factors: int
    """How many second factors the account has that can be used."""
    excluded: bool
    factor_due: bool = True
    """A factor has been set up, reset or deleted before: no method lets the account in without one (DEV-2)."""
    password_rules: str = "default"
    """The name of the password rules that serve it: its groups decide, and every change of theirs writes it."""

    @property
    def locked_by_hand(self) -> bool:
        """Return whether an operator locked the account, or its owner reported something (LOCK-5)."""
        return self.lock is not None and self.lock.reason.by_hand


@dataclass(frozen=True, slots=True)
class Standing:
    """An account with its state."""

    account: Account
    state: AccountState


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The fields of an account that is being added."""

    id: AccountId
    user_name: str
    full_name: str
    email: str | None
    kind: AccountKind
    at: datetime
    enabled: bool = True
    factors: int = 0
    """How many second factors come with it."""


@dataclass(frozen=True, slots=True)
class Idle:
    """What a look at some of the accounts has found: those that nobody uses, and where to go on (None: at the end)."""

    accounts: tuple[AccountId, ...]
    next: AccountId | None
