"""One-time codes by time (RFC 6238) and by counter (RFC 4226).

Two laws. A code is never compared without the memory of the steps that are used up: the memory is part of the
signature. Nothing here reads the clock or draws chance: both are arguments.
"""

import base64
import hmac
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from urllib.parse import quote, urlencode

from doorward.features.otp.model import Accepted, ClockError, OtpKey, WrongCode
from doorward.features.tokens.rules.memory import used_up, with_recent
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Entropy
from doorward.kernel.recipes import APP, Algorithm, Motion, Recipe
from doorward.kernel.time import EPOCH, rfc3339

DIGITS = 6
STEP_SECONDS = 30
SECRET_BYTES = 20
"""160 bits, as RFC 4226 section 4 (R6) recommends."""
DRIFT = 1
"""Steps that a clock may be early or late (KEY-9)."""
CLOCK_ERROR_SECONDS = 600
"""How far a wrong clock is looked for: 10 minutes either way (KEY-15)."""
LOOK_AHEAD = 10
"""How many presses of a counting token may have been lost between two sign-ins: RFC 4226 section 7.4, "s"."""
RESYNC_AHEAD = 1_000
"""How far ahead a counting token is looked for by two codes in a row: RFC 4226 section 7.4."""
RESYNC_SECONDS = 86_400
"""How far an operator looks for a token whose clock is off: a day either way."""
CANDIDATE_LIFETIME = timedelta(minutes=10)
"""How long a regenerated key waits to be saved (KEY-2)."""
WORN_OUT_AFTER = 100
"""How many wrong codes without one success end a key: NIST SP 800-63B-4 section 3.2.2 (LOCK-14)."""


def parse_code(text: str) -> str | None:
    """Read six ASCII digits; None for everything else, spaces and digits of other scripts included (KEY-9)."""
    return text if len(text) == DIGITS and text.isascii() and text.isdigit() else None


def step_at(instant: datetime, period: int = STEP_SECONDS) -> int:
    """Give the number of an instant's interval of `period` seconds: RFC 6238 section 4.2, with T0 = 0."""
    return (instant - EPOCH) // timedelta(seconds=period)


