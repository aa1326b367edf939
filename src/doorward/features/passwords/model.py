"""Facts of passwords."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Unchanged


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


Chooser = tuple[AccountId, Whose]
"""Who chooses a password: an account that is there, or is about to be."""


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """An account's password as it is kept."""

    account: AccountId
    hash: str = field(repr=False)
    changed_at: datetime
    must_change: bool
    """An operator asked for another one at the next sign-in (PASS-3)."""
    chosen_at: datetime | None = None
    """When the person last changed it unasked; None where they never did."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody has asked for a link because they forgot a password; the name may be nobody's (PASS-5)."""

    account: AccountId
    """The account, or what stands for a name that nobody has."""
    id: UUID
    asked_at: datetime
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class BreachList:
    """A list of breached passwords that the site imported; its entries are a file on each node (PASS-2)."""

    name: str
    digest: str
    """Names the file, and covers all that is in it; in hexadecimal."""
    entries: int
    source: str
    """The name of the file that it was read from."""
    form: str
    min_count: int
    """Entries that the source had seen less often were left out."""
    imported_at: datetime
    imported_by: str


@dataclass(frozen=True, slots=True)
class ImportBreachList:
    """Look for new passwords in one more list, or in a newer one of the same name; its file is in its place."""

    name: str
    digest: str
    entries: int
    source: str
    form: str
    min_count: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BreachListImported(Done):
    """New passwords are looked for in the list from now on."""

    replaced: bool


@dataclass(frozen=True, slots=True)
class BreachListThere(Unchanged):
    """The very same list was imported already."""


@dataclass(frozen=True, slots=True)
class ClearBreachLists:
    """Look for new passwords in a list no longer, or in none of those imported."""

    name: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BreachListsCleared(Done):
    """Lists were deleted; how many."""

    count: int


@dataclass(frozen=True, slots=True)
class NoBreachLists(Unchanged):
    """None had been imported."""


@dataclass(frozen=True, slots=True)
class ListBreachLists:
    """Ask which lists were imported."""


@dataclass(frozen=True, slots=True)
class BreachListsShown(Done):
    """The imported lists by name, and how many entries the list has that comes with the product."""

    lists: tuple[BreachList, ...]
    shipped: int
