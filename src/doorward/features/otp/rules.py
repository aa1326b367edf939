"""Time-based one-time codes: RFC 6238 over the HOTP of RFC 4226.

Two laws. A code is never compared without the memory of the steps that are used up: the memory is part of the
signature. Nothing here reads the clock or draws chance: both are arguments.
"""

import base64
import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from urllib.parse import quote, urlencode

from doorward.features.otp.model import Accepted, ClockError, OtpKey, WrongCode
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Entropy
from doorward.kernel.time import EPOCH

DIGITS = 6
STEP_SECONDS = 30
SECRET_BYTES = 20
"""160 bits, as RFC 4226 section 4 (R6) recommends."""
DRIFT = 1
"""Steps that a clock may be early or late (KEY-9)."""
CLOCK_ERROR_STEPS = 20
"""How far a wrong clock is looked for: 10 minutes either way (KEY-15)."""
CANDIDATE_LIFETIME = timedelta(minutes=10)
"""How long a regenerated key waits to be saved (KEY-2)."""
WORN_OUT_AFTER = 100
"""So many wrong codes without one success end a key: NIST SP 800-63B-4 section 3.2.2 (LOCK-14)."""

_STEP = timedelta(seconds=STEP_SECONDS)
_GROUP = 4


def parse_code(text: str) -> str | None:
    """Read six ASCII digits; None for everything else, spaces and digits of other scripts included (KEY-9)."""
    return text if len(text) == DIGITS and text.isascii() and text.isdigit() else None


def step_at(instant: datetime) -> int:
    """Give the number of an instant's 30-second interval: RFC 6238 section 4.2, with T0 = 0."""
    return (instant - EPOCH) // _STEP


def hotp(secret: bytes, counter: int) -> str:
    """Make the six digits of a counter: RFC 4226 section 5.3, with a counter of 64 bits."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def verify(secret: bytes, given: str, last_step: int, now: datetime, *, drift: int = DRIFT) -> Accepted | Refused:
    """Decide whether a code of six ASCII digits opens the door now; refuse with `otp.wrong` or `otp.used`.

    A step at or before `last_step` is never accepted again: RFC 6238 section 5.2 forbids a second use, and remembering
    the step instead of the code also covers a code that is still inside the window.
    """
    right = _steps_of(secret, given, step_at(now), drift)
    if not right:
        return Refused("otp.wrong")
    if right[-1] <= last_step:
        return Refused("otp.used")
    return Accepted(right[-1])


def verify_key(key: OtpKey, given: str, now: datetime) -> Accepted | Refused:
    """Decide like `verify`, with all that the key remembers: its last step and the spent ones (KEY-9, KEY-15)."""
    verdict = verify(key.secret, given, key.last_step, now)
    if isinstance(verdict, Accepted) and verdict.step in key.spent_steps:
        return Refused("otp.used")
    return verdict


def succeeded(key: OtpKey, accepted: Accepted, now: datetime) -> OtpKey:
    """Remember an accepted step: no earlier one will do, and the failures in a row are over."""
    return replace(
        key,
        last_step=accepted.step,
        spent_steps=frozenset(step for step in key.spent_steps if step > accepted.step),
        consecutive_failures=0,
        last_used_at=now,
        clock_error_steps=None,
        clock_error_seen_at=None,
    )


def failed(key: OtpKey) -> OtpKey:
    """Count a wrong code on the key itself; a used one is no failure (KEY-9, LOCK-14)."""
    return replace(key, consecutive_failures=key.consecutive_failures + 1)


def worn_out(consecutive_failures: int) -> bool:
    """Tell whether a key has been guessed at too often without one success (LOCK-14)."""
    return consecutive_failures >= WORN_OUT_AFTER


def clock_error(secret: bytes, earlier: WrongCode, later: WrongCode) -> ClockError | None:
    """Find out whether two successive wrong codes come from a clock that is up to 10 minutes wrong (KEY-15).

    Both codes must belong to different steps, in order. Their offsets may differ by one step, for a clock that is
    wrong by four and a half minutes is at times eight steps away and at times nine.
    """
    first = step_at(earlier.at)
    second = step_at(later.at)
    pairs = product(
        _steps_of(secret, earlier.code, first, CLOCK_ERROR_STEPS),
        _steps_of(secret, later.code, second, CLOCK_ERROR_STEPS),
    )
    for one, two in pairs:
        offset = two - second
        if one < two and abs(one - first - offset) <= 1:
            return ClockError(offset, (one, two))
    return None


def spend(key: OtpKey, error: ClockError, now: datetime) -> OtpKey:
    """Remember a clock error: both of its steps are spent (KEY-15).

    Steps that have passed only raise the last step. Those still to come are kept one by one: a last step in the future
    would shut out whoever has just put the clock right.
    """
    opened = step_at(now) - DRIFT
    passed = [step for step in error.spent if step < opened]
    last_step = max(key.last_step, *passed) if passed else key.last_step
    spent = key.spent_steps.union(error.spent)
    return replace(
        key,
        last_step=last_step,
        spent_steps=frozenset(step for step in spent if step > last_step),
        clock_error_steps=error.offset,
        clock_error_seen_at=now,
    )


def clock_sentence(offset: int) -> str:
    """Tell a person what is wrong with the clock, in whole minutes (KEY-15)."""
    minutes = abs(clock_minutes(offset))
    unit = "minute" if minutes == 1 else "minutes"
    return f"Your device's clock is about {minutes} {unit} {'slow' if offset < 0 else 'fast'}."


def clock_minutes(offset: int) -> int:
    """Tell operators by how many whole minutes a clock is wrong; negative when it is slow (KEY-15)."""
    minutes = max(1, (abs(offset) * STEP_SECONDS + 30) // 60)
    return -minutes if offset < 0 else minutes


def clock_jumped(last_step: int, now: datetime) -> bool:
    """Tell whether a remembered step lies further ahead than any code accepted now could; Reset mends it (KEY-9)."""
    return last_step > step_at(now) + 2 * DRIFT


def new_secret(entropy: Entropy) -> bytes:
    """Draw a new secret key."""
    return entropy.bytes(SECRET_BYTES)


def base32(secret: bytes) -> str:
    """Spell a secret key in base32 without padding: RFC 4648 section 6, as apps expect it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def grouped(secret: bytes) -> str:
    """Spell a secret key for people who type it: base32 in groups of four (KEY-1)."""
    text = base32(secret)
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def otpauth_uri(secret: bytes, issuer: str, account: str) -> str:
    """Write the address behind the QR code: plain SHA-1, six digits, 30 seconds, which every app can read (KEY-14).

    Apps split the label at its first colon, even at an encoded one; so the issuer loses its colons.
    """
    name = issuer.replace(":", " ")
    label = f"{quote(name, safe='')}:{quote(account, safe='')}"
    parameters = {
        "secret": base32(secret),
        "issuer": name,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote, safe='')}"


def _steps_of(secret: bytes, code: str, middle: int, reach: int) -> list[int]:
    """Find the steps around one whose code this is, comparing in constant time and with all of them."""
    around = range(max(0, middle - reach), middle + reach + 1)
    return [step for step in around if hmac.compare_digest(hotp(secret, step), code)]
