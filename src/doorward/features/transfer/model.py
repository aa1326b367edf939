"""Facts, commands and outcomes of transfer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any, Protocol

from doorward.features.accounts.model import AccountKind
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Done


class PeopleFileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class Person:
    """What a line says of an account to be."""

    line: int
    user_name: str
    full_name: str
    email: str | None
    kind: AccountKind
    roles: tuple[str, ...]
    enabled: bool
    must_change_password: bool
    password_hash: str | None = field(repr=False)
    secret_key: bytes | None = field(repr=False)
    groups: tuple[str, ...] = ()
    """Names of groups that are there already."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Be kept as the plain values, a third of the work."""
        return Person, _VALUES(self)


_VALUES = attrgetter(*Person.__dataclass_fields__)


class People(Protocol):
    """People in their order, in parts that fit into memory."""

    def __len__(self) -> int:
        """Count them."""

    def parts(self) -> Iterator[Sequence[Person]]:
        """Return them part by part, as often as asked."""


class Kept(People, Protocol):
    """People of a whole file, who can be taken in pieces."""

    def __iter__(self) -> Iterator[Person]:
        """Return them one after the other."""

    def pieces(self, most: int) -> Iterator[People]:
        """Return them in pieces of at most `most`."""


@dataclass(frozen=True, slots=True)
class PeopleFileRead:
    """A file as it was read: the people of its good lines, and what is wrong with the others."""

    people: Kept
    errors: tuple[LineError, ...]
    lines: int
    left_out: tuple[str, ...] = ()
    """Columns that an export has and an import does not take."""
    with_password: int = 0
    with_key: int = 0


@dataclass(frozen=True, slots=True)
class JudgePeople:
    """Ask whether people can be imported as the server stands now."""

    people: People
    going_on: bool = False
    """Leave out whoever bears a name that is there already: for an import that was cut off."""


@dataclass(frozen=True, slots=True)
class PeopleJudged(Done):
    """What keeps people from being imported; nothing where the file is good."""

    errors: tuple[LineError, ...]
    there: int = 0
    """How many are left out, since their names are there already."""


@dataclass(frozen=True, slots=True)
class ImportPeople:
    """Add all of them, or nobody."""

    file: str
    """The file's name, for the entry."""
    people: People
    told: Callable[[int], None] = field(repr=False, compare=False)
    """Is told how many are written so far."""
    going_on: bool = False
    """Leave out whoever bears a name that is there already."""
    part: str = ""
    """Which part of a long file this is, for the entry."""


@dataclass(frozen=True, slots=True)
class PeopleImported(Done):
    """They exist now."""

    count: int
    with_password: int
    with_key: int
    there: int = 0
    """How many were left out, since their names were there already."""

    def with_more(self, more: "PeopleImported") -> "PeopleImported":
        """Add what another part has brought."""
        return PeopleImported(
            self.count + more.count,
            self.with_password + more.with_password,
            self.with_key + more.with_key,
            self.there + more.there,
        )


@dataclass(frozen=True, slots=True)
class ExportPeople:
    """Begin an export of accounts: the act that is recorded, once for the whole file (AUDIT-1)."""

    file: str


@dataclass(frozen=True, slots=True)
class AccountExportAllowed(Done):
    """The export may go on."""
