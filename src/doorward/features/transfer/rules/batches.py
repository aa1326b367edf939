"""The batches of authenticator apps: `otpauth-migration://offline?data=…`, which holds a small protobuf message.

Read by hand, within bounds: a batch comes from a stranger's file. The reader raises nothing but `BrokenBatch`.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

LONGEST = 65_536
"""In characters; an app puts ten keys into one code, and a code holds less than 3,000."""
MOST_KEYS = 100
LONGEST_TEXT = 1_024
_VARINT_BITS = 64
_KEYS = 1
_SECRET, _NAME, _ALGORITHM, _DIGITS, _TYPE = 1, 2, 4, 5, 6
_SHA1, _SIX, _TOTP = (0, 1), (0, 1), 2
"""What apps number 1, and leave at 0 for the usual; the type has no usual."""

Value = int | bytes


class BrokenBatch(Exception):
    """This is no batch of an authenticator app."""


@dataclass(frozen=True, slots=True)
class BatchKey:
    """One key of a batch."""

    name: str
    """As the app shows it: a user name or an address, at times after the issuer and a colon."""
    secret: bytes = field(repr=False)
    usual: bool
    """SHA-1, six digits, by time: the only kind that is verified here (KEY-14)."""


def read_batch(address: str) -> tuple[BatchKey, ...]:
    """Read every key of a batch; raise `BrokenBatch` for whatever else it is."""
    if len(address) > LONGEST:
        raise BrokenBatch
    try:
        query = parse_qsl(urlsplit(address).query.replace("+", "%2B"), strict_parsing=True, max_num_fields=10)
        (data,) = (value for name, value in query if name == "data")
        raw = base64.b64decode(data + "=" * (-len(data) % 4), altchars=_alphabet(data), validate=True)
    except ValueError as error:
        raise BrokenBatch from error
    keys = [value for number, value in _fields(raw) if number == _KEYS]
    if not keys or len(keys) > MOST_KEYS:
        raise BrokenBatch
    return tuple(_key(one) for one in keys)


def _alphabet(data: str) -> bytes:
    return b"-_" if "-" in data or "_" in data else b"+/"


def _key(raw: Value) -> BatchKey:
    if isinstance(raw, int):
        raise BrokenBatch
    found = dict(_fields(raw))
    secret, name = found.get(_SECRET, b""), found.get(_NAME, b"")
    if isinstance(secret, int) or isinstance(name, int) or max(len(secret), len(name)) > LONGEST_TEXT:
        raise BrokenBatch
    usual = found.get(_ALGORITHM, 0) in _SHA1 and found.get(_DIGITS, 0) in _SIX and found.get(_TYPE) == _TOTP
    return BatchKey(name.decode("utf-8", "replace"), secret, usual)


def _fields(raw: bytes) -> Iterator[tuple[int, Value]]:
    """Yield each field of a message with its number, as protobuf's wire format has them."""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        value: Value
        match tag & 7:
            case 0:
                value, at = _varint(raw, at)
            case 2:
                length, at = _varint(raw, at)
                value, at = _taken(raw, at, length)
            case 1:
                value, at = _taken(raw, at, 8)
            case 5:
                value, at = _taken(raw, at, 4)
            case _:
                raise BrokenBatch
        yield tag >> 3, value


def _taken(raw: bytes, at: int, length: int) -> tuple[bytes, int]:
    if length > len(raw) - at:
        raise BrokenBatch
    return raw[at : at + length], at + length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _VARINT_BITS, 7):
        if at >= len(raw):
            raise BrokenBatch
        byte, at = raw[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the top bit says that more follows
            return value, at
    raise BrokenBatch
