"""Facts of one-time links."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from doorward.kernel.ids import AccountId


class LinkKind(StrEnum):
    """What a link is for; the value is also the first part of its page's address."""

    WELCOME = "welcome"
    SET_PASSWORD = "set-password"
    RESCUE = "rescue"

    @property
    def lifetime(self) -> timedelta:
        """Say how long such a link lives (behaviour: limits, lifetimes, formats)."""
        return _LIFETIMES[self]


_LIFETIMES = {
    LinkKind.WELCOME: timedelta(hours=24),
    LinkKind.SET_PASSWORD: timedelta(hours=72),
    LinkKind.RESCUE: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored."""

    account: AccountId
    kind: LinkKind
    token_hash: bytes
    epoch: int
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None
