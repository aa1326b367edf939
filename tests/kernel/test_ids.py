from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel.ids import new_id, parse_id
from tests.chance import SeededEntropy
from tests.worlds import NOON

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware by the strategy
SPELT = "019df2b6-2c00-7abc-8def-0123456789ab"


class AllOnes:
    """Chance that draws nothing but ones."""

    def bytes(self, count: int) -> bytes:
        """Draw so many bytes."""
        return b"\xff" * count

    def below(self, limit: int) -> int:
        """Draw the highest number."""
        return limit - 1


def milliseconds(value: UUID) -> int:
    """Read the instant that an id was made at."""
    return value.int >> 80


def test_id_holds_its_milliseconds_and_chance() -> None:
    """48 bits of time, the version, the variant, and 74 bits of chance (RFC 9562 section 5.7)."""
    made = new_id(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), AllOnes())

    assert str(made) == "00000000-03e8-7fff-bfff-ffffffffffff"


def test_id_says_its_version_and_variant() -> None:
    """Whoever reads an id can tell how it was made."""
    made = new_id(NOON, SeededEntropy())

    assert (made.version, made.variant) == (7, "specified in RFC 4122")


@given(INSTANTS)
def test_milliseconds_of_an_id_are_exact(instant: datetime) -> None:
    """A binary fraction of a second would put some ids a millisecond early."""
    whole = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    made = new_id(instant, SeededEntropy())

    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds(made)) == whole


def test_ids_sort_by_the_time_they_were_made() -> None:
    """A later id is the greater one, whatever its chance."""
    chance = SeededEntropy()
    made = [new_id(NOON + timedelta(milliseconds=count), chance) for count in range(50)]

    assert made == sorted(made)


def test_ids_of_one_instant_differ() -> None:
    """Chance keeps apart what time does not."""
    chance = SeededEntropy()

    assert len({new_id(NOON, chance) for _ in range(50)}) == 50


@pytest.mark.parametrize("spelling", [SPELT, SPELT.upper()])
def test_id_is_read_in_either_case(spelling: str) -> None:
    """The canonical spelling is an id; letters may be capital."""
    assert parse_id(spelling) == UUID(SPELT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bram",
        SPELT.replace("-", ""),
        "{" + SPELT + "}",
        f"urn:uuid:{SPELT}",
        f" {SPELT}",
        f"{SPELT}\n",
        SPELT[:-1],
        f"{SPELT}0",
        SPELT.replace("7", "\N{FULLWIDTH DIGIT SEVEN}"),
        SPELT.replace("0123456789ab", "0123_456789ab"),
        SPELT.replace("ab", "ag"),
    ],
)
def test_other_spellings_are_no_id(text: str) -> None:
    """What a lenient reader would take for an id has no address here."""
    assert parse_id(text) is None
