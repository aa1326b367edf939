import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from doorward.edges.clock import (
    AGREED_SECONDS,
    CommonClock,
    Stopwatch,
    SystemClock,
    UnaskedClock,
    seconds_awake_and_asleep,
)
from tests.worlds import NOON, TurnableClock


class Place:
    """A place that tells the time, and seconds that a test turns."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.told = NOON
        self.seconds = 50.0
        self.asked = 0
        self.takes = 0.0
        self.gone = False

    def ask(self) -> datetime:
        """Tell the time."""
        self.asked += 1
        self.seconds += self.takes
        if self.gone:
            raise ConnectionError
        return self.told

    def ticks(self) -> float:
        """Count."""
        return self.seconds


def test_the_clock_tells_aware_instants_in_utc() -> None:
    """Arithmetic on instants never meets a naive one."""
    assert SystemClock().now().tzinfo is UTC


def test_the_clock_goes_forward() -> None:
    """Asked twice, it does not tell an earlier instant."""
    clock = SystemClock()

    assert clock.now() <= clock.now()


@pytest.mark.parametrize("count", [Stopwatch().seconds, seconds_awake_and_asleep])
def test_a_count_of_seconds_never_runs_backwards(count: Callable[[], float]) -> None:
    """It measures with a clock of its own, that nobody sets."""
    assert 0 <= count() <= count()


def test_the_common_time_is_counted_on_between_two_questions() -> None:
    """T27: whatever the node's own clock says, it is not asked."""
    place = Place()
    clock = CommonClock(place.ask, place.ticks)

    assert clock.now() == NOON
    place.seconds += AGREED_SECONDS / 2
    assert clock.now() == NOON + timedelta(seconds=AGREED_SECONDS / 2)
    assert place.asked == 1


def test_the_common_time_is_asked_again_after_a_while() -> None:
    """A node whose count runs slow or fast comes back to what all go by."""
    place = Place()
    clock = CommonClock(place.ask, place.ticks)
    clock.now()
    place.told, place.seconds = NOON + timedelta(minutes=1), place.seconds + AGREED_SECONDS

    assert clock.now() == NOON + timedelta(minutes=1)
    assert place.asked == 2


def test_the_answer_stands_for_the_middle_of_the_question() -> None:
    """Of a second that the way there and back took, half is over when the answer comes."""
    place = Place()
    place.takes = 1.0

    assert CommonClock(place.ask, place.ticks).now() == NOON + timedelta(seconds=0.5)


def test_a_place_that_cannot_be_asked_changes_nothing() -> None:
    """The count goes on, and the question waits for the next turn."""
    place = Place()
    clock = CommonClock(place.ask, place.ticks)
    clock.now()
    place.gone, place.seconds = True, place.seconds + AGREED_SECONDS

    assert clock.now() == clock.now() == NOON + timedelta(seconds=AGREED_SECONDS)
    assert place.asked == 2


def test_a_place_that_was_never_reached_is_told() -> None:
    """Without any time there are no decisions."""
    place = Place()
    place.gone = True

    with pytest.raises(ConnectionError):
        CommonClock(place.ask, place.ticks).now()


def test_nobody_waits_while_somebody_asks() -> None:
    """The others go by what was told before."""
    place, asking, go_on = Place(), threading.Event(), threading.Event()

    def ask() -> datetime:
        if place.asked:
            asking.set()
            go_on.wait(20)
        return place.ask()

    clock = CommonClock(ask, place.ticks)
    clock.now()
    place.seconds += AGREED_SECONDS
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(clock.now)
        asking.wait(20)
        assert clock.now() == NOON + timedelta(seconds=AGREED_SECONDS)
        go_on.set()
        slow.result(20)
    assert place.asked == 2


@pytest.mark.parametrize(
    ("ahead", "takes", "told"),
    [(0.0, 0.0, []), (0.9, 0.0, []), (1.1, 0.0, [1.1]), (-1.1, 0.0, [-1.1]), (2.5, 2.0, []), (5.5, 2.0, [4.5])],
)
def test_a_clock_that_is_not_the_common_one_is_told(ahead: float, takes: float, told: list[float]) -> None:
    """T27: more than a second, for certain; what asking took may be on either side."""
    place, heard = Place(), list[float]()
    place.takes = takes
    own = NOON + timedelta(seconds=ahead)
    clock = CommonClock(place.ask, place.ticks, own=lambda: own, tell=heard.append)

    assert clock.now() == NOON + timedelta(seconds=takes / 2)
    assert heard == pytest.approx(told)


def test_a_wrong_clock_is_told_once_a_minute() -> None:
    """It is asked every two seconds."""
    place, heard = Place(), list[float]()
    clock = CommonClock(place.ask, place.ticks, own=lambda: NOON - timedelta(seconds=90), tell=heard.append)
    for _ in range(62):
        clock.now()
        place.seconds += AGREED_SECONDS

    assert heard == [-90.0] * 3


def test_whoever_is_told_may_ask_for_the_time() -> None:
    """A log line bears it, also the first one, while no other time is known."""
    place, heard = Place(), list[datetime]()
    clock = CommonClock(
        place.ask, place.ticks, own=lambda: NOON + timedelta(hours=1), tell=lambda _: heard.append(clock.now())
    )

    assert clock.now() == NOON
    assert heard == [NOON]


def test_the_unasked_clock_counts_on_and_never_asks() -> None:
    """T36: the event loop waits for no database, however long ago the time was told."""
    place = Place()
    common = CommonClock(place.ask, place.ticks)
    clock = UnaskedClock(common)
    common.now()
    place.told, place.seconds = NOON + timedelta(hours=1), place.seconds + 60

    assert clock.now() == NOON + timedelta(seconds=60)
    assert place.asked == 1
    assert common.now() == clock.now() == NOON + timedelta(hours=1)


def test_the_unasked_clock_goes_by_the_nodes_own_while_nothing_was_told() -> None:
    """It asks not even for the first time."""
    place = Place()
    clock = UnaskedClock(CommonClock(place.ask, place.ticks, own=lambda: NOON - timedelta(seconds=3)))

    assert clock.now() == NOON - timedelta(seconds=3)
    assert place.asked == 0


def test_the_unasked_clock_is_any_other_where_there_is_one_machine() -> None:
    """There is nobody to ask."""
    assert UnaskedClock(TurnableClock()).now() == NOON
