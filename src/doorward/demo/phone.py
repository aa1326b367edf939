"""An authenticator app: RFC 6238 in ten lines, written again so that the server's own reading of it is not trusted."""

import base64
import hmac
from datetime import datetime

STEP_SECONDS = 30


def step_at(instant: datetime) -> int:
    """Return the number of the 30-second step of an instant: RFC 6238 section 4.2."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_of(secret_key: str, step: int) -> str:
    """Make the six digits of a step: RFC 6238 section 4, over RFC 4226 section 5.3."""
    key = base64.b32decode(secret_key + "=" * (-len(secret_key) % 8))
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"


class Phone:
    """One key in an app, and the step whose code was typed last: a code works once."""

    def __init__(self, secret_key: str) -> None:
        """Scan a key."""
        self.secret_key = secret_key
        self.typed_step = -1

    def free_step(self, now: datetime) -> int:
        """Return which step has the next code that was not typed yet: this one or the one that follows."""
        return max(step_at(now), self.typed_step + 1)

    def type_code(self, step: int) -> str:
        """Return the code of a step, and remember that it was typed."""
        self.typed_step = step
        return code_of(self.secret_key, step)
