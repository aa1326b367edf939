"""How many names may fail from one source before it is slowed down, and shut out (LOCK-17)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from doorward.features.lockout.model import NamesTried
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

WINDOW = timedelta(hours=1)
"""For how long a name that failed is counted against its address (LOCK-17)."""
SLOWED_SECONDS = 1.0
"""How long each attempt from an address that is slowed down waits, before its password is looked at."""
SPRAYED = "too many names failed from this address"


@dataclass(frozen=True, slots=True)
class SprayLimits:
    """How many names may fail from one source within the window."""

    slowing: int
    """0 = never slow down."""
    refusing: int
    """0 = never refuse, nor slow down."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A name may be tried."""

    source: str
    """Whom it is counted for; empty for nobody."""
    slowed: bool
    """Not before a while has passed."""


@dataclass(frozen=True, slots=True)
class NoRoomYet:
    """The places left are taken by names in flight, which may give theirs back."""


def counted_since(now: datetime) -> datetime:
    """Return since when a name must have failed to be counted."""
    return now - WINDOW


def entered(source: str, failed: int, limits: SprayLimits) -> Entered:
    """Let a name be tried, slowly where many have failed already."""
    return Entered(source, slowed=0 < limits.slowing <= failed)


def weigh(
    source: str, name: AccountId, tried: NamesTried, limits: SprayLimits, now: datetime
) -> Entered | NoRoomYet | Refused:
    """Decide about a name that could not be entered as a new one: it is there already, or there is no room (LOCK-17).

    A source that has failed too often is refused whatever the name, or the answer would tell names (LOCK-11). Names in
    flight may yet turn out right: whoever finds room taken by them waits, as for attempts (LOCK-2).
    """
    if len(tried.failed) >= limits.refusing:
        counted = sorted(tried.failed.values())[len(tried.failed) - limits.refusing]
        wait = counted + WINDOW - now
        return Refused("signin.throttled", cause=SPRAYED, retry_after=max(1, ceil(wait.total_seconds())))
    if name in tried.failed or name in tried.in_flight:
        return entered(source, len(tried.failed), limits)
    return NoRoomYet()


def shuts_out(name: AccountId, tried: NamesTried, limits: SprayLimits, now: datetime) -> bool:
    """Return whether this name, which fails now, is the one with which its source has failed too often (LOCK-17)."""
    failed = {one for one, at in tried.failed.items() if at > counted_since(now)}
    return name not in failed and len(failed) + 1 == limits.refusing
