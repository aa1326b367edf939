"""Identifiers: UUID version 7 (RFC 9562 section 5.7), made by the server and never by a sequence.

An account's id leads the key of everything that belongs to the account, so that accounts can be spread over databases.
"""

from datetime import datetime
from typing import NewType
from uuid import UUID

from doorward.kernel.ports import Entropy
from doorward.kernel.time import to_microseconds

AccountId = NewType("AccountId", UUID)
GroupId = NewType("GroupId", UUID)
SessionId = NewType("SessionId", UUID)
JobId = NewType("JobId", UUID)
TokenId = NewType("TokenId", UUID)
HostId = NewType("HostId", UUID)

_RANDOM_BYTES = 10


def new_id(now: datetime, entropy: Entropy) -> UUID:
    """Make an id that sorts by the time it was made: 48 bits of milliseconds, then 74 bits of chance."""
    milliseconds = to_microseconds(now) // 1000
    raw = bytearray(milliseconds.to_bytes(6, "big") + entropy.bytes(_RANDOM_BYTES))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return UUID(bytes=bytes(raw))


def parse_id(text: str) -> UUID | None:
    """Read an id as RFC 9562 section 4 spells it, in either case; None for whatever else could be read as one."""
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None
