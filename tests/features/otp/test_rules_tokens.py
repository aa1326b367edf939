from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doorward.features.otp.model import NO_STEP, ClockError, CodeAccepted, OtpKey, WrongCode
from doorward.features.otp.rules import clock_errors, codes
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters
from doorward.kernel.outcome import Refused
from tests.features.otp.keys import NOON, NOON_STEP, STEP, code_at, key, wrong
from tests.features.otp.tokens import BY_COUNTER, PRESSES, counting, press, ticking

WRONG, USED = Refused("otp.wrong"), Refused("otp.used")
SHA256_SECRET = b"12345678901234567890123456789012"
SHA512_SECRET = b"1234567890123456789012345678901234567890123456789012345678901234"
ENDED = replace(ticking(), expires_at=NOON)


@pytest.mark.parametrize(
    ("seconds", "sha256", "sha512"),
    [
        (59, "119246", "693936"),
        (1111111109, "084774", "091201"),
        (1111111111, "062674", "943326"),
        (1234567890, "819424", "441116"),
        (2000000000, "698825", "618901"),
        (20000000000, "737706", "863826"),
    ],
)
def test_other_hashes_give_the_codes_of_rfc_6238_appendix_b(seconds: int, sha256: str, sha512: str) -> None:
    """The published instants give the published codes of SHA-256 and SHA-512, cut to six digits."""
    step = codes.step_at(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))

    assert codes.hotp(SHA256_SECRET, step, Algorithm.SHA256) == sha256
    assert codes.hotp(SHA512_SECRET, step, Algorithm.SHA512) == sha512


def test_a_step_may_last_a_minute() -> None:
    """Tokens of 60 seconds count steps of 60 seconds."""
    assert codes.step_at(NOON, 60) == NOON_STEP // 2


@pytest.mark.parametrize(
    ("last", "counter", "verdict"),
    [
        (NO_STEP, 0, CodeAccepted(0)),
        (NO_STEP, 9, CodeAccepted(9)),
        (NO_STEP, 10, WRONG),
        (4, 4, USED),
        (4, 0, USED),
        (4, 5, CodeAccepted(5)),
        (4, 14, CodeAccepted(14)),
        (4, 15, WRONG),
        (40, 31, USED),
        (40, 30, WRONG),
    ],
)
def test_a_counter_only_goes_up(last: int, counter: int, verdict: CodeAccepted | Refused) -> None:
    """Of the next ten presses each is right, of the last ten each is used, and any other is wrong."""
    assert codes.verify_key(counting(last), press(counter), NOON) == verdict


def test_presses_are_those_of_rfc_4226_appendix_d() -> None:
    """A new token shows the published codes one after the other, and each opens the door once."""
    one, verdicts = counting(), []
    for shown in PRESSES:
        verdict = codes.verify_key(one, shown, NOON)
        assert isinstance(verdict, CodeAccepted)
        verdicts.append(verdict.step)
        one = codes.succeeded(one, verdict, NOON)

    assert verdicts == list(range(10))
    assert one.offset_steps == 0


def test_a_code_of_two_counters_is_accepted_once() -> None:
    """Where one code comes twice within the window, the later press is remembered, so that neither works again."""
    twice = next(n for n in range(10_000_000) if press(n) == press(n + 3))
    one = counting(twice - 1)

    accepted = codes.verify_key(one, press(twice), NOON)

    assert accepted == CodeAccepted(twice + 3)
    assert codes.verify_key(codes.succeeded(one, CodeAccepted(twice + 3), NOON), press(twice), NOON) == USED


@pytest.mark.parametrize(
    ("offset", "steps", "verdict"),
    [
        (0, 0, CodeAccepted(NOON_STEP)),
        (40, 0, WRONG),
        (40, 39, CodeAccepted(NOON_STEP + 39)),
        (-40, -41, CodeAccepted(NOON_STEP - 41)),
    ],
)
def test_a_known_offset_moves_the_window(offset: int, steps: int, verdict: CodeAccepted | Refused) -> None:
    """A token whose clock is known to be wrong is accepted one step either side of where it is, and nowhere else."""
    assert codes.verify_key(ticking(offset=offset), code_at(NOON + steps * STEP), NOON) == verdict


