from datetime import timedelta

import pytest

from doorward.features.otp.model import ClockError, CodeAccepted, WrongCode
from doorward.features.otp.rules import clock_errors, codes
from doorward.kernel.outcome import Refused
from tests.features.otp.keys import NOON, NOON_STEP, STEP, code_at, key, wrong


@pytest.mark.parametrize("steps", [-20, -8, -2, 2, 8, 20])
def test_two_codes_with_the_same_offset_tell_the_clock(steps: int) -> None:
    """Two wrong codes, a step apart, that are equally far off are a clock error with that offset (KEY-15)."""
    later = NOON + STEP

    found = clock_errors.clock_error(key(), wrong(NOON + steps * STEP, NOON), wrong(later + steps * STEP, later))

    assert found == ClockError(steps, (NOON_STEP + steps, NOON_STEP + 1 + steps))


def test_a_clock_between_two_steps_is_found_too() -> None:
    """A clock 255 seconds slow is nine steps off early in a step, and eight late in it; that is one error."""
    slow = timedelta(seconds=255)
    early, late = NOON + timedelta(seconds=2), NOON + timedelta(seconds=48)

    found = clock_errors.clock_error(key(), wrong(early - slow, early), wrong(late - slow, late))

    assert found == ClockError(-8, (NOON_STEP - 9, NOON_STEP - 7))


@pytest.mark.parametrize(("first", "second"), [(8, -5), (8, 10), (-4, 4), (21, 21), (-21, -21), (8, 6)])
def test_codes_that_tell_different_offsets_are_no_clock_error(first: int, second: int) -> None:
    """Offsets that differ, or that lie beyond ten minutes, are nothing but two wrong codes."""
    later = NOON + STEP

    assert (
        clock_errors.clock_error(key(), wrong(NOON + first * STEP, NOON), wrong(later + second * STEP, later)) is None
    )


def test_the_same_code_twice_is_no_clock_error() -> None:
    """One code typed again tells nothing: the codes must belong to different steps."""
    ahead = NOON + 8 * STEP

    assert clock_errors.clock_error(key(), wrong(ahead, NOON), wrong(ahead, NOON + timedelta(seconds=9))) is None


def test_two_guesses_are_no_clock_error() -> None:
    """Codes of no step nearby find nothing."""
    assert clock_errors.clock_error(key(), WrongCode("000000", NOON), WrongCode("000001", NOON + STEP)) is None


def test_the_steps_of_a_slow_clock_are_behind_the_last_step() -> None:
    """Steps that have passed are spent by raising the last step to them."""
    error = ClockError(-8, (NOON_STEP - 9, NOON_STEP - 8))

    after = clock_errors.spend(key(last_step=5), error, NOON)

    assert (after.last_step, after.spent_steps) == (NOON_STEP - 8, frozenset())
    assert (after.clock_error_steps, after.clock_error_seen_at) == (-8, NOON)


def test_the_steps_of_a_fast_clock_are_spent_without_shutting_anybody_out() -> None:
    """Both future steps are refused when they come, and the codes before, between and after them work."""
    error = ClockError(8, (NOON_STEP + 6, NOON_STEP + 8))

    after = clock_errors.spend(key(last_step=5), error, NOON)

    verdicts = [codes.verify_key(after, code_at(NOON + steps * STEP), NOON + steps * STEP) for steps in (0, 6, 7, 8, 9)]
    assert verdicts == [
        CodeAccepted(NOON_STEP),
        Refused("otp.used"),
        CodeAccepted(NOON_STEP + 7),
        Refused("otp.used"),
        CodeAccepted(NOON_STEP + 9),
    ]


def test_spending_never_lowers_the_last_step() -> None:
    """A key that has accepted a newer step keeps it."""
    after = clock_errors.spend(key(last_step=NOON_STEP), ClockError(-8, (NOON_STEP - 9, NOON_STEP - 8)), NOON)

    assert after.last_step == NOON_STEP


@pytest.mark.parametrize(("offset", "minutes"), [(-8, -4), (8, 4), (-7, -4), (2, 1), (1, 1), (-1, -1), (-20, -10)])
def test_people_read_the_clock_error_in_minutes(offset: int, minutes: int) -> None:
    """A slow clock has a minus."""
    assert clock_errors.clock_minutes(offset) == minutes


@pytest.mark.parametrize(("ahead", "jumped"), [(-5, False), (0, False), (1, False), (2, False), (3, True), (999, True)])
def test_a_last_step_ahead_of_every_code_is_a_jumped_clock(ahead: int, *, jumped: bool) -> None:
    """What no code accepted now could leave behind, a small difference between nodes aside, is told to operators."""
    assert clock_errors.clock_jumped(NOON_STEP + ahead, NOON) is jumped
