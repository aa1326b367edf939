"""Facts, commands and outcomes of transfer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from doorward.features.accounts.model import AccountKind
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Done


class Form(StrEnum):
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


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as it was read: the people of its good lines, and what is wrong with the others."""

    people: tuple[Person, ...]
    errors: tuple[LineError, ...]
    lines: int
    left_out: tuple[str, ...] = ()
    """Columns that an export has and an import does not take."""


@dataclass(frozen=True, slots=True)
class JudgePeople:
    """Ask whether people can be imported as the server stands now."""

    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class PeopleJudged(Done):
    """What keeps people from being imported; nothing where the file is good."""

    errors: tuple[LineError, ...]


@dataclass(frozen=True, slots=True)
class ImportPeople:
    """Add all of them, or nobody."""

    file: str
    """The file's name, for the entry."""
    people: tuple[Person, ...]
    told: Callable[[int], None] = field(repr=False, compare=False)
    """Is told how many are written so far."""


@dataclass(frozen=True, slots=True)
class PeopleImported(Done):
    """They exist now."""

    count: int
    with_password: int
    with_key: int


@dataclass(frozen=True, slots=True)
class ExportPeople:
    """Begin an export of accounts: the act that is recorded, once for the whole file (AUDIT-1)."""

    file: str


@dataclass(frozen=True, slots=True)
class ExportAllowed(Done):
    """The export may go on."""
