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
    FORGOTTEN_PASSWORD = "forgotten-password"
    NOT_ME = "not-me"
    """*This was not me* (DESK-3): carries no epoch, for no later act may end it."""

    @property
    def lifetime(self) -> timedelta:
        """Return how long such a link lives (behaviour: limits, lifetimes, formats)."""
        return _LIFETIMES[self]


_LIFETIMES = {
    LinkKind.WELCOME: timedelta(hours=24),
    LinkKind.SET_PASSWORD: timedelta(hours=72),
    LinkKind.RESCUE: timedelta(hours=1),
    LinkKind.FORGOTTEN_PASSWORD: timedelta(minutes=30),
    LinkKind.NOT_ME: timedelta(days=7),
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
