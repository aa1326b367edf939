"""Judging one-time codes by time (RFC 6238) and by counter (RFC 4226).

Two laws. A code is never compared without the memory of the steps that are used up: the memory is part of the
signature. Nothing here reads the clock or draws chance: both are arguments.
"""

import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from doorward.features.otp.model import CodeAccepted, OtpKey
from doorward.features.tokens.rules.memory import with_recent
from doorward.kernel.otp_parameters import Algorithm, MovingFactor
from doorward.kernel.outcome import Refused
from doorward.kernel.time import EPOCH

DIGITS = 6
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a clock may be early or late (KEY-9)."""
LOOK_AHEAD = 10
"""How many presses of a counting token may have been lost between two sign-ins: RFC 4226 section 7.4, "s"."""
WORN_OUT_AFTER = 100
"""How many wrong codes without one success end a key: NIST SP 800-63B-4 section 3.2.2 (LOCK-14)."""


def parse_code(text: str) -> str | None:
    """Read six ASCII digits; None for everything else, spaces and digits of other scripts included (KEY-9)."""
    return text if len(text) == DIGITS and text.isascii() and text.isdigit() else None


def step_at(instant: datetime, period: int = STEP_SECONDS) -> int:
    """Return the number of an instant's interval of `period` seconds: RFC 6238 section 4.2, with T0 = 0."""
    return (instant - EPOCH) // timedelta(seconds=period)


def hotp(secret: bytes, counter: int, algorithm: Algorithm = Algorithm.SHA1) -> str:
    """Make the six digits of a counter: RFC 4226 section 5.3, with a counter of 64 bits and RFC 6238's hashes."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), algorithm.lower())
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def verify(secret: bytes, given: str, last_step: int, now: datetime, *, drift: int = DRIFT) -> CodeAccepted | Refused:
    """Decide whether an app's code of six ASCII digits opens the door now; refuse with `otp.wrong` or `otp.used`.

    A step at or before `last_step` is never accepted again: RFC 6238 section 5.2 forbids a second use, and remembering
    the step instead of the code also covers a code that is still inside the window.
    """
    middle = step_at(now)
    return _judged(steps_of(secret, given, from_zero(middle - drift, middle + drift)), last_step)


def verify_key(key: OtpKey, given: str, now: datetime) -> CodeAccepted | Refused:
    """Decide like `verify`, with all that the key remembers: its last step and the spent ones (KEY-9, KEY-15).

    A key by counter also finds the codes just behind its last one, so that whoever types one again hears that it was
    used. Of several steps whose code this is, the latest is remembered: none of them is accepted again. An expired
    token has no right code.
    """
    if key.expires_at is not None and now >= key.expires_at:
        return Refused("otp.wrong", cause="the hardware token has expired")
    right = steps_of(key.secret, given, _window(key, now), key.parameters.algorithm)
    verdict = _judged(right, key.last_step)
    if isinstance(verdict, CodeAccepted) and verdict.step in key.spent_steps:
        return Refused("otp.used")
    return verdict


def succeeded(key: OtpKey, accepted: CodeAccepted, now: datetime) -> OtpKey:
    """Remember an accepted step: no earlier one will do, and the failures in a row are over.

    A hardware token's clock cannot be set, so that its drift is followed from code to code: RFC 6238 section 6.
    """
    follows = key.token is not None and key.parameters.motion is MovingFactor.TOTP
    return replace(
        key,
        last_step=accepted.step,
        spent_steps=frozenset(step for step in key.spent_steps if step > accepted.step),
        consecutive_failures=0,
        last_used_at=now,
        clock_error_steps=None,
        clock_error_seen_at=None,
        offset_steps=accepted.step - step_at(now, key.parameters.period) if follows else key.offset_steps,
        recent_steps=with_recent(key.recent_steps, key.last_step, accepted.step) if follows else key.recent_steps,
    )


def failed(key: OtpKey) -> OtpKey:
    """Count a wrong code on the key itself; a used one is no failure (KEY-9, LOCK-14)."""
    return replace(key, consecutive_failures=key.consecutive_failures + 1)


def worn_out(consecutive_failures: int) -> bool:
    """Return whether a key has been guessed at too often without one success (LOCK-14)."""
    return consecutive_failures >= WORN_OUT_AFTER


def steps_of(secret: bytes, code: str, steps: Iterable[int], algorithm: Algorithm = Algorithm.SHA1) -> list[int]:
    """Find the steps whose code this is, comparing in constant time and with all of them."""
    return [step for step in steps if hmac.compare_digest(hotp(secret, step, algorithm), code)]


def from_zero(first: int, last: int) -> range:
    """Return the steps from one to another; there are none before the first."""
    return range(max(0, first), last + 1)


def _judged(right: list[int], last_step: int) -> CodeAccepted | Refused:
    if not right:
        return Refused("otp.wrong")
    return Refused("otp.used") if right[-1] <= last_step else CodeAccepted(right[-1])


def _window(key: OtpKey, now: datetime) -> range:
    """Return which steps a code given now may belong to."""
    if key.parameters.motion is MovingFactor.HOTP:
        return from_zero(key.last_step + 1 - LOOK_AHEAD, key.last_step + LOOK_AHEAD)
    middle = step_at(now, key.parameters.period) + key.offset_steps
    return from_zero(middle - DRIFT, middle + DRIFT)
