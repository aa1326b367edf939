"""Time as the demo sees it: the real clock, waiting for a moment, and waiting for something to come about."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Protocol, TypeVar

from doorward.edges.clock import Stopwatch, SystemClock

T = TypeVar("T")

GLANCE_SECONDS = 0.02
"""How long the demo waits before it looks again for what another process does."""


class Time(Protocol):
    """The clock that server and demo share."""

    @property
    def patience(self) -> float:
        """Return how many seconds to wait for what should come about by itself."""

    def now(self) -> datetime:
        """Read the clock."""

    def wait_until(self, instant: datetime) -> None:
        """Come back at an instant."""


class RealTime:
    """The machine's own clock, waited for."""

    patience = 60.0
    """Far more than any machine needs: only what never comes takes so long."""

    def __init__(self) -> None:
        """Take the machine's clock."""
        self._clock = SystemClock()
        self._never = Event()

    def now(self) -> datetime:
        """Read the clock."""
        return self._clock.now()

    def wait_until(self, instant: datetime) -> None:
        """Sleep until an instant."""
        while (left := (instant - self.now()).total_seconds()) > 0:
            self._never.wait(left)


def eventually(look: Callable[[], T | None], seconds: float) -> T | None:
    """Look until something is there, and give it; None when it was not there in time."""
    pause, watch = Event(), Stopwatch()
    while (found := look()) is None and watch.seconds() < seconds:
        pause.wait(GLANCE_SECONDS)
    return found
