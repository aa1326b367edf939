import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.otp import rules
from doorward.features.otp.model import NO_STEP, Accepted, ClockError, OtpKey, WrongCode
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.chance import SeededEntropy

RFC_SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOON_STEP = 59_844_960
STEP = timedelta(seconds=30)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
ACCOUNT = AccountId(UUID("01900000-0000-7000-8000-000000000001"))


def key(last_step: int = NO_STEP, spent: frozenset[int] = frozenset(), failures: int = 0) -> OtpKey:
    """Make a key with the RFCs' secret."""
    return OtpKey(ACCOUNT, ACCOUNT, RFC_SECRET, last_step, NOON, spent, failures)


def code_at(instant: datetime) -> str:
    """Give the code that a right clock shows then."""
    return rules.hotp(RFC_SECRET, rules.step_at(instant))


def wrong(shown_at: datetime, given_at: datetime) -> WrongCode:
    """Give a code in the second instant that belongs to the first."""
    return WrongCode(code_at(shown_at), given_at)


@pytest.mark.parametrize(
    ("counter", "code"),
    [
        (0, "755224"),
        (1, "287082"),
        (2, "359152"),
        (3, "969429"),
        (4, "338314"),
        (5, "254676"),
        (6, "287922"),
        (7, "162583"),
        (8, "399871"),
        (9, "520489"),
    ],
)
def test_hotp_gives_the_values_of_rfc_4226_appendix_d(counter: int, code: str) -> None:
    """The published secret and counters give the published codes."""
    assert rules.hotp(RFC_SECRET, counter) == code


@pytest.mark.parametrize(
    ("seconds", "step", "code"),
    [
        (59, 1, "287082"),
        (1111111109, 37037036, "081804"),
        (1111111111, 37037037, "050471"),
        (1234567890, 41152263, "005924"),
        (2000000000, 66666666, "279037"),
        (20000000000, 666666666, "353130"),
    ],
)
def test_steps_and_codes_are_those_of_rfc_6238_appendix_b(seconds: int, step: int, code: str) -> None:
    """The published instants give the published steps and, cut to six digits, the published codes."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert rules.step_at(instant) == step
    assert rules.hotp(RFC_SECRET, step) == code


def test_hotp_takes_the_largest_counter_of_64_bits() -> None:
    """A counter of eight bytes, all of them set, still makes six digits."""
    assert rules.hotp(RFC_SECRET, 2**64 - 1) == "094451"


@given(secret=st.binary(min_size=16, max_size=32), seconds=st.integers(0, 2**36))
def test_codes_agree_with_pyotp(secret: bytes, seconds: int) -> None:
    """An independent implementation makes the same code of the same secret and second."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert rules.hotp(secret, rules.step_at(instant)) == pyotp.TOTP(rules.base32(secret)).at(seconds)


@pytest.mark.skipif(shutil.which("oathtool") is None, reason="oathtool is not installed")
@pytest.mark.parametrize("moment", ["2026-11-22 12:00:29 UTC", "2038-01-20 03:14:08 UTC", "2100-02-28 23:59:59 UTC"])
def test_codes_agree_with_oathtool(moment: str) -> None:
    """A second independent implementation agrees, past 2038 too."""
    secret = bytes(range(7, 27))
    told = subprocess.run(
        ["oathtool", "--totp", "--base32", "--now", moment, rules.base32(secret)],
        capture_output=True,
        text=True,
        check=True,
    )

    instant = datetime.fromisoformat(moment.replace(" UTC", "+00:00"))
    assert rules.hotp(secret, rules.step_at(instant)) == told.stdout.strip()


@pytest.mark.parametrize("text", ["000000", "123456", "999999"])
def test_six_ascii_digits_are_a_code(text: str) -> None:
    """What an app shows is taken as it is."""
    assert rules.parse_code(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "1234567",
        "0123456",
        " 123456",
        "123456 ",
        "12 456",
        "+12345",
        "-12345",
        "12345a",
        "1e5000",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "12345\u00b2",
        "12345\n",
        "12345\x00",
    ],
)
def test_everything_else_is_no_code(text: str) -> None:
    """Spaces, signs, other lengths and digits of other scripts are refused at the door."""
    assert rules.parse_code(text) is None