@pytest.mark.parametrize(("steps", "offset"), [(-1, 39), (0, 40), (1, 41)])
def test_the_drift_of_a_token_is_followed(steps: int, offset: int) -> None:
    """Each code says anew how wrong the token's clock is: RFC 6238 section 6."""
    accepted = CodeAccepted(NOON_STEP + 40 + steps)

    assert codes.succeeded(ticking(offset=40), accepted, NOON).offset_steps == offset


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_drift_of_an_app_is_not_followed(steps: int) -> None:
    """A phone's clock can be set, and a code typed late says nothing about it."""
    assert codes.succeeded(key(), CodeAccepted(NOON_STEP + steps), NOON).offset_steps == 0


@pytest.mark.parametrize(("late", "verdict"), [(-1, CodeAccepted(NOON_STEP)), (0, None), (1, None)])
def test_an_expired_token_has_no_right_code(late: int, verdict: CodeAccepted | None) -> None:
    """Its time is over at the instant itself: RFC 6030 section 5."""
    one = replace(ticking(), expires_at=NOON + timedelta(seconds=-late))

    found = codes.verify_key(one, code_at(NOON), NOON)

    assert found == (verdict or Refused("otp.wrong", cause="the hardware token has expired"))


@pytest.mark.parametrize("ahead", [10, 11, 500, 998])
def test_two_presses_in_a_row_find_a_counter_far_ahead(ahead: int) -> None:
    """The next press works; both of those that were given are used up: RFC 4226 section 7.4."""
    found = clock_errors.resynchronise(
        replace(counting(0), consecutive_failures=9), (press(ahead), press(ahead + 1)), NOON, 0
    )

    assert isinstance(found, OtpKey)
    assert (found.last_step, found.consecutive_failures, found.last_used_at) == (ahead + 1, 0, NOON)
    assert codes.verify_key(found, press(ahead + 1), NOON) == USED
    assert codes.verify_key(found, press(ahead + 2), NOON) == CodeAccepted(ahead + 2)


@pytest.mark.parametrize(
    ("last", "one", "two"),
    [(0, 1_001, 1_002), (0, 20, 22), (0, 21, 20), (0, 20, 20), (20, 20, 21), (20, 3, 4)],
)
def test_other_presses_find_nothing(last: int, one: int, two: int) -> None:
    """Beyond the window, not in a row, the wrong way round, the same one twice, used: all wrong."""
    assert clock_errors.resynchronise(counting(last), (press(one), press(two)), NOON, 0) == WRONG


@pytest.mark.parametrize(("minutes", "reach"), [(-10, 600), (4, 600), (9, 600), (-1_440, 86_400), (720, 86_400)])
def test_two_codes_in_a_row_find_a_wrong_clock(minutes: int, reach: int) -> None:
    """The offset is kept, and the codes that follow work; those that were given do not."""
    shown = NOON + timedelta(minutes=minutes)

    found = clock_errors.resynchronise(ticking(5), (code_at(shown), code_at(shown + STEP)), NOON, reach)

    assert isinstance(found, OtpKey)
    assert (found.offset_steps, found.last_step) == (minutes * 2 + 1, NOON_STEP + minutes * 2 + 1)
    later = NOON + STEP
    assert codes.verify_key(found, code_at(shown + STEP), later) == USED
    assert codes.verify_key(found, code_at(shown + 2 * STEP), later) == CodeAccepted(found.last_step + 1)


@pytest.mark.parametrize(
    ("last", "minutes", "reach"),
    [(5, 11, 600), (5, -11, 600), (5, -1_441, 86_400), (NOON_STEP - 7, -4, 600), (NOON_STEP - 8, -4, 600)],
)
def test_a_clock_beyond_reach_or_codes_that_were_used_find_nothing(last: int, minutes: int, reach: int) -> None:
    """Nobody makes an old code work again by moving the token's clock back."""
    shown = NOON + timedelta(minutes=minutes)

    assert clock_errors.resynchronise(ticking(last), (code_at(shown), code_at(shown + STEP)), NOON, reach) == WRONG


def test_a_spent_step_does_not_resynchronise() -> None:
    """A code that a wrong clock has shown before is used up (KEY-15)."""
    one = replace(ticking(5), spent_steps=frozenset({NOON_STEP + 9}))

    assert clock_errors.resynchronise(one, (code_at(NOON + 8 * STEP), code_at(NOON + 9 * STEP)), NOON, 600) == WRONG


