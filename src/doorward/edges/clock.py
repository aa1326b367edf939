"""The only place that reads the time."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present instant, aware and in UTC."""
        return datetime.now(UTC)


class Stopwatch:
    """Measures how long something took, whatever happens to the clock meanwhile."""

    __slots__ = ("_started",)

    def __init__(self) -> None:
        """Begin to measure."""
        self._started = time.monotonic()

    def seconds(self) -> float:
        """Say how long it has been running."""
        return time.monotonic() - self._started
