"""Facts of passwords."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from doorward.kernel.ids import AccountId


@dataclass(frozen=True, slots=True)
class Requirements:
    """What the password rules ask of a new password (PASS-1); 0 asks nothing."""

    min_length: int = 12
    letters: int = 0
    digits: int = 0
    specials: int = 0
    groups: int = 0
    """How many of the four groups: small letters, capital letters, digits, specials."""
    previous: int = 5
    """How many of the account's last passwords, the present one included, it must differ from."""
    days_valid: int = 0
    once_a_day: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose password it is to be: words that it must not contain (PASS-2)."""

    user_name: str
    email: str | None = None
    product: str = "Doorward"


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """An account's password as it is kept."""

    account: AccountId
    hash: str = field(repr=False)
    changed_at: datetime
    must_change: bool
    """An operator asked for another one at the next sign-in (PASS-3)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody has asked for a link because they forgot a password; the name may be nobody's (PASS-5)."""

    account: AccountId
    """The account, or what stands for a name that nobody has."""
    id: UUID
    asked_at: datetime
    address: str
    user_agent: str
