"""How a device makes its one-time codes of six digits: by time or by a counter, with which hash, how often.

Sources: RFC 4226 (HOTP), RFC 6238 (TOTP).
"""

from dataclasses import dataclass
from enum import StrEnum


class MovingFactor(StrEnum):
    """What moves a device on from one code to the next: RFC 4226 section 5.1, "moving factor"."""

    TOTP = "totp"
    """Time: each code belongs to the number of an interval since 1970."""
    HOTP = "hotp"
    """A counter: each press of the button makes the next code."""


class Algorithm(StrEnum):
    """The hash beneath the code: RFC 6238 section 1.2."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"


@dataclass(frozen=True, slots=True)
class OtpParameters:
    """All that two sides must agree on beside the secret."""

    motion: MovingFactor
    algorithm: Algorithm = Algorithm.SHA1
    period: int = 30
    """How many seconds a code by time lasts; of no meaning where a counter moves the device."""


APP = OtpParameters(MovingFactor.TOTP)
"""What every authenticator app makes (KEY-14)."""
