"""Which token may be handed out or retired, and what a name in the inventory may be."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from doorward.features.tokens.model import NewToken, Token, TokenState
from doorward.kernel.ids import AccountId
from doorward.kernel.lines import LineError
from doorward.kernel.names import canonical, fits
from doorward.kernel.otp_parameters import Algorithm
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls
from doorward.kernel.time import rfc3339

LEAST_SEED_BYTES = 16
"""128 bits: RFC 4226 section 4, R6."""
MOST_SEED_BYTES = 128
PERIODS = (30, 60)
MOST_COUNTER = 2**62
"""Counters have 64 bits (RFC 4226 section 5.1); no token comes near."""
MOST_OFFSET = timedelta(days=365)


def may_assign(token: Token, account: AccountId, now: datetime) -> Refused | None:
    """Refuse to hand out a token that somebody else holds, that is retired, or that is outside its dates.

    Whoever holds it may be given it anew: after a hundred wrong codes only that helps (LOCK-14).
    """
    if token.state is TokenState.ASSIGNED and token.account != account:
        return Refused("tokens.taken", {"serial": token.serial})
    if token.state is TokenState.RETIRED:
        return Refused("tokens.retired", {"serial": token.serial})
    if token.starts_at is not None and now < token.starts_at:
        return Refused("tokens.not_yet", {"at": rfc3339(token.starts_at)})
    if token.expires_at is not None and token.expires_at <= now:
        return Refused("tokens.expired", {"at": rfc3339(token.expires_at)})
    return None


def may_retire(token: Token) -> Refused | None:
    """Refuse to retire a token that somebody signs in with, or that is retired."""
    if token.state is TokenState.ASSIGNED:
        return Refused("tokens.taken", {"serial": token.serial})
    return Refused("tokens.retired", {"serial": token.serial}) if token.state is TokenState.RETIRED else None


def judge_name(text: str, *, needed: bool) -> Refused | None:
    """Refuse a serial number, maker or model that cannot be kept or told apart."""
    if needed and not canonical(text):
        return Refused("tokens.malformed", {"why": "it is empty"})
    if not fits(text) or has_controls(text):
        return Refused("tokens.malformed", {"why": "it is too long, or has control characters"})
    return None


def judge_seed(seed: bytes) -> Refused | None:
    """Refuse a seed of a length that no token has."""
    if len(seed) < LEAST_SEED_BYTES:
        return Refused("tokens.seed", {"why": "it is shorter than 128 bits"})
    return Refused("tokens.seed", {"why": "it is longer than seeds are"}) if len(seed) > MOST_SEED_BYTES else None


def read_algorithm(text: str) -> Algorithm | Refused:
    """Read the name of a hash, as RFC 6238 or a maker spells it."""
    named = text.strip().upper().replace("HMAC", "").replace("-", "").replace("_", "")
    if named not in set(Algorithm):
        return Refused("tokens.value", {"allowed": ", ".join(Algorithm)})
    return Algorithm(named)


def judge_period(period: int) -> Refused | None:
    """Refuse a period that no token has."""
    return None if period in PERIODS else Refused("tokens.value", {"allowed": ", ".join(map(str, PERIODS))})


def judge_digits(digits: str) -> Refused | None:
    """Refuse every length but six digits, which is what every door takes (KEY-9)."""
    return None if digits.strip() == "6" else Refused("tokens.digits", {"digits": digits.strip()[:10]})


def twins(tokens: Iterable[NewToken]) -> list[LineError]:
    """Find the lines whose serial number an earlier line of the same maker has."""
    seen: dict[tuple[str, str], int] = {}
    errors = []
    for token in tokens:
        first = seen.setdefault(identity(token.manufacturer, token.serial), token.line)
        if first != token.line:
            errors.append(LineError(token.line, "serial", Refused("tokens.twin", {"line": first})))
    return errors


def identity(manufacturer: str, serial: str) -> tuple[str, str]:
    """Return the one form of what a token is known by: its maker, and its number there."""
    return canonical(manufacturer), canonical(serial)
