"""Facts and outcomes of e-mailed and temporary access codes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CodeKind(StrEnum):
    """Which of the two codes it is that stands in the field."""

    MAILED = "mailed"
    TEMPORARY = "temporary"


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code as it was typed, in the form in which it is hashed."""

    kind: CodeKind
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code as it is kept."""

    hash: bytes = field(repr=False)
    expires_at: datetime
    ended_at: datetime | None = None
    """When it was used, or replaced by a resend."""


@dataclass(frozen=True, slots=True)
class CodeRight:
    """The code is right: it is used up, and the sign-in goes on."""


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """How a pending sign-in stands with its e-mailed code."""

    sent_to: str | None
    """The address, in part, to which a code that is still good was sent; None when there is none."""
    resend_at: datetime | None
    """From when a resend works; None where there is no usable address to send to."""
    expires_at: datetime | None
    """Until when the code of this pending sign-in is good; None when it has none."""
