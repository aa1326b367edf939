"""Hashes that other systems made: bcrypt, scrypt and PBKDF2, verified until they are upgraded (PASS-4).

Each is read in the spelling of the PHC string format and in passlib's; bcrypt over SHA-256 in Django's. The bounds
keep a hostile or mistaken import from making one sign-in cost minutes or gigabytes.
"""

import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

import bcrypt

BCRYPT_BYTES = 72
"""What bcrypt looks at; the library refuses longer input, the systems that made these hashes cut it."""
LEAST_BCRYPT_COST, MOST_BCRYPT_COST = 4, 16
MOST_ARGON2_KIB = 1024 * 1024
MOST_ARGON2_PASSES = 100
MOST_SCRYPT_BYTES = 256 * 1024 * 1024
MOST_SCRYPT_LANES = 16
MOST_PBKDF2_ROUNDS = 10_000_000
LEAST_HASH_BYTES = 16
"""A hash that was cut shorter would let other passwords fit."""
_BASE64 = r"[A-Za-z0-9+/.]+={0,2}"

_BCRYPT = re.compile(r"\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
DJANGO_BCRYPT = re.compile(rf"bcrypt_sha256\$({_BCRYPT.pattern})", re.ASCII)
_ARGON2 = re.compile(
    rf"\$argon2(?:i|id)\$(?:v=\d+\$)?m=(?P<memory>\d{{1,8}}),t=(?P<passes>\d{{1,4}}),p=\d{{1,3}}\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
    re.ASCII,
)
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
    """Return whether a password fits an imported hash; None where the hash is malformed, unknown or out of bounds."""
    for pattern, method in _METHODS:
        found = pattern.fullmatch(stored)
        if found:
            try:
                return method(password, found)
            except ValueError:
                return None
    return None


def unfit(stored: str) -> str | None:
    """Return why no password could ever be compared with a stored hash, at no cost; None where one can."""
    for kind, bound in _BOUNDS.items():
        found = kind.fullmatch(stored)
        if found is not None:
            return _unfit(found, bound)
    return "its kind is not known here"


def _unfit(found: re.Match[str], bound: Callable[[re.Match[str]], bool]) -> str | None:
    try:
        too_costly = bound(found)
        if "hash" in found.re.groupindex:
            _salt_and_hash(found)
    except ValueError:
        return "it is malformed or was cut short"
    return "computing it would cost too much" if too_costly else None


def _argon2_too_costly(found: re.Match[str]) -> bool:
    return int(found["memory"]) > MOST_ARGON2_KIB or int(found["passes"]) > MOST_ARGON2_PASSES


def _bcrypt_too_costly(found: re.Match[str]) -> bool:
    cost = int(found["cost"])
    if cost < LEAST_BCRYPT_COST:
        raise ValueError("bcrypt has no such cost")
    return cost > MOST_BCRYPT_COST


def _scrypt_too_costly(found: re.Match[str]) -> bool:
    if int(found["r"]) * int(found["p"]) * int(found["ln"]) == 0:
        raise ValueError("scrypt has no such parameters")
    return _scrypt_bytes(found) > MOST_SCRYPT_BYTES or int(found["p"]) > MOST_SCRYPT_LANES


def _pbkdf2_too_costly(found: re.Match[str]) -> bool:
    if int(found["rounds"]) == 0:
        raise ValueError("PBKDF2 has at least one round")
    return int(found["rounds"]) > MOST_PBKDF2_ROUNDS


def _bcrypt(password: bytes, found: re.Match[str]) -> bool | None:
    if _bcrypt_too_costly(found):
        return None
    return bcrypt.checkpw(password[:BCRYPT_BYTES], found[0].encode("ascii"))


def _django_bcrypt(password: bytes, found: re.Match[str]) -> bool | None:
    """Compare as Django does, which gives bcrypt the password's SHA-256 in hexadecimal digits."""
    if _bcrypt_too_costly(found):
        return None
    return bcrypt.checkpw(hashlib.sha256(password).hexdigest().encode("ascii"), found[1].encode("ascii"))


def _scrypt_bytes(found: re.Match[str]) -> int:
    """Return what RFC 7914's scrypt takes: 128 * r * N bytes, and as much again for each lane's blocks."""
    return 128 * int(found["r"]) * ((1 << int(found["ln"])) + int(found["p"]) + 2)


def _scrypt(password: bytes, found: re.Match[str]) -> bool | None:
    if _scrypt_too_costly(found):
        return None
    rounds, block, lanes, memory = 2 ** int(found["ln"]), int(found["r"]), int(found["p"]), _scrypt_bytes(found)
    salt, wanted = _salt_and_hash(found)
    made = hashlib.scrypt(password, salt=salt, n=rounds, r=block, p=lanes, maxmem=memory, dklen=len(wanted))
    return hmac.compare_digest(made, wanted)


def _pbkdf2(password: bytes, found: re.Match[str]) -> bool | None:
    if _pbkdf2_too_costly(found):
        return None
    rounds, (salt, wanted) = int(found["rounds"]), _salt_and_hash(found)
    made = hashlib.pbkdf2_hmac(found["digest"] or "sha1", password, salt, rounds, len(wanted))
    return hmac.compare_digest(made, wanted)


def _salt_and_hash(found: re.Match[str]) -> tuple[bytes, bytes]:
    wanted = _decode(found["hash"])
    if len(wanted) < LEAST_HASH_BYTES:
        raise ValueError("the hash is too short")
    return _decode(found["salt"]), wanted


def _decode(text: str) -> bytes:
    """Read base64 with or without padding, and passlib's with `.` for `+`; its symbols were looked at before."""
    plain = text.rstrip("=").replace(".", "+")
    return binascii.a2b_base64(plain + "=" * (-len(plain) % 4))


_BOUNDS: dict[re.Pattern[str], Callable[[re.Match[str]], bool]] = {
    _ARGON2: _argon2_too_costly,
    _BCRYPT: _bcrypt_too_costly,
    DJANGO_BCRYPT: _bcrypt_too_costly,
    _SCRYPT: _scrypt_too_costly,
    _PBKDF2: _pbkdf2_too_costly,
}

_METHODS: tuple[tuple[re.Pattern[str], Callable[[bytes, re.Match[str]], bool | None]], ...] = (
    (_BCRYPT, _bcrypt),
    (DJANGO_BCRYPT, _django_bcrypt),
    (_SCRYPT, _scrypt),
    (_PBKDF2, _pbkdf2),
)
