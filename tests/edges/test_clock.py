from datetime import UTC

from doorward.edges.clock import Stopwatch, SystemClock


def test_the_clock_tells_aware_instants_in_utc() -> None:
    """Arithmetic on instants never meets a naive one."""
    assert SystemClock().now().tzinfo is UTC


def test_the_clock_goes_forward() -> None:
    """Asked twice, it does not tell an earlier instant."""
    clock = SystemClock()

    assert clock.now() <= clock.now()


def test_a_stopwatch_never_runs_backwards() -> None:
    """It measures with a clock of its own, that nobody sets."""
    watch = Stopwatch()

    assert 0 <= watch.seconds() <= watch.seconds()
