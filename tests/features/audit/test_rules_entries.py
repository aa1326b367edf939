from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.audit.model import DayCount, DayFigures, Filter
from doorward.features.audit.rules import entries
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BRAM = AccountId(UUID(int=11))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain words", "plain words"),
        ("Zoë Ångström", "Zoë Ångström"),
        ("two\r\nlines", r"two\u000d\u000alines"),
        ("\x1b[31mred", r"\u001b[31mred"),
        ("nul\x00", r"nul\u0000"),
        ("\x7f\x9b", r"\u007f\u009b"),
        ("gnp.\u202eexe", r"gnp.\u202eexe"),
        ("a\u2028b", r"a\u2028b"),
        ("half \ud800", r"half \ud800"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("al\u200cice", r"al\u200cice"),
    ],
    ids=["plain", "letters", "lines", "escape", "nul", "c1", "bidi", "separator", "surrogate", "joiner", "unseen"],
)
def test_text_is_kept_so_that_it_acts_on_nothing(typed: str, kept: str) -> None:
    """Controls, directional marks, separators and half characters are spelled out."""
    assert entries.inert(typed, 100) == kept


@given(st.text(st.characters(), max_size=50), st.integers(0, 60))
def test_kept_text_is_short_one_line_and_encodable(typed: str, most: int) -> None:
    """Whatever is typed comes out within its length, on one line, and in UTF-8."""
    kept = entries.inert(typed, most)

    assert len(kept) <= most
    assert len(kept.splitlines()) <= 1
    assert kept.encode()[:0] == b""


def test_details_keep_their_numbers() -> None:
    """Only texts among the details are made inert."""
    assert entries.inert_details({"a": "x\n", "b": 3, "c": None}) == {"a": r"x\u000a", "b": 3, "c": None}


def test_no_text_stays_none() -> None:
    """A missing text is not an empty one."""
    assert entries.inert_or_none(None, 5) is None


def test_id_is_a_version_7_uuid() -> None:
    """RFC 9562 section 5.7: milliseconds, version, then what sorts within them."""
    made = entries.entry_id(NOON + timedelta(microseconds=1_234), 2, bytes(6))

    assert str(made) == "019df2dc-0a01-70ea-8002-000000000000"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zoned by `timezones`
    st.integers(1, 10_000_000),
    st.binary(min_size=12, max_size=12),
)
def test_ids_sort_by_instant_and_then_by_turn(now: datetime, later: int, chance: bytes) -> None:
    """Entries of one transaction keep their order, and every later instant comes after all of them."""
    one, other = chance[:6], chance[6:]
    ids = [entries.entry_id(now, turn, one if turn % 2 else other) for turn in range(300)]
    after = entries.entry_id(now + timedelta(microseconds=later), 0, one)

    assert ids == sorted(ids)
    assert entries.first_id(now) <= ids[0]
    assert ids[-1] < entries.first_id(now + timedelta(microseconds=later)) <= after


def test_ids_of_a_batch_go_on_where_the_transaction_stands() -> None:
    """As many as there is chance for, each as it would be alone."""
    chance = bytes(range(4 * entries.CHANCE))
    each = [chance[start : start + entries.CHANCE] for start in range(0, len(chance), entries.CHANCE)]

    made = list(entries.entry_ids(NOON, 7, chance))

    assert made == [entries.entry_id(NOON, 7 + place, one) for place, one in enumerate(each)]


@pytest.mark.parametrize("year", [1, 1960, 1969])
def test_an_instant_before_all_entries_has_the_lowest_id(year: int) -> None:
    """Ids begin in 1970; whoever asks for what was recorded since an earlier year gets everything."""
    assert str(entries.first_id(datetime(year, 1, 1, tzinfo=UTC))) == "00000000-0000-7000-0000-000000000000"


def test_thirty_days_end_with_today() -> None:
    """The figures begin at the midnight 29 days before today's."""
    assert entries.first_day(NOON) == datetime(2026, 4, 5, tzinfo=UTC)


def test_figures_fill_days_without_entries() -> None:
    """Every one of the 30 days has its figures, and locks are told apart by who set them."""
    first = datetime(2026, 4, 5, tzinfo=UTC)
    day = (first - datetime(1970, 1, 1, tzinfo=UTC)).days + 1
    counts = [
        DayCount(day, "signin.completed", by_server=False, count=5),
        DayCount(day, "lockout.locked", by_server=True, count=2),
        DayCount(day, "lockout.locked", by_server=False, count=1),
    ]
    figures = entries.figures(first, counts)

    assert len(figures) == 30
    assert figures[0] == DayFigures(first, 0, 0, 0)
    assert figures[1] == DayFigures(datetime(2026, 4, 6, tzinfo=UTC), 5, 2, 1)


def test_joined_refusals_say_how_many_and_since_when() -> None:
    """A flood's one entry holds its count and its beginning."""
    made = entries.joined(Event("signin.password", "refused"), 4_711, NOON)

    assert made == Event("signin.password", "refused", details={"count": 4711, "since": "2026-05-04T12:00:00Z"})


def test_single_refusal_needs_no_count() -> None:
    """One that was only kept for a moment is written as it is."""
    assert entries.joined(Event("signin.password", "refused"), 1, NOON) == Event("signin.password", "refused")


def test_what_is_counted_twice_of_a_day_is_added() -> None:
    """Entries that were counted before, and those since."""
    day = entries.day_of(datetime(2026, 4, 6, 23, 59, tzinfo=UTC))
    several = ((False, 5), (False, 2), (True, 1))
    counts = [DayCount(day, "signin.completed", by_server=by_server, count=count) for by_server, count in several]
    (found,) = [one for one in entries.figures(datetime(2026, 4, 5, tzinfo=UTC), counts) if one.sign_ins]

    assert (found.day, found.sign_ins) == (datetime(2026, 4, 6, tzinfo=UTC), 8)


def test_two_minutes_settle_what_was_written() -> None:
    """No transaction lasts as long: what is older gets no more entries."""
    now = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)

    assert entries.settled_below(now) == entries.first_id(now - timedelta(minutes=2))


@pytest.mark.parametrize(
    ("wanted", "before", "found"),
    [
        (Filter(), None, {}),
        (Filter(account=BRAM), None, {"target": BRAM}),
        (Filter(actor=str(BRAM)), None, {"actor_id": BRAM}),
        (Filter(actor="gra\u0000ce"), None, {"actor_name": "gra\\u0000ce"}),
        (Filter(after=NOON), BRAM, {"from_id": entries.first_id(NOON), "before_id": BRAM}),
        (Filter(before=NOON), None, {"below_id": entries.first_id(NOON)}),
        (Filter(reference=" K3J\x00"), None, {"reference": "k3j\\u0000"}),
    ],
    ids=["all", "account", "actor by id", "actor by name", "after, next page", "before", "reference as it was read"],
)
def test_a_filter_has_its_conditions(wanted: Filter, before: UUID | None, found: dict[str, object]) -> None:
    """A span of time is a range of ids, and an actor is meant by id or else by name."""
    assert entries.conditions(wanted, before) == found