def hotp(secret: bytes, counter: int, algorithm: Algorithm = Algorithm.SHA1) -> str:
    """Make the six digits of a counter: RFC 4226 section 5.3, with a counter of 64 bits and RFC 6238's hashes."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), algorithm.lower())
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def verify(secret: bytes, given: str, last_step: int, now: datetime, *, drift: int = DRIFT) -> Accepted | Refused:
    """Decide whether an app's code of six ASCII digits opens the door now; refuse with `otp.wrong` or `otp.used`.

    A step at or before `last_step` is never accepted again: RFC 6238 section 5.2 forbids a second use, and remembering
    the step instead of the code also covers a code that is still inside the window.
    """
    middle = step_at(now)
    return _judged(_those_of(secret, given, _from_zero(middle - drift, middle + drift)), last_step)


def verify_key(key: OtpKey, given: str, now: datetime) -> Accepted | Refused:
    """Decide like `verify`, with all that the key remembers: its last step and the spent ones (KEY-9, KEY-15).

    A key by counter also finds the codes just behind its last one, so that whoever types one again hears that it was
    used. Of several steps whose code this is, the latest is remembered: none of them is accepted again. An expired
    token has no right code.
    """
    if key.expires_at is not None and now >= key.expires_at:
        return Refused("otp.wrong", cause="the hardware token has expired")
    right = _those_of(key.secret, given, _window(key, now), key.recipe.algorithm)
    verdict = _judged(right, key.last_step)
    if isinstance(verdict, Accepted) and verdict.step in key.spent_steps:
        return Refused("otp.used")
    return verdict


def succeeded(key: OtpKey, accepted: Accepted, now: datetime) -> OtpKey:
    """Remember an accepted step: no earlier one will do, and the failures in a row are over.

    A hardware token's clock cannot be set, so that its drift is followed from code to code: RFC 6238 section 6.
    """
    follows = key.token is not None and key.recipe.motion is Motion.TOTP
    return replace(
        key,
        last_step=accepted.step,
        spent_steps=frozenset(step for step in key.spent_steps if step > accepted.step),
        consecutive_failures=0,
        last_used_at=now,
        clock_error_steps=None,
        clock_error_seen_at=None,
        offset_steps=accepted.step - step_at(now, key.recipe.period) if follows else key.offset_steps,
        recent_steps=with_recent(key.recent_steps, key.last_step, accepted.step) if follows else key.recent_steps,
    )


def failed(key: OtpKey) -> OtpKey:
    """Count a wrong code on the key itself; a used one is no failure (KEY-9, LOCK-14)."""
    return replace(key, consecutive_failures=key.consecutive_failures + 1)


def worn_out(consecutive_failures: int) -> bool:
    """Tell whether a key has been guessed at too often without one success (LOCK-14)."""
    return consecutive_failures >= WORN_OUT_AFTER


def clock_error(key: OtpKey, earlier: WrongCode, later: WrongCode) -> ClockError | None:
    """Find out whether two successive wrong codes come from a clock that is up to 10 minutes wrong (KEY-15).

    Both codes must belong to different steps, in order. Their offsets may differ by one step, for a clock that is wrong
    by 255 seconds is at times eight steps away and at times nine. A token's, to be allowed for, must be unused.
    """
    if key.recipe.motion is not Motion.TOTP:
        return None
    period = key.recipe.period
    first, second = step_at(earlier.at, period), step_at(later.at, period)
    pairs = product(
        _those_of(key.secret, earlier.code, _near(key, first), key.recipe.algorithm),
        _those_of(key.secret, later.code, _near(key, second), key.recipe.algorithm),
    )
    for one, two in pairs:
        offset = two - second
        unused = key.token is None or one > key.last_step
        if one < two and abs(one - first - offset) <= 1 and unused:
            return ClockError(offset, (one, two))
    return None


def counter_error(key: OtpKey, earlier: WrongCode, later: WrongCode) -> ClockError | None:
    """Find two successive wrong codes as two presses of a token far ahead (RFC 4226 section 7.4); tell how many."""
    found = None if key.recipe.motion is Motion.TOTP else _pair(key, (earlier.code, later.code), _ahead(key))
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
    middle = step_at(now, key.recipe.period)
    by_time = key.recipe.motion is Motion.TOTP
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


def clock_jumped(last_step: int, now: datetime, recipe: Recipe = APP, offset_steps: int = 0) -> bool:
    """Tell whether a remembered step lies further ahead than any code accepted now could; Reset mends it (KEY-9)."""
    return recipe.motion is Motion.TOTP and last_step > present(now, recipe, offset_steps)


def present(now: datetime, recipe: Recipe, offset_steps: int) -> int:
    """Give the latest step that a code accepted by now can belong to."""
    return step_at(now, recipe.period) + offset_steps + 2 * DRIFT


def mended(key: OtpKey, now: datetime) -> OtpKey:
    """Let a hardware token go on after a clock that jumped, as far as it is known what was used up (KEY-9)."""
    last_step, spent = used_up(key.last_step, key.recent_steps, present(now, key.recipe, key.offset_steps))
    return replace(key, last_step=last_step, spent_steps=key.spent_steps | spent) if spent else key


def new_secret(entropy: Entropy) -> bytes:
    """Draw a new secret key."""
    return entropy.bytes(SECRET_BYTES)


def base32(secret: bytes) -> str:
    """Spell a secret key in base32 without padding: RFC 4648 section 6, as apps expect it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


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


def _judged(right: list[int], last_step: int) -> Accepted | Refused:
    if not right:
        return Refused("otp.wrong")
    return Refused("otp.used") if right[-1] <= last_step else Accepted(right[-1])


def _window(key: OtpKey, now: datetime) -> range:
    """Say which steps a code given now may belong to."""
    if key.recipe.motion is Motion.HOTP:
        return _from_zero(key.last_step + 1 - LOOK_AHEAD, key.last_step + LOOK_AHEAD)
    middle = step_at(now, key.recipe.period) + key.offset_steps
    return _from_zero(middle - DRIFT, middle + DRIFT)


def _near(key: OtpKey, step: int, seconds: int = CLOCK_ERROR_SECONDS) -> range:
    """Say which steps lie within `seconds` of where the key's clock is thought to be."""
    middle, reach = step + key.offset_steps, seconds // key.recipe.period
    return _from_zero(middle - reach, middle + reach)


def _ahead(key: OtpKey) -> range:
    return _from_zero(key.last_step + 1, key.last_step + RESYNC_AHEAD)


def _from_zero(first: int, last: int) -> range:
    return range(max(0, first), last + 1)


def _pair(key: OtpKey, codes: tuple[str, str], steps: range) -> int | None:
    """Find two steps in a row, both of them unused, whose codes these are; give the later one."""
    firsts = _those_of(key.secret, codes[0], steps, key.recipe.algorithm)
    seconds = _those_of(key.secret, codes[1], [step + 1 for step in firsts], key.recipe.algorithm)
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
        offset_steps=offset if key.recipe.motion is Motion.TOTP else 0,
        recent_steps=with_recent(key.recent_steps, key.last_step, last_step - 1, last_step),
    )


def _those_of(secret: bytes, code: str, steps: Iterable[int], algorithm: Algorithm = Algorithm.SHA1) -> list[int]:
    """Find the steps whose code this is, comparing in constant time and with all of them."""
    return [step for step in steps if hmac.compare_digest(hotp(secret, step, algorithm), code)]
