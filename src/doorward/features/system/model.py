"""What is told of the server itself."""

from dataclasses import dataclass
from datetime import datetime

from doorward.kernel.outcome import Done


@dataclass(frozen=True, slots=True)
class ViewSystem:
    """Ask how the server is."""


@dataclass(frozen=True, slots=True)
class Held:
    """One of the server's own duties, and which process of which node does it."""

    duty: str
    holder: str
    until: datetime
    """When another may take it over, unless it is renewed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server knows of itself."""

    version: str
    node: str
    """The node that answers; others may be there."""
    public_url: str
    database: str
    """Its kind and version."""
    schema: str | None
    newest_schema: str
    """The schema that this version of the program knows."""
    duties: tuple[Held, ...]
    broken: tuple[tuple[str, str], ...]
    """Promises that the database's settings break, each with how to mend it."""
    mail_error: str | None
    """Why the latest mail that was tried has not arrived; None where none waits."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and how to mend it."""

    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class SystemShown(Done):
    """What the server knows of itself, and what is wrong with it."""

    facts: Facts
    troubles: tuple[Trouble, ...]
