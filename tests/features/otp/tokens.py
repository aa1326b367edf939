"""Keys of hardware tokens for tests."""

from dataclasses import replace
from uuid import UUID

from doorward.features.otp.model import NO_STEP, OtpKey
from doorward.features.otp.rules import codes
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters
from tests.features.otp.keys import RFC_SECRET, key

TOKEN = UUID(int=77)
BY_COUNTER = OtpParameters(MovingFactor.HOTP)
PRESSES = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
"""What a token with the RFCs' secret shows, press by press: RFC 4226 appendix D."""


def counting(last: int = NO_STEP) -> OtpKey:
    """Make the key of a token that counts."""
    return replace(key(last), parameters=BY_COUNTER, token=TOKEN)


def ticking(last: int = NO_STEP, offset: int = 0, period: int = 30) -> OtpKey:
    """Make the key of a token with a clock."""
    return replace(
        key(last), parameters=OtpParameters(MovingFactor.TOTP, period=period), token=TOKEN, offset_steps=offset
    )


def press(counter: int) -> str:
    """Give the code of a counter."""
    return codes.hotp(RFC_SECRET, counter, Algorithm.SHA1)
