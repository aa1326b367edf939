"""Other systems' spellings of password hashes, brought to the one that is stored here (PASS-4).

Django writes `algorithm$…` with salts that stand for themselves; Keycloak keeps two JSON texts, `credentialData` and
`secretData`. What is known here already (the PHC string format, bcrypt, passlib) is taken as it is. A hash that could
never be verified is told apart now, with the reason, and not at somebody's sign-in.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from doorward.edges.crypto.imported_hashes import DJANGO_BCRYPT, unfit

LONGEST = 4_096
LONGEST_STORED = 400
"""What the column of stored hashes holds."""
_DJANGO_PBKDF2 = re.compile(r"pbkdf2_(sha1|sha256)\$(\d{1,8})\$([^$]+)\$([A-Za-z0-9+/]+={0,2})", re.ASCII)
_DJANGO_SCRYPT = re.compile(r"scrypt\$(\d{1,8})\$([^$]+)\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})", re.ASCII)
_KEYCLOAK = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
_KEYCLOAK_ARGON2 = {"1.0": 16, "1.3": 19}


def adopt(foreign: str) -> str | ValueError:
    """Return the stored form of a hash, or the error that says why it can never be verified here."""
    try:
        stored = _stored(foreign.strip())
        if len(stored) > LONGEST_STORED:
            return ValueError("it is longer than hashes are")
        why = unfit(stored)
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        return ValueError("it is malformed")
    return stored if why is None else ValueError(why)


def _stored(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError
    if text.startswith("{"):
        return _keycloak(json.loads(text))
    if text.startswith("$"):
        return text  # as they are spelled here, and by none of Django's ways
    for pattern, spell in _DJANGO:
        found = pattern.fullmatch(text)
        if found:
            return spell(found)
    return text


def _django_pbkdf2(found: re.Match[str]) -> str:
    digest, rounds, salt, made = found.groups()
    return f"$pbkdf2-{digest}${rounds}${_base64(salt.encode())}${made.rstrip('=')}"


def _django_scrypt(found: re.Match[str]) -> str:
    rounds, salt, block, lanes, made = found.groups()
    return _scrypt(int(rounds), f"r={block},p={lanes}", _base64(salt.encode()), made.rstrip("="))


def _scrypt(rounds: int, rest: str, salt: str, made: str) -> str:
    exponent = rounds.bit_length() - 1
    if rounds < 2 or rounds != 2**exponent:  # noqa: PLR2004 - RFC 7914 section 2: a power of 2 larger than 1
        raise ValueError
    return f"$scrypt$ln={exponent},{rest}${salt}${made}"


def _keycloak(credential: Mapping[str, Any]) -> str:
    how, secret = _object(credential["credentialData"]), _object(credential["secretData"])
    rounds, salt, made = int(how["hashIterations"]), _canonical(secret["salt"]), _canonical(secret["value"])
    algorithm = how["algorithm"]
    if algorithm != "argon2":
        return f"$pbkdf2-{_KEYCLOAK[algorithm]}${rounds}${salt}${made}"
    more = how["additionalParameters"]
    kind, version = more["type"][0], _KEYCLOAK_ARGON2[more["version"][0]]
    memory, lanes = int(more["memory"][0]), int(more["parallelism"][0])
    return f"$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${made}"


def _object(value: Any) -> Mapping[str, Any]:
    """Read one of Keycloak's two parts: a realm's export has them as text within the text."""
    made: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return made


def _canonical(text: str) -> str:
    return _base64(base64.b64decode(text, validate=True))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii").rstrip("=")


_DJANGO: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_DJANGO_PBKDF2, _django_pbkdf2),
    (_DJANGO_SCRYPT, _django_scrypt),
    (re.compile(r"argon2(\$argon2.+)", re.ASCII), lambda found: found[1]),
    (re.compile(r"bcrypt\$(\$2[aby]\$.+)", re.ASCII), lambda found: found[1]),
    (DJANGO_BCRYPT, lambda found: found[0]),
)
