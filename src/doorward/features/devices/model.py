"""Facts and outcomes of e-mailed and temporary access codes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Unchanged

BROWSER_LIFE = timedelta(days=400)
"""How long the cookie of a known browser lives, as browsers keep none longer; its row is worth nothing after that."""


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


class Met(StrEnum):
    """How a browser or program by which a sign-in was completed stands to the account."""

    BEFORE = "before"
    FIRST = "first"
    """It has completed none before, and nothing is told."""
    FIRST_TOLD = "first, and told"
    """It has completed none before, and the owner is to be told (DESK-3)."""


@dataclass(frozen=True, slots=True)
class DeviceToken:
    """What a browser or program says it is remembered by; of another account it proves nothing."""

    account: AccountId
    token_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RememberedDevice:
    """A device that is spared the e-mailed code of an ordinary sign-in (DEV-3)."""

    id: UUID
    epoch: int
    user_agent: str
    address: str
    """From where it was remembered."""
    created_at: datetime
    last_used_at: datetime | None
    """When it last spared somebody the code."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ListOwnDevices:
    """Read one's own remembered devices."""


@dataclass(frozen=True, slots=True)
class ListDevicesOf:
    """Read the remembered devices of an account."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class DevicesListed(Done):
    """The devices that are remembered now, newest first."""

    devices: tuple[RememberedDevice, ...]


@dataclass(frozen=True, slots=True)
class RevokeOwnDevices:
    """Forget one of one's own remembered devices, or all of them (None)."""

    device: UUID | None = None


@dataclass(frozen=True, slots=True)
class RevokeDevicesOf:
    """Forget one remembered device of an account, or all of them (None)."""

    account: AccountId
    device: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DevicesRevoked(Done):
    """Devices are asked for the e-mailed code again; how many."""

    count: int


@dataclass(frozen=True, slots=True)
class NoDevices(Unchanged):
    """There was none to forget."""