@given(st.text())
def test_whatever_is_parsed_is_six_characters_from_0_to_9(text: str) -> None:
    """No text gets past the door that is not six of the ten ASCII digits."""
    assert (rules.parse_code(text) is not None) == (len(text) == 6 and set(text) <= set("0123456789"))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_accepted_up_to_one_step_early_or_late(steps: int) -> None:
    """The step before, the present one and the next are the window (KEY-9)."""
    code = code_at(NOON + steps * STEP)

    assert rules.verify(RFC_SECRET, code, NO_STEP, NOON) == Accepted(NOON_STEP + steps)


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_two_steps_off_is_wrong(steps: int) -> None:
    """Outside the window a code is wrong, and counts."""
    assert rules.verify(RFC_SECRET, code_at(NOON + steps * STEP), NO_STEP, NOON) == Refused("otp.wrong")


def test_a_code_is_not_accepted_twice() -> None:
    """The second time is refused as used, and still is one step later (RFC 6238 section 5.2)."""
    code = code_at(NOON)

    assert rules.verify(RFC_SECRET, code, NOON_STEP, NOON) == Refused("otp.used")
    assert rules.verify(RFC_SECRET, code, NOON_STEP, NOON + STEP) == Refused("otp.used")


def test_an_older_step_of_the_window_is_refused_after_a_newer_one() -> None:
    """Having accepted the next step's code, the present step's is used up (KEY-9)."""
    assert rules.verify(RFC_SECRET, code_at(NOON), NOON_STEP + 1, NOON) == Refused("otp.used")


def test_a_newer_step_is_accepted_after_an_older_one() -> None:
    """Having accepted the step before, the present one still opens."""
    assert rules.verify(RFC_SECRET, code_at(NOON), NOON_STEP - 1, NOON) == Accepted(NOON_STEP)


def test_a_code_of_no_step_is_wrong_and_not_used() -> None:
    """A guess is wrong, whatever was accepted before."""
    assert rules.verify(RFC_SECRET, "000000", NOON_STEP + 1, NOON) == Refused("otp.wrong")


def test_before_1970_there_is_no_code() -> None:
    """A clock that stands before the first step accepts nothing, and nothing breaks."""
    instant = datetime(1969, 12, 31, tzinfo=UTC)

    assert rules.verify(RFC_SECRET, "755224", NO_STEP, instant) == Refused("otp.wrong")


def test_the_first_step_of_1970_counts() -> None:
    """Step 0 can be accepted by a key that has accepted none."""
    assert rules.verify(RFC_SECRET, "755224", NO_STEP, datetime(1970, 1, 1, tzinfo=UTC)) == Accepted(0)


def test_two_steps_with_one_code_are_used_up_together() -> None:
    """Where two steps of the window happen to share a code, the newer is remembered, so that the code works once."""
    pair = 50_897_033
    instant = datetime(1970, 1, 1, tzinfo=UTC) + (pair + 1) * STEP

    assert [rules.hotp(RFC_SECRET, step) for step in (pair, pair + 2)] == ["407517", "407517"]
    assert rules.verify(RFC_SECRET, "407517", NO_STEP, instant) == Accepted(pair + 2)


@given(moves=st.lists(st.tuples(st.integers(-90, 120), st.integers(-3, 3)), max_size=30))
def test_no_step_is_ever_accepted_twice(moves: list[tuple[int, int]]) -> None:
    """Whatever codes are given in whatever order, with a clock that also runs backwards, steps only rise."""
    held = key()
    now = NOON
    accepted = []
    for seconds, steps in moves:
        now += timedelta(seconds=seconds)
        verdict = rules.verify_key(held, code_at(now + steps * STEP), now)
        if isinstance(verdict, Accepted):
            accepted.append(verdict.step)
            held = rules.succeeded(held, verdict, now)

    assert accepted == sorted(set(accepted))


