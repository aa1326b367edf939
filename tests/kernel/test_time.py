from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel import time

INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware by the strategy


@pytest.mark.parametrize(
    ("instant", "count"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC), 1),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(2026, 5, 4, 12, 0, 0, 999_999, tzinfo=UTC), 1_777_896_000_999_999),
        (datetime(2026, 5, 4, 14, 0, tzinfo=timezone(timedelta(hours=2))), 1_777_896_000_000_000),
    ],
)
def test_microseconds_are_counted_from_1970(instant: datetime, count: int) -> None:
    """The count is exact, whatever zone the instant is spelt in."""
    assert time.to_microseconds(instant) == count


@given(INSTANTS)
def test_microseconds_give_their_instant_back(instant: datetime) -> None:
    """Nothing is rounded on the way there and back."""
    assert time.from_microseconds(time.to_microseconds(instant)) == instant


def test_naive_instant_is_a_bug() -> None:
    """Nobody knows what an instant without a zone means."""
    with pytest.raises(TypeError):
        time.to_microseconds(datetime(2026, 5, 4, 12, 0))  # noqa: DTZ001 - what must not be


def test_instant_is_cut_to_the_second() -> None:
    """Fractions are dropped, never rounded up into the future."""
    cut = time.to_the_second(datetime(2026, 5, 4, 12, 0, 59, 999_999, tzinfo=UTC))

    assert cut == datetime(2026, 5, 4, 12, 0, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "spelt"),
    [
        (datetime(2026, 5, 4, 12, 0, tzinfo=UTC), "2026-05-04T12:00:00Z"),
        (datetime(2026, 5, 4, 12, 0, 0, 7, tzinfo=UTC), "2026-05-04T12:00:00.000007Z"),
        (datetime(2026, 5, 4, 1, 30, tzinfo=timezone(timedelta(hours=2))), "2026-05-03T23:30:00Z"),
    ],
)
def test_instant_is_spelt_in_utc(instant: datetime, spelt: str) -> None:
    """Other people's scripts read RFC 3339 with a Z."""
    assert time.rfc3339(instant) == spelt
