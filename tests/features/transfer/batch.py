"""Batches as authenticator apps write them, field by field."""

import base64
from urllib.parse import quote

SECRET = b"12345678901234567890"


def varint(value: int) -> bytes:
    """Write a number as protobuf does: seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def text(number: int, value: bytes) -> bytes:
    """Write a field of bytes."""
    return varint(number << 3 | 2) + varint(len(value)) + value


def number(field: int, value: int) -> bytes:
    """Write a field that is a number."""
    return varint(field << 3) + varint(value)


def key(name: str, secret: bytes = SECRET, *, algorithm: int = 1, digits: int = 1, kind: int = 2) -> bytes:
    """Write one key: SHA-1, six digits, by time where nothing else is said."""
    parts = (text(1, secret), text(2, name.encode()), text(3, b"Old system"))
    return b"".join((*parts, number(4, algorithm), number(5, digits), number(6, kind)))


def batch(*keys: bytes) -> str:
    """Write the address behind the code that an app shows."""
    raw = b"".join(text(1, one) for one in keys) + number(2, 1) + number(3, 1) + number(4, 0) + number(5, 1_234_567)
    return address(raw)


def address(raw: bytes) -> str:
    """Put a message into an address."""
    return f"otpauth-migration://offline?data={quote(base64.b64encode(raw).decode(), safe='')}"
