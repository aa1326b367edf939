"""What an act can answer: an outcome of its own, or a `Refused` with its code.

A refusal is a value and commits, because failed tries and their entries must be kept.
What must not happen is an exception, and rolls back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from doorward.kernel.ports import HashJob

Status = Literal["done", "unchanged", "refused"]
Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A no, with the stable code that the visitor sees and, for the audit trail alone, the precise cause."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """Values that the code's sentence mentions; the visitor knows them already or may know them."""
    cause: str | None = None
    """What really was the matter, for the audit trail; never shown to the visitor."""
    retry_after: int | None = None
    """Seconds after which trying again makes sense."""
    status: ClassVar[Status] = "refused"


class Done:
    """Base of the outcomes that changed something, or answered a question."""

    __slots__ = ()
    status: ClassVar[Status] = "done"


class Unchanged:
    """Base of the outcomes that found things already as wanted."""

    __slots__ = ()
    status: ClassVar[Status] = "unchanged"


@dataclass(frozen=True, slots=True)
class Begin:
    """Ask for nothing but the first transaction."""

    shared: bool = field(default=False, compare=False)
    """The piece that follows may run beside those of other accounts: it holds its own before it reads of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Ask for a place in the hash queue before anything is reserved (LOCK-2); a full queue ends the step as busy.

    `act` names the entry that the busy refusal leaves.
    """

    act: str
    shared: bool = field(default=False, compare=False)
    """As in `Begin`."""


@dataclass(frozen=True, slots=True)
class Hash:
    """Ask for a job of the password hash; the answer is the job's own."""

    job: HashJob
    shared: bool = field(default=False, compare=False)
    """As in `Begin`."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask whether a password is in the site's breach lists, in no transaction; the answer is a `BreachListing`."""

    wanted: tuple[bytes, ...] = field(repr=False)
    """The digests of the password, any of which a list may hold."""
    lists: tuple[str, ...]
    shared: bool = field(default=False, compare=False)
    """As in `Begin`."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Give the place back, wait for some seconds, take a place again; the answer is True or False (full)."""

    seconds: float
    shared: bool = field(default=False, compare=False)
    """As in `Begin`."""


Request = Begin | Place | Hash | LookUp | Wait
