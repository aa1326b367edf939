from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.audit import rules
from doorward.features.audit.model import DayCount, DayFigures
from doorward.kernel.events import Entry, Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact
from tests.architecture.test_acts import EVENTS

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
BRAM = AccountId(UUID("01900000-0000-7000-8000-00000000000b"))
GRACE = AccountId(UUID("01900000-0000-7000-8000-00000000000c"))
ENTRY = Entry(
    id=UUID("01900000-0000-7000-8000-000000000001"), at=NOON, act="lockout.unlocked", outcome="done", result=None,
    code=None, actor_id=GRACE, actor_name="grace", target_id=BRAM, target_name="bram", reason=None, reference="",
    address="", user_agent="", session_id=None, door="api", node="node-1", details={},
)  # fmt: skip


def signed_in(act: str, outcome: str, result: str | None = None, **details: Fact) -> Entry:
    """Make the entry of an attempt at a sign-in."""
    return replace(
        ENTRY,
        act=act,
        outcome=outcome,
        result=result,
        actor_id=None,
        actor_name="",
        address="192.0.2.7",
        details=details,
    )


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
    ],
    ids=["plain", "letters", "lines", "escape", "nul", "c1", "bidi", "separator", "surrogate"],
)
def test_text_is_kept_so_that_it_acts_on_nothing(typed: str, kept: str) -> None:
    """Controls, directional marks, separators and half characters are spelled out."""
    assert rules.inert(typed, 100) == kept


@given(st.text(st.characters(), max_size=50), st.integers(0, 60))
def test_kept_text_is_short_one_line_and_encodable(typed: str, most: int) -> None:
    """Whatever is typed comes out within its length, on one line, and in UTF-8."""
    kept = rules.inert(typed, most)

    assert len(kept) <= most
    assert len(kept.splitlines()) <= 1
    assert kept.encode()[:0] == b""


def test_details_keep_their_numbers() -> None:
    """Only texts among the details are made inert."""
    assert rules.inert_details({"a": "x\n", "b": 3, "c": None}) == {"a": r"x\u000a", "b": 3, "c": None}


def test_no_text_stays_none() -> None:
    """A missing text is not an empty one."""
    assert rules.inert_or_none(None, 5) is None


def test_id_is_a_version_7_uuid() -> None:
    """RFC 9562 section 5.7: milliseconds, version, then what sorts within them."""
    made = rules.entry_id(NOON + timedelta(microseconds=1_234), 2, bytes(7))

    assert str(made) == "019df2dc-0a01-70ea-8200-000000000000"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zoned by `timezones`
    st.integers(1, 10_000_000),
    st.binary(min_size=14, max_size=14),
)
def test_ids_sort_by_instant_and_then_by_turn(now: datetime, later: int, chance: bytes) -> None:
    """Entries of one transaction keep their order, and every later instant comes after all of them."""
    one, other = chance[:7], chance[7:]
    ids = [rules.entry_id(now, turn, one if turn % 2 else other) for turn in range(64)]
    after = rules.entry_id(now + timedelta(microseconds=later), 0, one)

    assert ids == sorted(ids)
    assert rules.first_id(now) <= ids[0]
    assert ids[-1] < rules.first_id(now + timedelta(microseconds=later)) <= after


@pytest.mark.parametrize("year", [1, 1960, 1969])
def test_an_instant_before_all_entries_has_the_lowest_id(year: int) -> None:
    """Ids begin in 1970; whoever asks for what was recorded since an earlier year gets everything."""
    assert str(rules.first_id(datetime(year, 1, 1, tzinfo=UTC))) == "00000000-0000-7000-0000-000000000000"


@pytest.mark.parametrize(("asked", "size"), [(-1, 1), (0, 1), (50, 50), (200, 200), (10_000, 200)])
def test_page_has_bounds(asked: int, size: int) -> None:
    """A page holds from 1 to 200 entries."""
    assert rules.page_size(asked) == size


def test_thirty_days_end_with_today() -> None:
    """The figures begin at the midnight 29 days before today's."""
    assert rules.first_day(NOON) == datetime(2026, 4, 5, tzinfo=UTC)


def test_figures_fill_days_without_entries() -> None:
    """Every one of the 30 days has its figures, and locks are told apart by who set them."""
    first = datetime(2026, 4, 5, tzinfo=UTC)
    day = (first - datetime(1970, 1, 1, tzinfo=UTC)).days + 1
    counts = [
        DayCount(day, "signin.completed", by_server=False, count=5),
        DayCount(day, "lockout.locked", by_server=True, count=2),
        DayCount(day, "lockout.locked", by_server=False, count=1),
    ]
    figures = rules.figures(first, counts)

    assert len(figures) == 30
    assert figures[0] == DayFigures(first, 0, 0, 0)
    assert figures[1] == DayFigures(datetime(2026, 4, 6, tzinfo=UTC), 5, 2, 1)


