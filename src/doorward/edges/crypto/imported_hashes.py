"""Hashes that other systems made: bcrypt, scrypt and PBKDF2, verified until they are upgraded (PASS-4).

Each is read in the spelling of the PHC string format and in passlib's. The bounds keep a hostile or mistaken import
from making one sign-in cost minutes or gigabytes.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

import bcrypt

BCRYPT_BYTES = 72
"""What bcrypt looks at; the library refuses longer input, the systems that made these hashes cut it."""
MOST_BCRYPT_COST = 16
MOST_SCRYPT_BYTES = 256 * 1024 * 1024
MOST_SCRYPT_LANES = 16
MOST_PBKDF2_ROUNDS = 10_000_000
LEAST_HASH_BYTES = 16
"""A hash that was cut shorter would let other passwords fit."""
_BASE64 = r"[A-Za-z0-9+/.]+={0,2}"

_BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_SCRYPT = re.compile(
    rf"\$scrypt\$ln=(?P<ln>\d{{1,2}}),r=(?P<r>\d{{1,3}}),p=(?P<p>\d{{1,3}})\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
    re.ASCII,
)
_PBKDF2 = re.compile(
    r"\$pbkdf2(?:-(?P<digest>sha1|sha256|sha512))?\$(?:i=)?(?P<rounds>\d{1,8})(?:,l=\d{1,3})?"
    rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
    re.ASCII,
)


def judge(password: bytes, stored: str) -> bool | None:
    """Tell whether a password fits an imported hash; None where the hash is malformed, unknown or out of bounds."""
    for pattern, method in _METHODS:
        found = pattern.fullmatch(stored)
        if found:
            try:
                return method(password, found)
            except ValueError:
                return None
    return None


def _bcrypt(password: bytes, found: re.Match[str]) -> bool | None:
    if int(found["cost"]) > MOST_BCRYPT_COST:
        return None
    return bcrypt.checkpw(password[:BCRYPT_BYTES], found[0].encode("ascii"))


def _scrypt(password: bytes, found: re.Match[str]) -> bool | None:
    """Compute RFC 7914's scrypt; it takes 128 * r * N bytes and as much again for each lane's blocks."""
    rounds, block, lanes = 2 ** int(found["ln"]), int(found["r"]), int(found["p"])
    memory = 128 * block * (rounds + lanes + 2)
    if memory > MOST_SCRYPT_BYTES or lanes > MOST_SCRYPT_LANES:
        return None
    salt, wanted = _salt_and_hash(found)
    made = hashlib.scrypt(password, salt=salt, n=rounds, r=block, p=lanes, maxmem=memory, dklen=len(wanted))
    return hmac.compare_digest(made, wanted)


def _pbkdf2(password: bytes, found: re.Match[str]) -> bool | None:
    rounds = int(found["rounds"])
    if rounds > MOST_PBKDF2_ROUNDS:
        return None
    salt, wanted = _salt_and_hash(found)
    made = hashlib.pbkdf2_hmac(found["digest"] or "sha1", password, salt, rounds, len(wanted))
    return hmac.compare_digest(made, wanted)


def _salt_and_hash(found: re.Match[str]) -> tuple[bytes, bytes]:
    wanted = _decode(found["hash"])
    if len(wanted) < LEAST_HASH_BYTES:
        raise ValueError("the hash is too short")
    return _decode(found["salt"]), wanted


def _decode(text: str) -> bytes:
    """Read base64 with or without padding, and passlib's with `.` for `+`."""
    plain = text.rstrip("=").replace(".", "+")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


_METHODS: tuple[tuple[re.Pattern[str], Callable[[bytes, re.Match[str]], bool | None]], ...] = (
    (_BCRYPT, _bcrypt),
    (_SCRYPT, _scrypt),
    (_PBKDF2, _pbkdf2),
)
