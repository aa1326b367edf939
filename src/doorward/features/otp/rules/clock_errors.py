"""Clocks that are wrong, and tokens that are out of step: finding them, allowing for them (KEY-9, KEY-15)."""

from dataclasses import replace
from datetime import datetime
from itertools import product

from doorward.features.otp.model import ClockError, OtpKey, WrongCode
from doorward.features.otp.rules.codes import DRIFT, STEP_SECONDS, from_zero, step_at, steps_of
from doorward.features.tokens.rules.memory import used_up, with_recent
from doorward.kernel.otp_parameters import APP, MovingFactor, OtpParameters
from doorward.kernel.outcome import Refused
from doorward.kernel.time import rfc3339

CLOCK_ERROR_SECONDS = 600
"""How far a wrong clock is looked for: 10 minutes either way (KEY-15)."""
RESYNC_AHEAD = 1_000
"""How far ahead a counting token is looked for by two codes in a row: RFC 4226 section 7.4."""
RESYNC_SECONDS = 86_400
"""How far an operator looks for a token whose clock is off: a day either way."""


def clock_error(key: OtpKey, earlier: WrongCode, later: WrongCode) -> ClockError | None:
    """Find out whether two successive wrong codes come from a clock that is up to 10 minutes wrong (KEY-15).

    Both codes must belong to different steps, in order. Their offsets may differ by one step, for a clock that is wrong
    by 255 seconds is at times eight steps away and at times nine. A token's, to be allowed for, must be unused.
    """
    if key.parameters.motion is not MovingFactor.TOTP:
        return None
    period = key.parameters.period
    first, second = step_at(earlier.at, period), step_at(later.at, period)
    pairs = product(
        steps_of(key.secret, earlier.code, _near(key, first), key.parameters.algorithm),
        steps_of(key.secret, later.code, _near(key, second), key.parameters.algorithm),
    )
    for one, two in pairs:
        offset = two - second
        unused = key.token is None or one > key.last_step
        if one < two and abs(one - first - offset) <= 1 and unused:
            return ClockError(offset, (one, two))
    return None


def counter_error(key: OtpKey, earlier: WrongCode, later: WrongCode) -> ClockError | None:
    """Find two successive wrong codes as two presses of a token far ahead (RFC 4226 section 7.4); tell how many."""
    found = None if key.parameters.motion is MovingFactor.TOTP else _pair(key, (earlier.code, later.code), _ahead(key))
    return None if found is None else ClockError(found - 1 - key.last_step, (found - 1, found))


def spend(key: OtpKey, error: ClockError, now: datetime) -> OtpKey:
    """Remember a clock error: both of its steps are spent (KEY-15).

    Steps that have passed only raise the last step. Those to come are kept one by one, for a last step in the future
    would shut out whoever puts the clock right. A token's cannot be put right: it is allowed for.
    """
    if key.token is not None:
        return _in_step(key, error.spent[1], error.offset)
    passed = [step for step in error.spent if step < step_at(now) - DRIFT]
    last_step = max(key.last_step, *passed) if passed else key.last_step
    spent = key.spent_steps.union(error.spent)
    return replace(
        key,
        last_step=last_step,
        spent_steps=frozenset(step for step in spent if step > last_step),
        clock_error_steps=error.offset,
        clock_error_seen_at=now,
    )


def resynchronise(key: OtpKey, codes: tuple[str, str], now: datetime, reach: int) -> OtpKey | Refused:
    """Find a token by two codes in a row, up to `reach` seconds off its clock or far ahead of its counter.

    RFC 4226 section 7.4 and RFC 6238 section 6. Neither code may have been used, both are used up now; refuse with
    `otp.wrong`.
    """
    if key.expires_at is not None and now >= key.expires_at:
        return Refused("tokens.expired", {"at": rfc3339(key.expires_at)})
    key = mended(key, now)
    middle = step_at(now, key.parameters.period)
    by_time = key.parameters.motion is MovingFactor.TOTP
    found = _pair(key, codes, _near(key, middle, reach) if by_time else _ahead(key))
    if found is None:
        return Refused("otp.wrong")
    return replace(_in_step(key, found, found - middle), consecutive_failures=0, last_used_at=now)


def clock_minutes(offset: int, period: int = STEP_SECONDS) -> int:
    """Return by how many whole minutes a clock is wrong; negative when it is slow (KEY-15)."""
    return offset_minutes(offset, period) or (-1 if offset < 0 else 1)


def offset_minutes(offset: int, period: int) -> int:
    """Round an offset to minutes; less than half a minute is none."""
    minutes = (abs(offset) * period + 30) // 60
    return -minutes if offset < 0 else minutes


def clock_jumped(last_step: int, now: datetime, parameters: OtpParameters = APP, offset_steps: int = 0) -> bool:
    """Return whether a remembered step lies further ahead than any code accepted now could; Reset mends it (KEY-9)."""
    return parameters.motion is MovingFactor.TOTP and last_step > present(now, parameters, offset_steps)


def present(now: datetime, parameters: OtpParameters, offset_steps: int) -> int:
    """Return the latest step that a code accepted by now can belong to."""
    return step_at(now, parameters.period) + offset_steps + 2 * DRIFT


def mended(key: OtpKey, now: datetime) -> OtpKey:
    """Let a hardware token go on after a clock that jumped, as far as it is known what was used up (KEY-9)."""
    last_step, spent = used_up(key.last_step, key.recent_steps, present(now, key.parameters, key.offset_steps))
    return replace(key, last_step=last_step, spent_steps=key.spent_steps | spent) if spent else key


def _near(key: OtpKey, step: int, seconds: int = CLOCK_ERROR_SECONDS) -> range:
    """Return which steps lie within `seconds` of where the key's clock is thought to be."""
    middle, reach = step + key.offset_steps, seconds // key.parameters.period
    return from_zero(middle - reach, middle + reach)


def _ahead(key: OtpKey) -> range:
    return from_zero(key.last_step + 1, key.last_step + RESYNC_AHEAD)


def _pair(key: OtpKey, codes: tuple[str, str], steps: range) -> int | None:
    """Find two steps in a row, both of them unused, whose codes these are; give the later one."""
    firsts = steps_of(key.secret, codes[0], steps, key.parameters.algorithm)
    seconds = steps_of(key.secret, codes[1], [step + 1 for step in firsts], key.parameters.algorithm)
    unused = [step for step in seconds if step - 1 > key.last_step and not {step - 1, step} & key.spent_steps]
    return max(unused, default=None)


def _in_step(key: OtpKey, last_step: int, offset: int) -> OtpKey:
    """Put a token in step: from now on its clock is thought to be that wrong, and nothing before is accepted."""
    last_step = max(key.last_step, last_step)
    return replace(
        key,
        last_step=last_step,
        spent_steps=frozenset(step for step in key.spent_steps if step > last_step),
        clock_error_steps=None,
        clock_error_seen_at=None,
        offset_steps=offset if key.parameters.motion is MovingFactor.TOTP else 0,
        recent_steps=with_recent(key.recent_steps, key.last_step, last_step - 1, last_step),
    )
