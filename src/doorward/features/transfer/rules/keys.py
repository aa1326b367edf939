"""Secret keys as other systems write them: base32, an `otpauth:` address, or a batch of an authenticator app.

Only what is verified here is taken over: by time, SHA-1, six digits, 30 seconds (KEY-14).
"""

import re
from urllib.parse import parse_qsl, urlsplit

from doorward.features.transfer.rules.batches import BatchKey, BrokenBatch, read_batch
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Refused

LEAST_BYTES = 16
"""128 bits: RFC 4226 section 4, R6."""
MOST_BYTES = 128
LONGEST = 4_096
_GROUPS = str.maketrans("", "", " -\t")
_SYMBOLS = re.compile(r"[A-Z2-7]*", re.ASCII | re.IGNORECASE)
_DIGITS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "abcdefghijklmnopqrstuvwxyz" + "234567",
    "0123456789abcdefghijklmnop" + "0123456789abcdefghijklmnop" + "qrstuv",
)
"""Base32 in the digits of `int`, which reads it ten times as fast as `base64` does."""
_WHOLE = frozenset({0, 2, 4, 5, 7})
"""How many symbols may stand after the last eight: those that make whole bytes (RFC 4648 section 6)."""
_USUAL = {"algorithm": ("SHA1", "HMACSHA1"), "digits": ("6",), "period": ("30",)}


def read_key(text: str, names: tuple[str, ...]) -> bytes | Refused:
    """Read a secret key; `names` are those by which its person is found in a batch of several."""
    scheme = text.partition(":")[0].strip().lower()
    match scheme:
        case "otpauth-migration":
            found = _of_batch(text.strip(), names)
        case "otpauth":
            found = _of_address(text.strip())
        case _:
            found = _base32(text)
    if isinstance(found, Refused):
        return found
    if len(found) < LEAST_BYTES:
        return _refused("it is shorter than 128 bits")
    return found if len(found) <= MOST_BYTES else _refused("it is longer than keys are")


def _base32(text: str) -> bytes | Refused:
    """Read base32 (RFC 4648 section 6) as people write it: in groups, in either case, with or without padding."""
    symbols = text.translate(_GROUPS).rstrip("=")
    bits = len(symbols) * 5
    if len(symbols) > LONGEST or len(symbols) % 8 not in _WHOLE or not _SYMBOLS.fullmatch(symbols):
        return _refused("it is not base32")
    return (int(symbols.translate(_DIGITS) or "0", 32) >> bits % 8).to_bytes(bits // 8, "big")


def _of_address(address: str) -> bytes | Refused:
    """Read `otpauth://totp/…`; a parameter that is left out has its usual value."""
    if len(address) > LONGEST:
        return _refused("its address is malformed")
    try:
        parts = urlsplit(address)
        pairs = parse_qsl(parts.query, max_num_fields=20)
    except ValueError:
        return _refused("its address is malformed")
    given = {name.lower(): value for name, value in pairs}
    if len(given) != len(pairs) or "secret" not in given:
        return _refused("its address is malformed")
    if parts.netloc.lower() != "totp":
        return _refused("it goes by a counter; only keys that go by time are taken over")
    for name, usual in _USUAL.items():
        if given.get(name, usual[0]).upper() not in usual:
            return _refused(f"its {name} is not {usual[0]}")
    return _base32(given["secret"])


def _of_batch(address: str, names: tuple[str, ...]) -> bytes | Refused:
    """Find a person's key in a batch: the only one there is, or the only one of that name."""
    try:
        keys = read_batch(address)
    except BrokenBatch:
        return _refused("it is no batch of an authenticator app")
    wanted = {canonical(name) for name in names if name}
    found = keys if len(keys) == 1 else tuple(key for key in keys if _bears(key, wanted))
    if len(found) != 1:
        return _refused("its batch holds several keys, and not exactly one bears this user name or e-mail address")
    if not found[0].usual:
        return _refused("it does not go by time, SHA1 and six digits")
    return found[0].secret


def _bears(key: BatchKey, wanted: set[str]) -> bool:
    return bool({canonical(key.name), canonical(key.name.rpartition(":")[2])} & wanted)


def _refused(why: str) -> Refused:
    return Refused("transfer.key", {"why": why})
