import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.otp.model import NO_STEP, CodeAccepted, OtpKey
from doorward.features.otp.rules import codes, provisioning
from doorward.kernel.outcome import Refused
from tests.features.otp.keys import ACCOUNT, NOON, NOON_STEP, RFC_SECRET, STEP, code_at, key


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
    assert codes.hotp(RFC_SECRET, counter) == code


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

    assert codes.step_at(instant) == step
    assert codes.hotp(RFC_SECRET, step) == code


def test_hotp_takes_the_largest_counter_of_64_bits() -> None:
    """A counter of eight bytes, all of them set, still makes six digits."""
    assert codes.hotp(RFC_SECRET, 2**64 - 1) == "094451"


@given(secret=st.binary(min_size=16, max_size=32), seconds=st.integers(0, 2**36))
def test_codes_agree_with_pyotp(secret: bytes, seconds: int) -> None:
    """An independent implementation makes the same code of the same secret and second."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert codes.hotp(secret, codes.step_at(instant)) == pyotp.TOTP(provisioning.base32(secret)).at(seconds)


@pytest.mark.skipif(shutil.which("oathtool") is None, reason="oathtool is not installed")
@pytest.mark.parametrize("moment", ["2026-11-22 12:00:29 UTC", "2038-01-20 03:14:08 UTC", "2100-02-28 23:59:59 UTC"])
def test_codes_agree_with_oathtool(moment: str) -> None:
    """A second independent implementation agrees, past 2038 too."""
    secret = bytes(range(7, 27))
    told = subprocess.run(
        ["oathtool", "--totp", "--base32", "--now", moment, provisioning.base32(secret)],
        capture_output=True,
        text=True,
        check=True,
    )

    instant = datetime.fromisoformat(moment.replace(" UTC", "+00:00"))
    assert codes.hotp(secret, codes.step_at(instant)) == told.stdout.strip()


@pytest.mark.parametrize("text", ["000000", "123456", "999999"])
def test_six_ascii_digits_are_a_code(text: str) -> None:
    """What an app shows is taken as it is."""
    assert codes.parse_code(text) == text


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
    assert codes.parse_code(text) is None


@given(st.text())
def test_whatever_is_parsed_is_six_characters_from_0_to_9(text: str) -> None:
    """No text gets past the door that is not six of the ten ASCII digits."""
    assert (codes.parse_code(text) is not None) == (len(text) == 6 and set(text) <= set("0123456789"))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_is_accepted_up_to_one_step_early_or_late(steps: int) -> None:
    """The step before, the present one and the next are the window (KEY-9)."""
    code = code_at(NOON + steps * STEP)

    assert codes.verify(RFC_SECRET, code, NO_STEP, NOON) == CodeAccepted(NOON_STEP + steps)


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_two_steps_off_is_wrong(steps: int) -> None:
    """Outside the window a code is wrong, and counts."""
    assert codes.verify(RFC_SECRET, code_at(NOON + steps * STEP), NO_STEP, NOON) == Refused("otp.wrong")


def test_a_code_is_not_accepted_twice() -> None:
    """The second time is refused as used, and still is one step later (RFC 6238 section 5.2)."""
    code = code_at(NOON)

    assert codes.verify(RFC_SECRET, code, NOON_STEP, NOON) == Refused("otp.used")
    assert codes.verify(RFC_SECRET, code, NOON_STEP, NOON + STEP) == Refused("otp.used")


def test_an_older_step_of_the_window_is_refused_after_a_newer_one() -> None:
    """Having accepted the next step's code, the present step's is used up (KEY-9)."""
    assert codes.verify(RFC_SECRET, code_at(NOON), NOON_STEP + 1, NOON) == Refused("otp.used")


def test_a_newer_step_is_accepted_after_an_older_one() -> None:
    """Having accepted the step before, the present one still opens."""
    assert codes.verify(RFC_SECRET, code_at(NOON), NOON_STEP - 1, NOON) == CodeAccepted(NOON_STEP)


def test_a_code_of_no_step_is_wrong_and_not_used() -> None:
    """A guess is wrong, whatever was accepted before."""
    assert codes.verify(RFC_SECRET, "000000", NOON_STEP + 1, NOON) == Refused("otp.wrong")


def test_before_1970_there_is_no_code() -> None:
    """A clock that stands before the first step accepts nothing, and nothing breaks."""
    instant = datetime(1969, 12, 31, tzinfo=UTC)

    assert codes.verify(RFC_SECRET, "755224", NO_STEP, instant) == Refused("otp.wrong")


def test_the_first_step_of_1970_counts() -> None:
    """Step 0 can be accepted by a key that has accepted none."""
    assert codes.verify(RFC_SECRET, "755224", NO_STEP, datetime(1970, 1, 1, tzinfo=UTC)) == CodeAccepted(0)


def test_two_steps_with_one_code_are_used_up_together() -> None:
    """Where two steps of the window happen to share a code, the newer is remembered, so that the code works once."""
    pair = 50_897_033
    instant = datetime(1970, 1, 1, tzinfo=UTC) + (pair + 1) * STEP

    assert [codes.hotp(RFC_SECRET, step) for step in (pair, pair + 2)] == ["407517", "407517"]
    assert codes.verify(RFC_SECRET, "407517", NO_STEP, instant) == CodeAccepted(pair + 2)


@given(moves=st.lists(st.tuples(st.integers(-90, 120), st.integers(-3, 3)), max_size=30))
def test_no_step_is_ever_accepted_twice(moves: list[tuple[int, int]]) -> None:
    """Whatever codes are given in whatever order, with a clock that also runs backwards, steps only rise."""
    held = key()
    now = NOON
    accepted = []
    for seconds, steps in moves:
        now += timedelta(seconds=seconds)
        verdict = codes.verify_key(held, code_at(now + steps * STEP), now)
        if isinstance(verdict, CodeAccepted):
            accepted.append(verdict.step)
            held = codes.succeeded(held, verdict, now)

    assert accepted == sorted(set(accepted))


@given(given=st.text("0123456789", min_size=6, max_size=6), last_step=st.integers(0, 2**40))
def test_only_a_step_of_the_window_after_the_last_is_accepted(given: str, last_step: int) -> None:
    """A yes carries a step within one of the present, later than the last, whose code it is."""
    verdict = codes.verify(RFC_SECRET, given, last_step, NOON)

    assert not isinstance(verdict, CodeAccepted) or (
        abs(verdict.step - NOON_STEP) <= 1
        and verdict.step > last_step
        and codes.hotp(RFC_SECRET, verdict.step) == given
    )


def test_a_spent_step_is_refused_as_used() -> None:
    """A code that a wrong clock showed too early does not open when its time comes (KEY-15)."""
    held = key(spent=frozenset({NOON_STEP}))

    assert codes.verify_key(held, code_at(NOON), NOON) == Refused("otp.used")
    assert codes.verify_key(held, code_at(NOON + STEP), NOON) == CodeAccepted(NOON_STEP + 1)


def test_a_success_remembers_its_step_and_ends_the_failures() -> None:
    """The last step rises, spent steps behind it are forgotten, the count and the clock error are gone."""
    held = OtpKey(
        ACCOUNT, ACCOUNT, RFC_SECRET, 10, NOON, frozenset({11, 13}), 7, clock_error_steps=8, clock_error_seen_at=NOON
    )

    after = codes.succeeded(held, CodeAccepted(12), NOON + STEP)

    assert after == OtpKey(ACCOUNT, ACCOUNT, RFC_SECRET, 12, NOON, frozenset({13}), 0, NOON + STEP)


def test_a_failure_is_counted_on_the_key() -> None:
    """The number of wrong codes in a row belongs to the key (LOCK-14)."""
    assert codes.failed(key(failures=98)) == key(failures=99)


@pytest.mark.parametrize(("failures", "worn_out"), [(0, False), (99, False), (100, True), (101, True)])
def test_key_wears_out_with_its_hundredth_failure(failures: int, worn_out: bool) -> None:
    """100 wrong codes without one success end a key (LOCK-14)."""
    assert codes.worn_out(failures) is worn_out
