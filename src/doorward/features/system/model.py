"""What is told of the server itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.kernel.outcome import Done


class Grade(StrEnum):
    """How a thing is."""

    WELL = "well"
    ODD = "odd"
    """Worth knowing; the server works."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and how to mend it."""

    subject: str
    grade: Grade
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is asked on the server's own machine alone: it takes time, or names places."""

    clock: datetime
    """This machine's own, which is not what decides on PostgreSQL."""
    database: str
    """Where the database is."""
    damaged: bool
    outdated_hashes: int
    """How many passwords are hashed with other parameters than the present ones."""
    connections: int = 0
    """How many connections to its database this node may open."""
    most_connections: int | None = None
    """How many the database gives to all nodes together; None where it is a file."""


@dataclass(frozen=True, slots=True)
class ViewSystem:
    """Ask how the server is; whoever asks on its own machine says how that is."""

    machine: Machine | None = None


@dataclass(frozen=True, slots=True)
class DutyHeld:
    """One of the server's own duties, and which process of which node does it."""

    duty: str
    holder: str
    until: datetime
    """When another may take it over, unless it is renewed."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that serves; marks are equal where what they stand for is."""

    node: str
    place: str
    """A mark of its machine and data directory."""
    address: str
    """A mark of its public address."""


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """What the database's settings do not keep, and how to mend it."""

    what: str
    mend: str
    loses_acts: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server knows of itself."""

    now: datetime
    version: str
    node: str
    """The node that answers; others may be there."""
    public_url: str
    behind_proxy: bool
    """Whether any web server in front is believed."""
    database: str
    """Its kind and version."""
    schema: str | None
    newest_schema: str
    """The schema that this version of the program knows."""
    broken: tuple[BrokenPromise, ...]
    size_bytes: int | None
    """Of the database's file; None where there is none."""
    free_bytes: int | None
    """Left on its disk; None where it is another machine's."""
    keys_open: bool | None
    """Whether the keys open what is sealed in the database; None where nothing is."""
    duties: tuple[DutyHeld, ...]
    serving: frozenset[Serving]
    seen_at: datetime | None
    """The latest instant that a server has left in the database."""
    mail_error: str | None
    """Why the latest mail that was tried has not arrived; None where none waits."""
    hosts: tuple[str, ...]
    """The names of the applications that are registered with the gate for web servers, without their ports."""
    administered: bool
    """Whether anybody holds Administrator over everything."""


@dataclass(frozen=True, slots=True)
class SystemShown(Done):
    """What the server knows of itself, and how each thing is."""

    facts: Facts
    findings: tuple[Finding, ...]
