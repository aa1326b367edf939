"""A line of CSV as a token: which columns there are, and what may stand in them."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from doorward.features.tokens.model import NewToken
from doorward.features.tokens.rules.inventory import (
    MOST_COUNTER,
    judge_digits,
    judge_name,
    judge_period,
    judge_seed,
    read_algorithm,
)
from doorward.kernel.lines import Line, LineError
from doorward.kernel.otp_parameters import MovingFactor, OtpParameters
from doorward.kernel.outcome import Refused

A = TypeVar("A")

SEEDS = ("secret", "seed_hex", "secret_base32")
"""The columns that a seed can stand in; `secret` goes with `encoding`."""
COLUMNS = (
    "serial", *SEEDS, "encoding", "kind", "digits", "algorithm", "period", "counter", "manufacturer", "model",
    "start_date", "expiry_date",
)  # fmt: skip
_DEFAULTS = {"kind": "totp", "digits": "6", "algorithm": "SHA1", "period": "30", "counter": "0"}
_ENCODINGS = ("hex", "base32")
_LONGEST = 1_000


def judge_columns(columns: Sequence[str]) -> list[LineError]:
    """Refuse a header with unknown or doubled columns, without serial numbers, or without exactly one for seeds."""
    errors = [
        LineError(1, name[:60], Refused("request.unknown_field", {"field": name[:60]}))
        for name in columns
        if name not in COLUMNS
    ]
    if len(set(columns)) != len(columns):
        errors.append(LineError(1, "", malformed("a column comes twice")))
    if "serial" not in columns:
        errors.append(LineError(1, "serial", malformed("there is no column for the serial number")))
    given = [name for name in SEEDS if name in columns]
    if len(given) != 1:
        errors.append(LineError(1, "secret", malformed("it has one column for the seed: " + ", ".join(SEEDS))))
    if ("encoding" in columns) != (given == ["secret"]):
        errors.append(LineError(1, "encoding", malformed("the columns secret and encoding go together")))
    return errors


def judge_line(line: Line) -> NewToken | list[LineError]:
    """Read a token from a line, or say all that is wrong with it."""
    reading = _Reading(line)
    serial = reading.take("serial", lambda text: judge_name(text, needed=True) or text)
    manufacturer = reading.take("manufacturer", lambda text: judge_name(text, needed=False) or text)
    model = reading.take("model", lambda text: judge_name(text, needed=False) or text)
    seed = reading.take(reading.seed_column, lambda text: _seed(text, reading.encoding))
    motion = reading.take("kind", _motion)
    reading.take("digits", lambda text: judge_digits(text) or text)
    period = reading.take("period", _period)
    algorithm = reading.take("algorithm", read_algorithm)
    counter = reading.take("counter", _number)
    starts_at, expires_at = reading.take("start_date", read_date), reading.take("expiry_date", read_date)
    if not (serial and seed and motion and period and algorithm) or counter is None or reading.errors:
        return reading.errors
    return NewToken(
        line=line.number,
        manufacturer=manufacturer or "",
        serial=serial,
        model=model or "",
        parameters=OtpParameters(motion, algorithm, period),
        seed=seed,
        last_step=counter - 1 if motion is MovingFactor.HOTP else -1,
        starts_at=starts_at,
        expires_at=expires_at,
    )


def read_date(text: str) -> datetime | Refused | None:
    """Read a date or an instant of ISO 8601, in UTC where it names no zone; nothing where it is empty."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return Refused("tokens.malformed", {"why": "it is no date such as 2028-12-31"})
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def read_seed(text: str, encoding: str) -> bytes | Refused:
    """Read a seed as hexadecimal digits or as base32 (RFC 4648), in groups or not, in either case."""
    symbols = text.translate(str.maketrans("", "", " -\t"))
    if len(symbols) > _LONGEST or not symbols.isascii():
        return Refused("tokens.seed", {"why": f"it is no {encoding}"})
    try:
        if encoding == "hex":
            return bytes.fromhex(symbols)
        bare = symbols.upper().rstrip("=")
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except ValueError:
        return Refused("tokens.seed", {"why": f"it is no {encoding}"})


def malformed(why: str) -> Refused:
    """Refuse what cannot be read."""
    return Refused("tokens.malformed", {"why": why})


class _Reading:
    """Reads a line column by column, and gathers what is wrong."""

    def __init__(self, line: Line) -> None:
        """Begin with the first column."""
        self._line = line
        self._values: Mapping[str, str] = {name: text.strip() for name, text in line.values.items()}
        self.errors: list[LineError] = []
        self.seed_column = next((name for name in SEEDS if name in self._values), "secret")

    @property
    def encoding(self) -> str:
        """Return how the seed is written: the column's name tells, or a column of its own."""
        by_name = self.seed_column.partition("_")[2]
        return by_name or self._values.get("encoding", "").lower()

    def take(self, column: str, read: Callable[[str], A | Refused]) -> A | None:
        """Read one column; what is not given has its usual value."""
        found = read(self._values.get(column, "") or _DEFAULTS.get(column, ""))
        if isinstance(found, Refused):
            self.errors.append(LineError(self._line.number, column, found))
            return None
        return found


def _seed(text: str, encoding: str) -> bytes | Refused:
    if encoding not in _ENCODINGS:
        return Refused("tokens.value", {"allowed": ", ".join(_ENCODINGS)})
    seed = read_seed(text, encoding)
    return seed if isinstance(seed, Refused) else judge_seed(seed) or seed


def _motion(text: str) -> MovingFactor | Refused:
    return (
        MovingFactor(text.lower())
        if text.lower() in set(MovingFactor)
        else Refused("tokens.value", {"allowed": "totp, hotp"})
    )


def _period(text: str) -> int | Refused:
    period = _number(text)
    return period if isinstance(period, Refused) else judge_period(period) or period


def _number(text: str) -> int | Refused:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_COUNTER)) or int(text) > MOST_COUNTER:
        return Refused("tokens.malformed", {"why": "it is no number"})
    return int(text)
