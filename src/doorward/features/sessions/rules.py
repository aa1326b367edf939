"""Tokens, and when a session is over (SESS-1)."""

import base64
import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Entropy, Secret

SECRET_BYTES = 32
_ID_BYTES = 16
_TOKEN_LENGTH = 64
"""48 bytes as base64url, which needs no padding."""
WRITE_EVERY = timedelta(minutes=1)
"""Last activity is written at most this often."""


def make_token(account: AccountId, entropy: Entropy) -> tuple[Secret, bytes]:
    """Make a token of an account: what its holder keeps, and the SHA-256 under which it is stored."""
    raw = account.bytes + entropy.bytes(SECRET_BYTES)
    return Secret(base64.urlsafe_b64encode(raw).decode()), hashlib.sha256(raw).digest()


def parse_token(text: str) -> tuple[AccountId, bytes] | None:
    """Read a token: its account and its SHA-256; None for whatever was not made by `make_token`."""
    if len(text) != _TOKEN_LENGTH or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        return None
    return AccountId(UUID(bytes=raw[:_ID_BYTES])), hashlib.sha256(raw).digest()


def live(  # noqa: PLR0913 - the six facts that end a session
    *, epoch: int, account_epoch: int, last_seen_at: datetime, expires_at: datetime, idle: timedelta, now: datetime
) -> bool:
    """Tell whether a session still stands: same epoch, inside its idle and its absolute limit."""
    return epoch == account_epoch and now < expires_at and now - last_seen_at < idle


def due_to_write(last_seen_at: datetime, now: datetime) -> bool:
    """Tell whether the last activity is old enough to be written again."""
    return now - last_seen_at >= WRITE_EVERY
