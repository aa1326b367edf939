import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import Account, AccountKind
from doorward.features.devices import rules
from doorward.features.devices.model import CodeKind, CodeRight, GivenCode, RememberedDevice, StoredCode
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.chance import SeededEntropy

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HASH = b"h" * 32


class Draws:
    """Chance that draws one number."""

    def __init__(self, number: int) -> None:
        """Take the number."""
        self.number = number
        self.limit = 0

    def bytes(self, count: int) -> bytes:
        """Draw so many zeros."""
        return bytes(count)

    def below(self, limit: int) -> int:
        """Draw the number."""
        self.limit = limit
        return self.number


def test_an_e_mailed_code_keeps_its_leading_zeros() -> None:
    """The number is drawn below a million and written with six digits."""
    chance = Draws(42)

    assert rules.make_mailed_code(chance) == "000042"
    assert chance.limit == 1_000_000


def test_a_temporary_access_code_is_twelve_symbols_in_groups() -> None:
    """Sixty bits that can be read out over a telephone (KEY-10)."""
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", rules.make_temporary_code(SeededEntropy()))


@pytest.mark.parametrize("typed", ["012345", " 012345 ", "012 345", "012345\r\n"])
def test_six_digits_are_an_e_mailed_code(typed: str) -> None:
    """Spaces around and between are forgiven."""
    assert rules.parse(typed) == GivenCode(CodeKind.MAILED, "012345")


@pytest.mark.parametrize("typed", ["ABCD-EFGH-2345", "abcdefgh2345", " abcd efgh 2345 "])
def test_twelve_symbols_are_a_temporary_access_code(typed: str) -> None:
    """Case and grouping are forgiven."""
    assert rules.parse(typed) == GivenCode(CodeKind.TEMPORARY, "ABCD-EFGH-2345")


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "ABCD-EFGH-1345", "ABCD-EFGH", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345\u00b2"],
)
def test_everything_else_is_neither(typed: str) -> None:
    """What cannot be a code is refused before anything is compared."""
    assert rules.parse(typed) is None


@given(st.text(max_size=10))
def test_codes_that_are_made_can_be_typed(seed: str) -> None:
    """Both kinds are read to themselves."""
    chance = SeededEntropy(seed)
    mailed, temporary = rules.make_mailed_code(chance), rules.make_temporary_code(chance)

    assert rules.parse(mailed) == GivenCode(CodeKind.MAILED, mailed)
    assert rules.parse(temporary) == GivenCode(CodeKind.TEMPORARY, temporary)


@pytest.mark.parametrize("minutes", [5, 10, 10_000])
def test_an_e_mailed_code_ends_after_its_minutes(minutes: int) -> None:
    """From five minutes to about a week (DEV-1)."""
    assert rules.ends_at(NOON, minutes) == NOON + minutes * MINUTE


@pytest.mark.parametrize("minutes", [-1, 0, 4, 10_001])
def test_a_lifetime_out_of_bounds_is_a_bug(minutes: int) -> None:
    """The settings keep the bounds; whatever gets past them must not pass here."""
    with pytest.raises(ValueError, match="5 to 10000 minutes"):
        rules.ends_at(NOON, minutes)


def test_the_right_code_goes_on_until_its_end() -> None:
    """One microsecond before the end it is still good."""
    stored = StoredCode(HASH, NOON + 10 * MINUTE)

    assert rules.judge(stored, HASH, NOON + 10 * MINUTE - timedelta(microseconds=1)) == CodeRight()


@pytest.mark.parametrize(
    ("stored", "given_hash", "now", "cause"),
    [
        (None, HASH, NOON, "none was issued"),
        (StoredCode(HASH, NOON + MINUTE), b"x" * 32, NOON, "wrong"),
        (StoredCode(HASH, NOON + MINUTE), b"", NOON, "wrong"),
        (StoredCode(HASH, NOON + MINUTE, NOON), HASH, NOON, "used or replaced"),
        (StoredCode(HASH, NOON + MINUTE), HASH, NOON + MINUTE, "expired"),
        (StoredCode(HASH, NOON, NOON), b"x" * 32, NOON, "wrong"),
    ],
)
def test_every_other_code_is_wrong_and_the_trail_knows_why(
    stored: StoredCode | None, given_hash: bytes, now: datetime, cause: str
) -> None:
    """The visitor learns one thing only; the cause is for the audit trail."""
    assert rules.judge(stored, given_hash, now) == Refused("devices.wrong_code", cause=cause)


@pytest.mark.parametrize(
    ("sent", "next_at"),
    [
        ([], None),
        ([0, 1], None),
        ([0, 1, 2], 15),
        ([2, 0, 1], 15),
        ([-15, 1, 2], None),
        ([-14, 1, 2], 1),
        ([-3, -2, -1, 0], 13),
    ],
)
def test_three_mails_in_15_minutes_are_allowed(sent: list[int], next_at: int | None) -> None:
    """The fourth waits until the third last is 15 minutes old (DEV-1); the present moment is minute 0."""
    told = rules.next_mail_at([NOON + at * MINUTE for at in sent], NOON)

    assert told == (None if next_at is None else NOON + next_at * MINUTE)