@given(given=st.text("0123456789", min_size=6, max_size=6), last_step=st.integers(0, 2**40))
def test_only_a_step_of_the_window_after_the_last_is_accepted(given: str, last_step: int) -> None:
    """A yes carries a step within one of the present, later than the last, whose code it is."""
    verdict = rules.verify(RFC_SECRET, given, last_step, NOON)

    assert not isinstance(verdict, Accepted) or (
        abs(verdict.step - NOON_STEP) <= 1
        and verdict.step > last_step
        and rules.hotp(RFC_SECRET, verdict.step) == given
    )


def test_a_spent_step_is_refused_as_used() -> None:
    """A code that a wrong clock showed too early does not open when its time comes (KEY-15)."""
    held = key(spent=frozenset({NOON_STEP}))

    assert rules.verify_key(held, code_at(NOON), NOON) == Refused("otp.used")
    assert rules.verify_key(held, code_at(NOON + STEP), NOON) == Accepted(NOON_STEP + 1)


def test_a_success_remembers_its_step_and_ends_the_failures() -> None:
    """The last step rises, spent steps behind it are forgotten, the count and the clock error are gone."""
    held = OtpKey(
        ACCOUNT, ACCOUNT, RFC_SECRET, 10, NOON, frozenset({11, 13}), 7, clock_error_steps=8, clock_error_seen_at=NOON
    )

    after = rules.succeeded(held, Accepted(12), NOON + STEP)

    assert after == OtpKey(ACCOUNT, ACCOUNT, RFC_SECRET, 12, NOON, frozenset({13}), 0, NOON + STEP)


def test_a_failure_is_counted_on_the_key() -> None:
    """The number of wrong codes in a row belongs to the key (LOCK-14)."""
    assert rules.failed(key(failures=98)) == key(failures=99)


@pytest.mark.parametrize("steps", [-20, -8, -2, 2, 8, 20])
def test_two_codes_with_the_same_offset_tell_the_clock(steps: int) -> None:
    """Two wrong codes, a step apart, that are equally far off are a clock error with that offset (KEY-15)."""
    later = NOON + STEP

    found = rules.clock_error(RFC_SECRET, wrong(NOON + steps * STEP, NOON), wrong(later + steps * STEP, later))

    assert found == ClockError(steps, (NOON_STEP + steps, NOON_STEP + 1 + steps))


def test_a_clock_between_two_steps_is_found_too() -> None:
    """A clock 255 seconds slow is nine steps off early in a step, and eight late in it; that is one error."""
    slow = timedelta(seconds=255)
    early, late = NOON + timedelta(seconds=2), NOON + timedelta(seconds=48)

    found = rules.clock_error(RFC_SECRET, wrong(early - slow, early), wrong(late - slow, late))

    assert found == ClockError(-8, (NOON_STEP - 9, NOON_STEP - 7))


@pytest.mark.parametrize(("first", "second"), [(8, -5), (8, 10), (-4, 4), (21, 21), (-21, -21), (8, 6)])
def test_codes_that_tell_different_offsets_are_no_clock_error(first: int, second: int) -> None:
    """Offsets that differ, or that lie beyond ten minutes, are nothing but two wrong codes."""
    later = NOON + STEP

    assert rules.clock_error(RFC_SECRET, wrong(NOON + first * STEP, NOON), wrong(later + second * STEP, later)) is None


def test_the_same_code_twice_is_no_clock_error() -> None:
    """One code typed again tells nothing: the codes must belong to different steps."""
    ahead = NOON + 8 * STEP

    assert rules.clock_error(RFC_SECRET, wrong(ahead, NOON), wrong(ahead, NOON + timedelta(seconds=9))) is None


def test_two_guesses_are_no_clock_error() -> None:
    """Codes of no step nearby find nothing."""
    assert rules.clock_error(RFC_SECRET, WrongCode("000000", NOON), WrongCode("000001", NOON + STEP)) is None


def test_the_steps_of_a_slow_clock_are_behind_the_last_step() -> None:
    """Steps that have passed are spent by raising the last step to them."""
    error = ClockError(-8, (NOON_STEP - 9, NOON_STEP - 8))

    after = rules.spend(key(last_step=5), error, NOON)

    assert (after.last_step, after.spent_steps) == (NOON_STEP - 8, frozenset())
    assert (after.clock_error_steps, after.clock_error_seen_at) == (-8, NOON)