def test_joined_refusals_say_how_many_and_since_when() -> None:
    """A flood's one entry holds its count and its beginning."""
    made = rules.joined(Event("signin.password", "refused"), 4_711, NOON)

    assert made == Event("signin.password", "refused", details={"count": 4711, "since": "2026-05-04T12:00:00Z"})


def test_single_refusal_needs_no_count() -> None:
    """One that was only kept for a moment is written as it is."""
    assert rules.joined(Event("signin.password", "refused"), 1, NOON) == Event("signin.password", "refused")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (ENTRY, "Unlocked by grace"),
        (replace(ENTRY, reason="caller identified by phone"), "Unlocked by grace: caller identified by phone"),
        (replace(ENTRY, outcome="unchanged"), "Unlock by grace found nothing to change"),
        (replace(ENTRY, outcome="refused", code="rights.missing"), "Unlock by grace refused (rights.missing)"),
        (replace(ENTRY, outcome="refused"), "Unlock by grace refused"),
        (replace(ENTRY, act="lockout.locked", reason="left us"), "Locked by grace: left us"),
        (replace(ENTRY, act="second_factor.regenerated", actor_id=BRAM), "Secret key regenerated"),
        (replace(ENTRY, act="sessions.ended"), "Sessions ended by grace"),
        (replace(ENTRY, act="sessions.ended", actor_id=BRAM), "Signed out"),
        (replace(ENTRY, act="sessions.ended", actor_id=BRAM, details={"count": 2}), "Sessions ended"),
        (
            replace(ENTRY, act="sessions.ended", actor_id=BRAM, details={"count": 1, "cause": "a new sign-in"}),
            "Sessions ended by a new sign-in",
        ),
        (replace(ENTRY, act="rights.granted", details={"role": "auditor"}), "Role granted by grace: auditor"),
        (replace(ENTRY, act="something.new"), "something.new by grace"),
        (replace(ENTRY, act="accounts.added", actor_id=None, actor_name="cli:root"), "Account added by cli:root"),
    ],
)
def test_act_has_its_sentence(entry: Entry, said: str) -> None:
    """A timeline says what was done, by whom and why."""
    assert rules.sentence(entry) == said


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"lock_reason": "Failures", "factor": "password"}, "Locked by itself after wrong passwords"),
        ({"factor": "password", "failures": 10}, "Locked by itself after 10 wrong passwords"),
        ({"factor": "second_factor", "failures": 3}, "Locked by itself after 3 wrong codes"),
        ({"lock_reason": "Inactivity"}, "Locked by itself after days without a sign-in"),
        ({}, "Locked by itself"),
    ],
)
def test_lock_without_a_hand_says_its_cause(details: dict[str, Fact], said: str) -> None:
    """A lock that the server set says after what."""
    entry = replace(ENTRY, act="lockout.locked", actor_id=None, actor_name="system", details=details)

    assert rules.sentence(entry) == said


def test_key_without_a_hand_says_how_often_it_failed() -> None:
    """A key that the server has disabled says after how many codes (LOCK-14)."""
    details: dict[str, Fact] = {"failures": 100}
    entry = replace(ENTRY, act="second_factor.key_disabled", actor_id=None, actor_name="system", details=details)

    assert rules.sentence(entry) == "Secret key disabled by itself after 100 wrong codes in a row"


def test_lapse_needs_no_actor() -> None:
    """A lock that ran out says so, whoever met it first."""
    entry = replace(ENTRY, act="lockout.lapsed", actor_id=None, actor_name="system")

    assert rules.sentence(entry) == "The lock came to its end"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (signed_in("signin.password", "checked", "wrong"), "Wrong password from 192.0.2.7"),
        (signed_in("signin.password", "checked", "right"), "Right password from 192.0.2.7"),
        (signed_in("signin.code", "checked", "used"), "Code used already from 192.0.2.7"),
        (signed_in("signin.device_code", "checked", "wrong"), "Wrong e-mailed code from 192.0.2.7"),
        (
            signed_in("signin.password", "checked", "unknown"),
            "Attempt with a password cut short: nobody knows how it would have ended from 192.0.2.7",
        ),
        (
            signed_in("signin.password", "refused", cause="locked"),
            "Attempt with a password not checked: locked from 192.0.2.7",
        ),
        (
            signed_in("signin.password", "refused", count=1204),
            "Attempt with a password not checked from 192.0.2.7, 1,204 times",
        ),
        (signed_in("signin.completed", "done", opened_with="secret_key"), "Signed in from 192.0.2.7"),
        (
            signed_in("signin.completed", "done", opened_with="recovery_code"),
            "Signed in with a recovery code from 192.0.2.7",
        ),
        (replace(signed_in("signin.later", "checked", "right"), address=""), "Right signin.later"),
    ],
)
def test_attempt_has_its_sentence(entry: Entry, said: str) -> None:
    """An attempt says with what, how it ended, and from where."""
    assert rules.sentence(entry) == said


def test_every_event_of_the_product_has_words() -> None:
    """No act shows its bare name in a timeline."""
    bare = {event for event in EVENTS if rules.sentence(replace(ENTRY, act=event)).startswith(event)}

    assert bare == set()
