"""Facts, commands and outcomes of the second factor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.features.accounts.model import Account
from doorward.features.passkeys.model.facts import SignedChange
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.paging import DEFAULT_PAGE
from doorward.kernel.ports import Secret


class FactorState(StrEnum):
    """What happens after a right password: the table of KEY."""

    SET_UP = "set_up"
    MAY_SET_UP = "may_set_up"
    BLOCKED = "blocked"
    EXCLUDED = "excluded"


class Cause(StrEnum):
    """Why an account came onto the allowlist; it decides how long the entry lives (KEY-13)."""

    NEW_ACCOUNT = "new account"
    RESET = "reset"
    ALLOWED = "allowed"
    RESCUE = "rescue"


@dataclass(frozen=True, slots=True)
class AllowlistEntry:
    """Permission for one set-up: who gave it, when, why, until when (KEY-13)."""

    account: AccountId
    cause: Cause
    added_at: datetime
    added_by: str
    added_by_id: AccountId | None
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An account that signs in without a second factor: who decided so, when, why."""

    account: AccountId
    added_at: datetime
    added_by: str
    added_by_id: AccountId | None
    reason: str


@dataclass(frozen=True, slots=True)
class ResetSecretKey:
    """Delete every second factor of another and put the account on the allowlist (KEY-3)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteSecretKey:
    """Delete every second factor of another's internal account and block it completely (KEY-4)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SecretKeyReset(Done):
    """The account sets up a new key at its next sign-in, until then; an excluded one is not asked for it."""

    allowed_until: datetime
    factors_deleted: int
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class SecretKeyDeleted(Done):
    """The account is blocked until somebody allows it."""

    factors_deleted: int


@dataclass(frozen=True, slots=True)
class AlreadyBlocked(Unchanged):
    """The account had neither a factor nor an allowlist entry."""


@dataclass(frozen=True, slots=True)
class AllowSetUp:
    """Add an account to the allowlist (KEY-5)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawSetUp:
    """Take an account off the allowlist."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UndoAllowSetUp:
    """Take back an allowlist entry that the actor added a moment ago."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SetUpAllowed(Done):
    """The account may set up a key, until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class SetUpWithdrawn(Done):
    """The account may no longer set up a key."""


@dataclass(frozen=True, slots=True)
class ExcludeAccount:
    """Let an account sign in without a second factor."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LiftExclusion:
    """Ask an account for a second factor again."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccountExcluded(Done):
    """The account signs in by password only."""


@dataclass(frozen=True, slots=True)
class ExclusionLifted(Done):
    """The account needs a second factor again."""


@dataclass(frozen=True, slots=True)
class ListUnchanged(Unchanged):
    """The allowlist or the exclusions said that already."""


@dataclass(frozen=True, slots=True)
class IssueTemporaryAccessCode:
    """Make a code that an allowlisted account without a usable address types in place of the mailed one (KEY-10)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TemporaryAccessCodeIssued(Done):
    """The code, shown this once."""

    code: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordAndCode:
    """Account protection: the actor's own password and a fresh code of the actor's own (PROT-1)."""

    password: Secret
    code: Secret


Proof = PasswordAndCode | SignedChange
"""How actors prove themselves anew."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """Begin a new key for one's own account; `code` is the fresh proof where the session has none (KEY-2)."""

    code: Secret | None = None


@dataclass(frozen=True, slots=True)
class CheckNewKey:
    """Prove the new key by a code made from it (*Check and apply*)."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowNewKey:
    """Ask for the key that is being set up once more (a reloaded page, a wrong code)."""


@dataclass(frozen=True, slots=True)
class SaveNewKey:
    """Put the proven key in the old one's place (*Save*)."""


@dataclass(frozen=True, slots=True)
class DiscardNewKey:
    """Forget a key that was not saved."""


@dataclass(frozen=True, slots=True)
class KeyShown(Done):
    """A key, in Base32, while it is being set up: shown to its owner only (KEY-16)."""

    secret_key: Secret
    otpauth_uri: Secret
    issuer: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyHeld(Done):
    """The new key is proven, and waits to be saved until then."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeySaved(Done):
    """The new key is in force; `signed_out` where the session ends with it (one opened by a recovery code)."""

    signed_out: bool
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    """The new set, shown this once: the set before ended with the key that it stood in for."""


@dataclass(frozen=True, slots=True)
class KeyDiscarded(Done):
    """The key that was not saved is forgotten."""


@dataclass(frozen=True, slots=True)
class NothingToDiscard(Unchanged):
    """No key was being set up."""


@dataclass(frozen=True, slots=True)
class ListAllowlist:
    """Read the allowlist."""

    limit: int = DEFAULT_PAGE
    after: AccountId | None = None


@dataclass(frozen=True, slots=True)
class AllowlistPage(Done):
    """One page of the allowlist, and whose its entries are."""

    entries: tuple[AllowlistEntry, ...]
    next: AccountId | None
    people: Mapping[AccountId, Account] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListExclusions:
    """Read the exclusions."""

    limit: int = DEFAULT_PAGE
    after: AccountId | None = None


@dataclass(frozen=True, slots=True)
class ExclusionsPage(Done):
    """One page of the exclusions, and whose its entries are."""

    entries: tuple[Exclusion, ...]
    next: AccountId | None
    people: Mapping[AccountId, Account] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MakeRecoveryCodes:
    """Make new recovery codes for one's own account; `code` is the fresh proof, where one is asked for (KEY-2)."""

    code: Secret | None = None


@dataclass(frozen=True, slots=True)
class RecoveryCodesMade(Done):
    """The new set, shown this once; the one before is dead."""

    recovery_codes: tuple[str, ...] = field(repr=False)