@given(st.lists(st.integers(0, 4000), max_size=60))
def test_no_quarter_of_an_hour_sees_a_fourth_mail(seconds: list[int]) -> None:
    """However often somebody asks, any 15 minutes hold three mails at most."""
    sent: list[datetime] = []
    for moment in sorted(seconds):
        now = NOON + timedelta(seconds=moment)
        if rules.next_mail_at(sent, now) is None:
            sent.append(now)

    assert all(later - earlier >= 15 * MINUTE for earlier, later in zip(sent, sent[3:], strict=False))


@given(st.lists(st.integers(-900, 0), min_size=3, max_size=10))
def test_a_mail_is_allowed_from_the_moment_that_is_told(seconds: list[int]) -> None:
    """Who waits as long as was said is not sent away again."""
    sent = [NOON + timedelta(seconds=at) for at in seconds]
    told = rules.next_mail_at(sent, NOON)

    assert told is None or rules.next_mail_at(sent, told) is None


def account(email: str | None, changed_at: datetime | None) -> Account:
    """Give an account with this address, changed then."""
    return Account(
        id=AccountId(UUID(int=1)), user_name="bram", full_name="Bram Rossi", email=email, kind=AccountKind.INTERNAL,
        enabled=True, protected=False, created_at=NOON - timedelta(days=400), updated_at=NOON, version=1,
        email_changed_at=changed_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("email", "changed_hours_ago", "usable"),
    [
        ("bram@example.org", None, "bram@example.org"),
        ("bram@example.org", 72.0, "bram@example.org"),
        ("bram@example.org", 71.99, None),
        ("bram@example.org", 0.0, None),
        (None, None, None),
        (None, 100.0, None),
        ("", None, None),
    ],
)
def test_a_changed_address_rests(email: str | None, changed_hours_ago: float | None, usable: str | None) -> None:
    """An address that was changed within 72 hours gets no code (DESK-4)."""
    changed_at = None if changed_hours_ago is None else NOON - timedelta(hours=changed_hours_ago)

    assert rules.usable_address(account(email, changed_at), NOON) == usable


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("bram@example.org", "b•••@example.org"),
        ("b@example.org", "b•••@example.org"),
        ('"a@b"@example.org', '"•••@example.org'),
    ],
)
def test_an_address_is_shown_in_part(address: str, shown: str) -> None:
    """Its owner recognises it; nobody learns it."""
    assert rules.in_part(address) == shown


DEVICE = RememberedDevice(
    id=UUID(int=1), epoch=7, user_agent="tests/1", address="192.0.2.7", created_at=NOON, last_used_at=None,
    expires_at=NOON + timedelta(days=30),
)  # fmt: skip


@pytest.mark.parametrize(
    ("epoch", "days", "after", "expected"),
    [
        (7, 30, timedelta(), True),
        (7, 30, timedelta(days=30) - timedelta.resolution, True),
        (7, 30, timedelta(days=30), False),
        (8, 30, timedelta(), False),
        (7, 365, timedelta(days=30), False),
        (7, 10, timedelta(days=10) - timedelta.resolution, True),
        (7, 10, timedelta(days=10), False),
        (7, 0, timedelta(), False),
    ],
)
def test_dev_3_a_device_is_remembered_for_so_many_days(
    epoch: int, days: int, after: timedelta, *, expected: bool
) -> None:
    """As fixed when it was, no longer than the rules of today say, and never across the epoch."""
    assert rules.remembered(DEVICE, epoch, days, NOON + after) is expected


def test_dev_3_a_year_ends_to_the_instant() -> None:
    """Days are of 24 hours."""
    assert rules.remembered_until(NOON, 365) == datetime(2027, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "tells"),
    [
        ([], True),
        ([b"office"], True),
        ([b"home"], False),
        ([b"office", b"home"], False),
        ([b"a", b"b", b"c", b"d"], True),
        ([b"a", b"b", b"c", b"d", b"e"], False),
    ],
    ids=["the first", "another place", "the same place", "the same among others", "the fifth", "the sixth"],
)
def test_a_new_browser_is_told_of_once_for_each_place_and_five_times(told: list[bytes], *, tells: bool) -> None:
    """So that a browser that keeps no cookie mails neither at each sign-in nor in place of another's (DESK-3)."""
    assert rules.tells_of_browser(told, b"home") is tells


@pytest.mark.parametrize(
    ("last_sign_in_at", "told_otherwise", "concerns"),
    [(None, False, False), (None, True, False), (NOON, True, False), (NOON, False, True)],
    ids=["the first sign-in ever", "a set-up", "told by a letter of its own", "nothing else tells"],
)
def test_a_new_browser_concerns_its_owner_where_nothing_else_tells(
    last_sign_in_at: datetime | None, *, told_otherwise: bool, concerns: bool
) -> None:
    """Nobody is told twice of one sign-in, and at the first one ever each browser would be new (DESK-3)."""
    assert rules.concerns_owner(last_sign_in_at, told_otherwise=told_otherwise) is concerns
