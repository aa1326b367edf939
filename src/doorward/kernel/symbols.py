"""Codes that people write down and type: base32 symbols (RFC 4648 section 6) in groups.

A code has one form, in groups with dashes: it is shown so, read to it, and hashed in it.
"""

import base64

from doorward.kernel.ports import Entropy

BITS = 5
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_BETWEEN = str.maketrans(dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014 \t\r\n\u00a0"))
"""What may stand between symbols: spaces, and the dashes that writing programs make of a hyphen."""


def draw(entropy: Entropy, count: int, group: int) -> str:
    """Draw a code of `count` symbols: each is five bits of chance, evenly."""
    symbols = base64.b32encode(entropy.bytes(-(-count * BITS // 8)))
    return _grouped(symbols.decode("ascii")[:count], group)


def read(text: str, count: int, group: int) -> str | None:
    """Read a code as typed into its one form: case and grouping are forgiven, nothing else is.

    Base32 has no 0, 1, 8 or 9; what those were meant to be is not guessed, since 1 may be I or L.
    """
    symbols = text.translate(_BETWEEN)
    if len(symbols) != count or not symbols.isascii():
        return None
    symbols = symbols.upper()
    return _grouped(symbols, group) if _ALPHABET.issuperset(symbols) else None


def _grouped(symbols: str, group: int) -> str:
    return "-".join(symbols[start : start + group] for start in range(0, len(symbols), group))
