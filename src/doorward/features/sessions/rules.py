"""When a session is over (SESS-1)."""

from datetime import datetime, timedelta

WRITE_EVERY = timedelta(minutes=1)
"""Last activity is written at most this often."""


def live(  # noqa: PLR0913 - the six facts that end a session
    *, epoch: int, account_epoch: int, last_seen_at: datetime, expires_at: datetime, idle: timedelta, now: datetime
) -> bool:
    """Tell whether a session still stands: same epoch, inside its idle and its absolute limit."""
    return epoch == account_epoch and now < expires_at and now - last_seen_at < idle


def due_to_write(last_seen_at: datetime, now: datetime) -> bool:
    """Tell whether the last activity is old enough to be written again."""
    return now - last_seen_at >= WRITE_EVERY
