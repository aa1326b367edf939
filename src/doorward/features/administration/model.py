"""Commands and outcomes of administration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doorward.features.accounts.model import AccountKind
from doorward.features.signin.model import PendingToken
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.ports import Secret


@dataclass(frozen=True, slots=True)
class AddAccount:
    """Add an account; it starts on the allowlist as KEY-12 says.

    `password_hash` comes from the server's own machine only (PASS-6).
    """

    user_name: str
    full_name: str
    email: str | None
    kind: AccountKind = AccountKind.INTERNAL
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Each by its id or its name."""
    password_hash: str | None = field(default=None, repr=False)
    must_change_password: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccountAdded(Done):
    """The account exists; without a password it has a one-time link to set one, which was mailed too."""

    account: AccountId
    user_name: str
    link: Secret | None = None
    """Path of a link that sets a password; shown to the server's owner only."""


@dataclass(frozen=True, slots=True)
class EditAccount:
    """Change what is known of an account; None leaves a field as it is, an empty e-mail removes the address."""

    account: AccountId
    if_version: int | None
    """The version that the editor saw; None overwrites (the server's owner only)."""
    user_name: str | None = None
    full_name: str | None = None
    email: str | None = None
    kind: AccountKind | None = None
    protected: bool | None = None
    """Mark the account protected, or lift the mark (PROT-3)."""
    must_change_password: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccountEdited(Done):
    """The account was changed."""

    version: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountUnchanged(Unchanged):
    """The account was like that already."""


@dataclass(frozen=True, slots=True)
class EnableAccount:
    """Let a disabled account sign in again."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DisableAccount:
    """Bar an account from signing in and end its sessions (SESS-3)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AccountEnabled(Done):
    """The account may sign in again."""


@dataclass(frozen=True, slots=True)
class AccountDisabled(Done):
    """The account can no longer sign in."""


@dataclass(frozen=True, slots=True)
class StartPasswordReset:
    """Mail a person a link to set a new password; no operator chooses or sees one (PASS-6)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordResetStarted(Done):
    """The link is on its way; `link` is shown to the server's owner only."""

    expires_at: datetime
    link: Secret | None = None


@dataclass(frozen=True, slots=True)
class MakeFirstLink:
    """Make the one-time link for the first administrator (again until it is used)."""


@dataclass(frozen=True, slots=True)
class LinkMade(Done):
    """A one-time link was made; its token is shown this once."""

    path: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RescueAccount:
    """Make an account able to administer again (RIGHT-5)."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UseWelcomeLink:
    """Make the first administrator; a pending sign-in at its set-up follows (no e-mailed code)."""

    token: PendingToken
    user_name: str
    full_name: str
    email: str | None
    password: Secret


@dataclass(frozen=True, slots=True)
class MoveDatabase:
    """Carry everything from another database into the one that the act runs in."""

    origin: str
    """The other database, without a password."""
    carry: Callable[[Any], Any] = field(repr=False)
    """Does it in the act's own transaction, and tells what has arrived (`edges.sql.moving`)."""


@dataclass(frozen=True, slots=True)
class DatabaseMoved(Done):
    """Everything is in the other database, and was compared."""

    rows: Mapping[str, int]
    """How many, by table."""
    trail: str
    """SHA-256 over the audit trail as it was carried."""
