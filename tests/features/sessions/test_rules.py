from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.sessions import rules
from tests.worlds import NOON

IDLE = timedelta(minutes=15)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("epochs", "idle_for", "left", "alive"),
    [
        ((3, 3), timedelta(), HOUR, True),
        ((3, 3), IDLE - MOMENT, HOUR, True),
        ((3, 3), IDLE, HOUR, False),
        ((3, 3), 10 * IDLE, HOUR, False),
        ((3, 3), timedelta(), MOMENT, True),
        ((3, 3), timedelta(), timedelta(), False),
        ((3, 3), timedelta(), -HOUR, False),
        ((2, 3), timedelta(), HOUR, False),
        ((4, 3), timedelta(), HOUR, False),
    ],
)
def test_when_a_session_stands(epochs: tuple[int, int], idle_for: timedelta, left: timedelta, *, alive: bool) -> None:
    """Inside the idle limit, inside the absolute one, and of the account's present epoch: all three (SESS-1)."""
    epoch, account_epoch = epochs
    stands = rules.live(
        epoch=epoch,
        account_epoch=account_epoch,
        last_seen_at=NOON - idle_for,
        expires_at=NOON + left,
        idle=IDLE,
        now=NOON,
    )

    assert stands is alive


@given(st.timedeltas(timedelta(), timedelta(days=2)), st.timedeltas(timedelta(), timedelta(days=2)))
def test_session_that_is_over_stays_over(first: timedelta, more: timedelta) -> None:
    """Time alone brings no session back."""

    def stands(now: timedelta) -> bool:
        return rules.live(
            epoch=1, account_epoch=1, last_seen_at=NOON, expires_at=NOON + 12 * HOUR, idle=IDLE, now=NOON + now
        )

    assert stands(first) or not stands(first + more)


@pytest.mark.parametrize(("seconds", "due"), [(0, False), (59.9, False), (60, True), (3600, True)])
def test_activity_is_written_once_a_minute(seconds: float, *, due: bool) -> None:
    """A busy session writes one row a minute, whatever it does."""
    assert rules.due_to_write(NOON, NOON + timedelta(seconds=seconds)) is due
