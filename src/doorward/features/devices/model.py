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
