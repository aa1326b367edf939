from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.notices import rules
from doorward.features.notices.model import MailState
from doorward.features.notices.rules import Settled, Try

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
WEEK = NOON + timedelta(days=7)


@pytest.mark.parametrize(
    ("count", "pause"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(seconds=30)),
        (3, timedelta(minutes=2)),
        (4, timedelta(minutes=10)),
        (5, timedelta(hours=1)),
        (20, timedelta(hours=1)),
    ],
)
def test_pause_grows_with_each_try(count: int, pause: timedelta) -> None:
    """DEV-5: 5 s, 30 s, 2 min, 10 min, then hourly."""
    assert rules.failed(Try(count, NOON, WEEK), NOON, "down") == Settled(MailState.QUEUED, NOON + pause, "down")


def test_after_24_hours_it_is_given_up() -> None:
    """A try whose next would come after a day is the last; the body waits for an operator until it expires."""
    now = NOON + timedelta(hours=23, seconds=1)

    assert rules.failed(Try(26, NOON, WEEK), now, "down") == Settled(MailState.FAILED, WEEK, "down")


def test_try_exactly_24_hours_after_is_made() -> None:
    """The last try is a day after queuing."""
    now = NOON + timedelta(hours=23)

    assert rules.failed(Try(26, NOON, WEEK), now, "down").next_attempt_at == NOON + timedelta(hours=24)


def test_mail_becomes_due_when_it_expires() -> None:
    """A code's mail does not lie about for the rest of its pause: it is looked at, and erased, when it runs out."""
    soon = NOON + timedelta(minutes=3)

    assert rules.failed(Try(4, NOON, soon), NOON, "down") == Settled(MailState.QUEUED, soon, "down")


def test_mail_refused_for_good_is_not_tried_again() -> None:
    """It stays failed until an operator retries it or its time is over."""
    assert rules.refused(WEEK, "550 no such user") == Settled(MailState.FAILED, WEEK, "550 no such user")


@pytest.mark.parametrize(
    ("settled", "over", "erases"),
    [
        (rules.delivered(NOON), True, True),
        (rules.expired(NOON, None), True, True),
        (rules.refused(WEEK, "no"), True, False),
        (rules.failed(Try(1, NOON, WEEK), NOON, "no"), False, False),
    ],
    ids=["delivered", "expired", "refused", "failed for now"],
)
def test_body_is_erased_at_the_end(settled: Settled, *, over: bool, erases: bool) -> None:
    """Delivered and expired mail has no body; failed mail can still be retried."""
    assert (settled.over, settled.erases) == (over, erases)


def test_error_of_the_last_try_stays_readable() -> None:
    """An expired mail still says why it never went."""
    assert rules.expired(NOON, "421 busy").error == "421 busy"


def test_plain_notice_is_of_use_for_a_week() -> None:
    """A mail without code or link may be retried for seven days."""
    assert rules.expires(NOON, None) == WEEK


def test_code_is_of_use_as_long_as_it_is_valid() -> None:
    """What a mail carries says until when."""
    assert rules.expires(NOON, NOON + timedelta(minutes=10)) == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("421 service not available", "421 service not available"),
        ("550 <bram@example.org>: no such user", "550 (address) no such user"),
        ("554 5.7.1 see https://mx.example.org/x?u=1", "554 5.7.1 see (link)"),
        ("552 rejected text: your code is 123456", "552 rejected text: your code is (number)"),
        ("554 /set-password/AZ3yFf4SeHKIq0vWcOyCXw: spam", "554 /set-password/(text): spam"),
        ("550 two\r\nlines \x1b[31m", "550 two  lines  [31m"),
        ("x " * 400, ("x " * 150).strip()),
    ],
    ids=["plain", "address", "link", "code", "token", "control", "long"],
)
def test_error_shows_no_address_link_or_code(why: str, told: str) -> None:
    """A mail server may echo what it was given; operators do not read it (DEV-5)."""
    assert rules.tellable(why) == told


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.text(max_size=60), st.text(max_size=60))
def test_no_error_shows_six_digits(code: str, before: str, after: str) -> None:
    """Whatever surrounds a code, it is not told."""
    assert code not in rules.tellable(f"{before} {code} {after}")
