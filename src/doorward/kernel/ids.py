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

NIL = UUID(int=0)
"""The id of nothing (RFC 9562 section 5.9); it sorts before every other."""
NO_ACCOUNT = AccountId(NIL)
"""The id of nobody; a walk through all accounts begins after it."""

_RANDOM_BYTES = 10
_MARKS, _VERSION_7, _VARIANT = 0xF << 76 | 0x3 << 62, 0x7 << 76, 0x2 << 62
"""Where a UUID says what it is, among its 128 bits."""


def new_id(now: datetime, entropy: Entropy) -> UUID:
    """Make an id that sorts by the time it was made: 48 bits of milliseconds, then 74 bits of chance."""
    return new_ids(now, entropy, 1)[0]


def new_ids(now: datetime, entropy: Entropy, count: int) -> list[UUID]:
    """Make many ids of one instant, as `new_id` makes one."""
    milliseconds = (to_microseconds(now) // 1000).to_bytes(6, "big")
    drawn = memoryview(entropy.bytes(_RANDOM_BYTES * count))
    parts = (drawn[start : start + _RANDOM_BYTES] for start in range(0, len(drawn), _RANDOM_BYTES))
    return [UUID(int=_marked(int.from_bytes(milliseconds + part, "big"))) for part in parts]


def _marked(number: int) -> int:
    """Write version and variant over the chance in their places."""
    return number & ~_MARKS | _VERSION_7 | _VARIANT


def parse_id(text: str) -> UUID | None:
    """Read an id as RFC 9562 section 4 spells it, in either case; None for whatever else could be read as one."""
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if str(value) == text.lower() else None
