"""Facts and outcomes of secret keys."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from doorward.features.tokens.model import Token
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.otp_parameters import APP, OtpParameters

NO_STEP = -1
"""The last step of a key that has accepted none yet."""


@dataclass(frozen=True, slots=True)
class OtpKey:
    """An account's secret key with what it remembers."""

    account: AccountId
    id: UUID
    secret: bytes = field(repr=False)
    last_step: int
    """The highest step that this key has accepted; a new key starts with its set-up step (KEY-9).

    Of a key that goes by a counter it is the counter; what is said of steps holds for counters as well.
    """
    confirmed_at: datetime
    spent_steps: frozenset[int] = frozenset()
    """Steps after the last one that are never accepted either: a wrong clock showed their codes (KEY-15)."""
    consecutive_failures: int = 0
    """Wrong codes without one success between them; an unlock leaves them (LOCK-14)."""
    last_used_at: datetime | None = None
    disabled_at: datetime | None = None
    clock_error_steps: int | None = None
    """By how many steps the person's clock was found wrong; negative when it is slow."""
    clock_error_seen_at: datetime | None = None
    parameters: OtpParameters = APP
    offset_steps: int = 0
    """By how many steps a hardware token's clock is known to be wrong, and allowed for; negative when it is slow."""
    token: UUID | None = None
    """The hardware token whose key it is; None for an app's."""
    recent_steps: tuple[int, ...] = ()
    """The latest steps that a hardware token with a clock has accepted, in order; see `tokens.rules.memory` (KEY-9)."""
    expires_at: datetime | None = None
    """From when on no code of a hardware token is right any more (RFC 6030 section 5, ExpiryDate)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A key that a session is setting up in place of the present one, until it is saved (KEY-2)."""

    account: AccountId
    session: SessionId
    secret: bytes = field(repr=False)
    made_at: datetime
    confirmed_step: int | None = None


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """The code opens the door, and this is the step (or the counter) to remember with it."""

    step: int


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A code that was refused as wrong, and when it was given."""

    code: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockError:
    """Two wrong codes tell the same story: the clock they came from is off by some steps (KEY-15)."""

    offset: int
    """Negative when that clock is slow."""
    spent: tuple[int, int]
    """The steps of the two codes, which are never accepted any more."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """What two wrong codes of one sign-in have shown: a wrong clock, or a token that is in step again (KEY-15)."""

    clock_error_minutes: int | None
    """By how many minutes the clock of an app is wrong, for its owner to set; negative when it is slow."""
    token: UUID | None
    """The hardware token that is in step again."""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What operators see of a secret key: never the key (KEY-16)."""

    confirmed_at: datetime
    last_used_at: datetime | None
    clock_error_minutes: int | None
    """By how many minutes the person's clock is wrong; negative when it is slow (KEY-15)."""
    clock_jumped: bool
    """The remembered step lies far in the future (KEY-9)."""
    token: Token | None = None
    """The hardware token whose key it is."""
    token_offset_minutes: int = 0
    """By how many minutes the clock of that token is wrong, which is allowed for; negative when it is slow."""
