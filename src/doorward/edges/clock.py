"""The only place that reads the time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from doorward.kernel.ports import Clock

AGREED_SECONDS = 2.0
"""For how long a node goes by its own count of seconds before it asks for the common time again."""
SKEW_SECONDS = 1.0
"""By how much a node's own clock may differ from the common time before that is told (T27)."""
_TOLD_EVERY = 60.0
"""Seconds between two times that it is told."""
_AWAKE_AND_ASLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)


class Stopwatch:
    """Measures how long something took, whatever happens to the clock meanwhile; not while the machine sleeps."""

    __slots__ = ("_started",)

    def __init__(self) -> None:
        """Begin to measure."""
        self._started = time.monotonic()

    def seconds(self) -> float:
        """Return how long it has been running."""
        return time.monotonic() - self._started


def seconds_awake_and_asleep() -> float:
    """Count seconds that only go forward, those included in which the machine slept (where it can tell)."""
    return time.clock_gettime(_AWAKE_AND_ASLEEP)


class CommonClock:
    """The time of one place that all nodes ask, so that no node's own clock decides anything (T27).

    Between two questions the node counts seconds itself; who asks is one thread at a time, and the others go on with
    what was told before. A place that cannot be asked for a while changes nothing: the count goes on.
    """

    def __init__(
        self,
        ask: Callable[[], datetime],
        ticks: Callable[[], float] = seconds_awake_and_asleep,
        *,
        own: Callable[[], datetime] | None = None,
        tell: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Take what asks for the time, and a count of seconds that only goes forward.

        `tell` hears by how many seconds the node's own clock is ahead, from time to time, where that is too much.
        """
        self._ask = ask
        self._ticks = ticks
        self._own = own or SystemClock().now
        self._tell = tell
        self._told_at: float | None = None
        self._to_tell: float | None = None
        self._asking = threading.Lock()
        self._told: tuple[datetime, float] | None = None
        self._asked_at = 0.0

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC; raise what `ask` raises only while nothing was ever told."""
        told = self._told
        if told is None:
            with self._asking:
                told = self._told = self._told or self._agree()
        elif self._ticks() - self._asked_at >= AGREED_SECONDS and self._asking.acquire(blocking=False):
            try:
                told = self._told = self._agree()
            except Exception:  # noqa: BLE001 - whatever it was, whoever needs the database will say so
                self._asked_at = self._ticks()
            finally:
                self._asking.release()
        self._tell_of_skew()
        return self._counted_on(told)

    def told(self) -> datetime:
        """Count on from what was told last, without ever asking; go by the node's own clock while nothing was told."""
        told = self._told
        return self._own() if told is None else self._counted_on(told)

    def _counted_on(self, told: tuple[datetime, float]) -> datetime:
        when, ticks = told
        return when + timedelta(seconds=self._ticks() - ticks)

    def _agree(self) -> tuple[datetime, float]:
        """Ask, and take the answer for the middle of the time that asking took."""
        before = self._ticks()
        when = self._ask()
        own = self._own()
        after = self._asked_at = self._ticks()
        self._compare((own - when).total_seconds(), (after - before) / 2)
        return when, (before + after) / 2

    def _tell_of_skew(self) -> None:
        """Tell while nothing is held: whoever writes it down may ask for the time."""
        ahead, self._to_tell = self._to_tell, None
        if ahead is not None:
            self._tell(ahead)

    def _compare(self, ahead: float, unsure: float) -> None:
        """Note a clock that is wrong for certain: the answer may be as old as half of the time that asking took."""
        now = self._ticks()
        told_lately = self._told_at is not None and now - self._told_at < _TOLD_EVERY
        if abs(ahead - unsure) > SKEW_SECONDS + unsure and not told_lately:
            self._told_at, self._to_tell = now, ahead - unsure


class UnaskedClock:
    """A clock for whoever may not wait, such as the event loop: of the common time it tells what is known (T36)."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock that all others go by."""
        self._clock = clock

    def now(self) -> datetime:
        """Return the present instant at once, aware and in UTC."""
        return self._clock.told() if isinstance(self._clock, CommonClock) else self._clock.now()
