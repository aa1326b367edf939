"""Tokens of sessions, pending sign-ins and one-time links: an account's id and 32 random bytes, as base64url.

What is stored is the SHA-256 of the whole, under the account: every look-up knows its account, and a copy of the
database opens nothing.
"""

import base64
import hashlib
import re
from uuid import UUID

from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Entropy, Secret

SECRET_BYTES = 32
_ID_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{64}")
"""48 bytes as base64url (RFC 4648 section 5), which needs no padding."""


def make_token(account: AccountId, entropy: Entropy) -> tuple[Secret, bytes]:
    """Make a token of an account: what its holder keeps, and the SHA-256 under which it is stored."""
    raw = account.bytes + entropy.bytes(SECRET_BYTES)
    return Secret(base64.urlsafe_b64encode(raw).decode()), hashlib.sha256(raw).digest()


def parse_token(text: str) -> tuple[AccountId, bytes] | None:
    """Read a token: its account and its SHA-256; None for whatever was not made by `make_token`."""
    if not _TOKEN.fullmatch(text):
        return None
    raw = base64.urlsafe_b64decode(text)
    return AccountId(UUID(bytes=raw[:_ID_BYTES])), hashlib.sha256(raw).digest()
