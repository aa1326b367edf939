"""Arithmetic on instants; reading the clock is for `edges.clock` alone.

Every instant is a timezone-aware `datetime` in UTC.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(instant: datetime) -> int:
    """Count the microseconds since 1970; exact, where `timestamp()` would round."""
    return (instant - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the instant that lies `count` microseconds after 1970."""
    return EPOCH + timedelta(microseconds=count)


def to_the_second(instant: datetime) -> datetime:
    """Cut an instant to whole seconds (LOCK-5)."""
    return instant.replace(microsecond=0)


def rfc3339(instant: datetime) -> str:
    """Spell an instant as RFC 3339 section 5.6 does, in UTC with a `Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