def test_a_token_of_a_minute_is_found_by_its_own_steps() -> None:
    """Ten minutes are ten of its steps."""
    one, middle = ticking(period=60), codes.step_at(NOON, 60)

    found = clock_errors.resynchronise(one, (press(middle - 10), press(middle - 9)), NOON, 600)

    assert isinstance(found, OtpKey)
    assert found.offset_steps == -9
    assert clock_errors.resynchronise(one, (press(middle - 11), press(middle - 10)), NOON, 600) == WRONG


def test_an_expired_token_is_not_resynchronised() -> None:
    """It would not work afterwards either."""
    found = clock_errors.resynchronise(ENDED, (code_at(NOON), code_at(NOON + STEP)), NOON, 600)

    assert found == Refused("tokens.expired", {"at": "2026-11-22T12:00:00Z"})


def test_two_wrong_presses_in_a_row_tell_a_counter_ahead() -> None:
    """The offset is how many presses were lost."""
    found = clock_errors.counter_error(counting(3), WrongCode(press(20), NOON), WrongCode(press(21), NOON + STEP))

    assert found == ClockError(17, (20, 21))


@pytest.mark.parametrize(("one", "two"), [(20, 22), (20, 20), (2_000, 2_001)])
def test_other_wrong_presses_tell_nothing(one: int, two: int) -> None:
    """They are two wrong codes."""
    assert clock_errors.counter_error(counting(3), WrongCode(press(one), NOON), WrongCode(press(two), NOON)) is None


def test_a_clock_is_no_counter_and_a_counter_no_clock() -> None:
    """Each error is looked for where it can be."""
    later = NOON + STEP
    presses = WrongCode(press(20), NOON), WrongCode(press(21), later)

    assert clock_errors.counter_error(ticking(), *presses) is None
    assert clock_errors.clock_error(counting(3), *presses) is None


def test_the_clock_of_a_token_is_allowed_for() -> None:
    """Both steps are spent, and the codes that its clock shows next are right (KEY-15)."""
    later = NOON + STEP
    error = clock_errors.clock_error(ticking(5), wrong(NOON + 8 * STEP, NOON), wrong(later + 8 * STEP, later))
    assert error is not None

    after = clock_errors.spend(ticking(5), error, later)

    assert (after.last_step, after.offset_steps, after.clock_error_steps) == (NOON_STEP + 9, 8, None)
    assert codes.verify_key(after, code_at(NOON + 10 * STEP), NOON + 2 * STEP) == CodeAccepted(NOON_STEP + 10)


def test_a_counter_far_ahead_is_put_in_step() -> None:
    """Both presses are spent, and the next one is right; a counter has no offset."""
    after = clock_errors.spend(counting(3), ClockError(17, (20, 21)), NOON)

    assert (after.last_step, after.offset_steps) == (21, 0)


def test_used_codes_of_a_token_tell_nothing_of_its_clock() -> None:
    """Whoever has looked over a shoulder cannot move the clock back to codes that were accepted."""
    later = NOON + STEP
    old = wrong(NOON - 8 * STEP, NOON), wrong(later - 8 * STEP, later)

    assert clock_errors.clock_error(ticking(NOON_STEP - 8), *old) is None
    assert clock_errors.clock_error(ticking(NOON_STEP - 9), *old) == ClockError(-8, (NOON_STEP - 8, NOON_STEP - 7))


@pytest.mark.parametrize(
    ("last", "parameters", "offset", "jumped"),
    [
        (NOON_STEP + 3, OtpParameters(MovingFactor.TOTP), 0, True),
        (NOON_STEP + 3, OtpParameters(MovingFactor.TOTP), 1, False),
        (NOON_STEP, OtpParameters(MovingFactor.TOTP, period=60), 0, True),
        (NOON_STEP // 2, OtpParameters(MovingFactor.TOTP, period=60), 0, False),
        (NOON_STEP * 9, BY_COUNTER, 0, False),
    ],
)
def test_a_jump_is_seen_by_the_keys_own_clock(
    last: int, parameters: OtpParameters, offset: int, *, jumped: bool
) -> None:
    """A known offset is no jump, and a counter cannot jump."""
    assert clock_errors.clock_jumped(last, NOON, parameters, offset) is jumped


def test_minutes_are_counted_by_the_keys_own_steps() -> None:
    """Four steps of a minute are four minutes."""
    assert clock_errors.clock_minutes(-4, 60) == -4
