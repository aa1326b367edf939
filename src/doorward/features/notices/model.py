"""Facts, commands and outcomes of notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Fact, Unchanged
from doorward.kernel.paging import DEFAULT_PAGE


class Kind(StrEnum):
    """What a mail tells; the templates bear these names."""

    ACCOUNT_ADDED = "account_added"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCKED = "account_unlocked"
    DEVICE_CODE = "device_code"
    SECOND_FACTOR_SET_UP = "second_factor_set_up"
    SECOND_FACTOR_RESET = "second_factor_reset"
    SECOND_FACTOR_DELETED = "second_factor_deleted"
    SECOND_FACTOR_KEY_DISABLED = "second_factor_key_disabled"
    SECOND_FACTOR_REGENERATED = "second_factor_regenerated"
    ALLOWED_TO_SET_UP = "allowed_to_set_up"
    TEMPORARY_ACCESS_CODE_ISSUED = "temporary_access_code_issued"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_DOUBTED = "passkey_doubted"
    """It looks like a copy: its count went backwards."""
    PASSWORD_RESET_STARTED = "password_reset_started"
    PASSWORD_FORGOTTEN = "password_forgotten"
    PASSWORD_FORGOTTEN_NO_LINK = "password_forgotten_no_link"
    """Somebody asked for a link, and whom to ask is all that may be told (PASS-5)."""
    PASSWORD_CHANGED = "password_changed"
    EMAIL_CHANGED = "email_changed"
    DEVICE_REMEMBERED = "device_remembered"
    NEW_BROWSER = "new_browser"
    """A sign-in was completed in a browser that had completed none of the account's before (DESK-3)."""
    HARDWARE_TOKEN_ASSIGNED = "hardware_token_assigned"
    HARDWARE_TOKEN_UNASSIGNED = "hardware_token_unassigned"
    HARDWARE_TOKEN_RESYNCHRONISED = "hardware_token_resynchronised"


class MailState(StrEnum):
    """Where a mail is."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up: refused for good, or tried for 24 hours."""
    EXPIRED = "expired"
    """Its code or link ran out before it could be sent; never sent after that."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One row of the outbox as operators see it."""

    id: UUID
    account: AccountId
    kind: Kind
    recipient: str
    state: MailState
    error: str | None
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sealed in the outbox: kind and facts; the text is made from them when it is sent."""

    kind: Kind
    facts: Mapping[str, Fact] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """One of several people who are told the same kind of thing; without an address nothing."""

    account: AccountId
    recipient: str | None
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class ListMail:
    """Read the outbox, newest first."""

    state: MailState | None = None
    undelivered: bool = False
    """Only what was tried and has not arrived: waiting for its next try, or given up."""
    account_id: AccountId | None = None
    limit: int = DEFAULT_PAGE
    before_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MailPage(Done):
    """One page of mail, and the id to go on from."""

    mails: tuple[Mail, ...]
    next_id: UUID | None


@dataclass(frozen=True, slots=True)
class RetryMail:
    """Try waiting and failed mail again now; None means all of it."""

    mail: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MailRetried(Done):
    """Mails were made due now; how many."""

    count: int


@dataclass(frozen=True, slots=True)
class NothingToRetry(Unchanged):
    """No mail waits."""
