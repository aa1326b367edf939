"""Keys and codes for tests of the secret key."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorward.features.otp.model import NO_STEP, OtpKey, WrongCode
from doorward.features.otp.rules import codes
from doorward.kernel.ids import AccountId

RFC_SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOON_STEP = 59_844_960
STEP = timedelta(seconds=30)
ACCOUNT = AccountId(UUID("01900000-0000-7000-8000-000000000001"))


def key(last_step: int = NO_STEP, spent: frozenset[int] = frozenset(), failures: int = 0) -> OtpKey:
    """Make a key with the RFCs' secret."""
    return OtpKey(ACCOUNT, ACCOUNT, RFC_SECRET, last_step, NOON, spent, failures)


def code_at(instant: datetime) -> str:
    """Give the code that a right clock shows then."""
    return codes.hotp(RFC_SECRET, codes.step_at(instant))


def wrong(shown_at: datetime, given_at: datetime) -> WrongCode:
    """Give a code in the second instant that belongs to the first."""
    return WrongCode(code_at(shown_at), given_at)