def test_the_steps_of_a_fast_clock_are_spent_without_shutting_anybody_out() -> None:
    """Both future steps are refused when they come, and the codes before, between and after them work."""
    error = ClockError(8, (NOON_STEP + 6, NOON_STEP + 8))

    after = rules.spend(key(last_step=5), error, NOON)

    verdicts = [rules.verify_key(after, code_at(NOON + steps * STEP), NOON + steps * STEP) for steps in (0, 6, 7, 8, 9)]
    assert verdicts == [
        Accepted(NOON_STEP),
        Refused("otp.used"),
        Accepted(NOON_STEP + 7),
        Refused("otp.used"),
        Accepted(NOON_STEP + 9),
    ]


def test_spending_never_lowers_the_last_step() -> None:
    """A key that has accepted a newer step keeps it."""
    after = rules.spend(key(last_step=NOON_STEP), ClockError(-8, (NOON_STEP - 9, NOON_STEP - 8)), NOON)

    assert after.last_step == NOON_STEP


@pytest.mark.parametrize(
    ("offset", "sentence"),
    [
        (-8, "Your device's clock is about 4 minutes slow."),
        (8, "Your device's clock is about 4 minutes fast."),
        (-7, "Your device's clock is about 4 minutes slow."),
        (2, "Your device's clock is about 1 minute fast."),
        (-20, "Your device's clock is about 10 minutes slow."),
        (1, "Your device's clock is about 1 minute fast."),
    ],
)
def test_a_clock_error_is_told_in_minutes(offset: int, sentence: str) -> None:
    """People read minutes, and slow or fast."""
    assert rules.clock_sentence(offset) == sentence


@pytest.mark.parametrize(("offset", "minutes"), [(-8, -4), (8, 4), (-7, -4), (1, 1), (-1, -1), (-20, -10)])
def test_operators_read_the_clock_error_in_minutes(offset: int, minutes: int) -> None:
    """A slow clock has a minus."""
    assert rules.clock_minutes(offset) == minutes


@pytest.mark.parametrize(("ahead", "jumped"), [(-5, False), (0, False), (1, False), (2, False), (3, True), (999, True)])
def test_a_last_step_ahead_of_every_code_is_a_jumped_clock(ahead: int, *, jumped: bool) -> None:
    """What no code accepted now could leave behind, a small difference between nodes aside, is told to operators."""
    assert rules.clock_jumped(NOON_STEP + ahead, NOON) is jumped


def test_a_new_secret_has_160_bits_of_chance() -> None:
    """Twenty bytes are drawn, as RFC 4226 recommends."""
    assert rules.new_secret(SeededEntropy("a")) == SeededEntropy("a").bytes(20)


def test_a_secret_is_spelled_in_groups_of_four() -> None:
    """The text beside the QR code can be typed."""
    assert rules.grouped(RFC_SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_the_uri_is_plain_and_percent_encoded() -> None:
    """Every app can read it: SHA-1, six digits, 30 seconds, issuer as label and as parameter (KEY-14)."""
    uri = rules.otpauth_uri(RFC_SECRET, "Münster & Co", "bram rossi@example.org")

    assert uri == (
        "otpauth://totp/M%C3%BCnster%20%26%20Co:bram%20rossi%40example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=M%C3%BCnster%20%26%20Co&algorithm=SHA1&digits=6&period=30"
    )


@given(issuer=NAMES, account=NAMES)
def test_names_cannot_add_parameters_to_the_uri(issuer: str, account: str) -> None:
    """Whatever stands in the names, the address has its five parameters and the secret that it was made for."""
    parameters = parse_qs(urlsplit(rules.otpauth_uri(RFC_SECRET, issuer, account)).query, strict_parsing=True)

    assert list(parameters) == ["secret", "issuer", "algorithm", "digits", "period"]
    assert parameters["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]


def test_pyotp_reads_the_uri_as_it_was_meant() -> None:
    """An independent reader finds the issuer, the account and the same codes."""
    read = pyotp.parse_uri(rules.otpauth_uri(RFC_SECRET, "Dept: A", "a:b@example.org"))

    assert isinstance(read, pyotp.TOTP)
    assert (read.issuer, read.name, read.at(59)) == ("Dept  A", "a:b@example.org", "287082")
