from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.lockout.model import NamesTried
from doorward.features.signin.rules import spraying as rules
from doorward.features.signin.rules.spraying import Entered, NoRoomYet, SprayLimits
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

ADDRESS = "192.0.2.7"
NAMES = [AccountId(UUID(int=number)) for number in range(10)]
LIMITS = SprayLimits(slowing=2, refusing=4)


def tried(failed: int, in_flight: int = 0) -> NamesTried:
    """Make what a source has tried: one name a minute has failed, the latest just now; others are on their way."""
    times = {name: NOON - timedelta(minutes=number) for number, name in enumerate(NAMES[:failed])}
    return NamesTried(times, frozenset(NAMES[failed : failed + in_flight]))


@pytest.mark.parametrize(
    ("slowing", "failed", "slowed"), [(2, 1, False), (2, 2, True), (2, 3, True), (0, 3, False), (1, 0, False)]
)
def test_address_is_slowed_from_its_number_of_failing_names_on(slowing: int, failed: int, slowed: bool) -> None:
    """The names that have failed before are counted; 0 never slows down."""
    assert rules.entered(ADDRESS, failed, SprayLimits(slowing, 4)) == Entered(ADDRESS, slowed=slowed)


@pytest.mark.parametrize("name", [NAMES[0], NAMES[9]], ids=["failed before", "new"])
def test_refusal_depends_on_the_address_alone(name: AccountId) -> None:
    """Whoever has failed there and whoever has not get the same answer (LOCK-11)."""
    verdict = rules.weigh(ADDRESS, name, tried(4), LIMITS, NOON)

    assert verdict == Refused("signin.throttled", cause="too many names failed from this address", retry_after=57 * 60)


def test_refusal_lasts_until_enough_names_are_forgotten() -> None:
    """With more names than the limit, which has been lowered, it takes longer; never less than a second."""
    lowered = rules.weigh(ADDRESS, NAMES[9], tried(6), LIMITS, NOON)
    nearly = rules.weigh(ADDRESS, NAMES[9], tried(4), LIMITS, NOON + timedelta(minutes=57, milliseconds=-1))

    assert isinstance(lowered, Refused)
    assert isinstance(nearly, Refused)
    assert (lowered.retry_after, nearly.retry_after) == (57 * 60, 1)


@pytest.mark.parametrize(("failed", "slowed"), [(1, False), (3, True)])
def test_name_that_is_there_already_takes_no_further_place(failed: int, slowed: bool) -> None:
    """It failed before, or is being tried by somebody else as well."""
    again = rules.weigh(ADDRESS, NAMES[0], tried(failed, 4), LIMITS, NOON)
    at_once = rules.weigh(ADDRESS, NAMES[failed], tried(failed, 4), LIMITS, NOON)

    assert again == at_once == Entered(ADDRESS, slowed=slowed)


def test_new_name_waits_for_those_in_flight() -> None:
    """Right passwords of many colleagues at once are waited for, not refused."""
    assert rules.weigh(ADDRESS, NAMES[9], tried(1, 3), LIMITS, NOON) == NoRoomYet()


def test_failures_count_for_an_hour() -> None:
    """The window slides."""
    assert rules.counted_since(NOON) == NOON - timedelta(hours=1)


@pytest.mark.parametrize(
    ("failed", "in_flight", "name", "shut"),
    [
        (3, 0, NAMES[9], True),
        (3, 1, NAMES[3], True),
        (3, 0, NAMES[0], False),
        (2, 2, NAMES[9], False),
        (4, 0, NAMES[9], False),
        (4, 0, NAMES[0], False),
    ],
    ids=["new", "was in flight", "failed before", "too few", "too many", "again"],
)
def test_one_name_shuts_its_source_out(failed: int, in_flight: int, name: AccountId, shut: bool) -> None:
    """The one with which as many have failed as may; those of before and after do not."""
    assert rules.shuts_out(name, tried(failed, in_flight), LIMITS, NOON) == shut


def test_a_name_that_is_forgotten_shuts_nobody_out() -> None:
    """What failed over an hour ago is not counted, whether its row is there still or not."""
    hour = timedelta(hours=1)

    assert [rules.shuts_out(NAMES[9], tried(3), LIMITS, NOON + later) for later in (hour / 2, hour)] == [True, False]
    assert not rules.shuts_out(NAMES[0], tried(1), SprayLimits(0, 0), NOON)
