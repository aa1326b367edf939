import base64
import hashlib
import json
from itertools import count
from typing import Any

import bcrypt
import pytest
from argon2.low_level import Type, hash_secret, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.crypto.argon2 import Argon2Hasher, Parameters
from doorward.edges.crypto.foreign_hashes import adopt
from doorward.kernel.ports import Secret, Verified, Verify
from tests.chance import SeededEntropy

PASSWORD = "correct horse é"
RAW = PASSWORD.encode()
SALT = b"saltsaltsalt"
CHEAP = Parameters(memory_kib=8, passes=1)


def b64(raw: bytes) -> str:
    """Write base64 with its padding, as both systems do."""
    return base64.b64encode(raw).decode()


def keycloak(algorithm: str, rounds: int, made: bytes, **more: list[str]) -> dict[str, Any]:
    """Spell a credential as a realm's export does: text within the text."""
    how = {"hashIterations": rounds, "algorithm": algorithm, "additionalParameters": more}
    secret = {"value": b64(made), "salt": b64(SALT), "additionalParameters": {}}
    return {"type": "password", "credentialData": json.dumps(how), "secretData": json.dumps(secret)}


def pbkdf2(digest: str, length: int | None = None) -> bytes:
    """Compute PBKDF2 over ten rounds."""
    return hashlib.pbkdf2_hmac(digest, RAW, SALT, 10, length)


ARGON2 = hash_secret(RAW, SALT, 1, 8, 1, 32, Type.ID).decode()
ARGON2_RAW = hash_secret_raw(RAW, SALT, 1, 8, 1, 32, Type.ID)
ARGON2_MORE = {"type": ["id"], "version": ["1.3"], "memory": ["8"], "parallelism": ["1"], "hashLength": ["32"]}
BCRYPT = bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode()
DIGESTED = bcrypt.hashpw(hashlib.sha256(RAW).hexdigest().encode(), bcrypt.gensalt(4)).decode()
SCRYPT = hashlib.scrypt(RAW, salt=SALT, n=16, r=8, p=1, dklen=64)

KNOWN = {
    "phc argon2id": ARGON2,
    "phc argon2i": hash_secret(RAW, SALT, 1, 8, 1, 32, Type.I).decode(),
    "bcrypt": BCRYPT,
    "spaces around": f"  {BCRYPT} ",
    "django pbkdf2_sha256": f"pbkdf2_sha256$10${SALT.decode()}${b64(pbkdf2('sha256'))}",
    "django pbkdf2_sha1": f"pbkdf2_sha1$10${SALT.decode()}${b64(pbkdf2('sha1'))}",
    "django argon2": f"argon2{ARGON2}",
    "django bcrypt": f"bcrypt${BCRYPT}",
    "django bcrypt_sha256": f"bcrypt_sha256${DIGESTED}",
    "django scrypt": f"scrypt$16${SALT.decode()}$8$1${b64(SCRYPT)}",
    "keycloak pbkdf2": json.dumps(keycloak("pbkdf2", 10, pbkdf2("sha1"))),
    "keycloak pbkdf2-sha256": json.dumps(keycloak("pbkdf2-sha256", 10, pbkdf2("sha256", 64))),
    "keycloak pbkdf2-sha512": json.dumps(keycloak("pbkdf2-sha512", 10, pbkdf2("sha512"))),
    "keycloak argon2": json.dumps(keycloak("argon2", 1, ARGON2_RAW, **ARGON2_MORE)),
    "keycloak as objects": json.dumps(
        {
            "credentialData": json.loads(keycloak("pbkdf2-sha256", 10, b"")["credentialData"]),
            "secretData": {"value": b64(pbkdf2("sha256")), "salt": b64(SALT)},
        }
    ),
}


@pytest.mark.parametrize("foreign", KNOWN.values(), ids=KNOWN)
def test_a_foreign_hash_fits_its_password_and_no_other(foreign: str) -> None:
    """And is upgraded at the next right password, like any that is not of today (PASS-4)."""
    hasher = Argon2Hasher(SeededEntropy(), CHEAP)
    stored = hasher.adopt(foreign)
    assert isinstance(stored, str)
    verified = hasher.run(Verify(Secret(PASSWORD), stored))

    assert isinstance(verified, Verified)
    assert verified.right
    assert hasher.run(Verify(Secret("another"), stored)) == Verified(right=False)


MALFORMED, UNKNOWN = "it is malformed", "its kind is not known here"
CUT, COSTLY = "it is malformed or was cut short", "computing it would cost too much"


@pytest.mark.parametrize(
    ("foreign", "why"),
    [
        ("", UNKNOWN),
        ("secret", UNKNOWN),
        ("5f4dcc3b5aa765d61d8327deb882cf99", UNKNOWN),
        ("md5$salt$5f4dcc3b5aa765d61d8327deb882cf99", UNKNOWN),
        ("{SSHA}3WrG5kO1", MALFORMED),
        ("!unusable", UNKNOWN),
        ("$6$rounds=5000$salt$abc", UNKNOWN),
        (ARGON2.replace("argon2id", "argon2d"), UNKNOWN),
        (ARGON2.replace("m=8,", "m=2000000,"), COSTLY),
        (ARGON2.replace("t=1,", "t=999,"), COSTLY),
        (ARGON2[:-30], CUT),
        (BCRYPT.replace("$04$", "$31$"), COSTLY),
        (BCRYPT.replace("$04$", "$03$"), CUT),
        (f"bcrypt_sha256${DIGESTED}".replace("$04$", "$17$"), COSTLY),
        (f"pbkdf2_sha256$99999999$salt${b64(b'x' * 32)}", COSTLY),
        (f"pbkdf2_sha256$0$salt${b64(b'x' * 32)}", CUT),
        (f"pbkdf2_sha256$10$salt${b64(b'x' * 8)}", CUT),
        (f"pbkdf2_sha256$10${'s' * 400}${b64(b'x' * 32)}", "it is longer than hashes are"),
        (f"scrypt$1048576$salt$8$17${b64(b'x' * 64)}", COSTLY),
        (f"scrypt$17$salt$8$1${b64(b'x' * 64)}", MALFORMED),
        (f"scrypt$1$salt$8$1${b64(b'x' * 64)}", MALFORMED),
        (f"scrypt$16$salt$0$1${b64(b'x' * 64)}", CUT),
        ("x" * 5_000, MALFORMED),
        ("[" * 400, UNKNOWN),
        ('{"a":' * 800, MALFORMED),
        ("{}", MALFORMED),
        (json.dumps(keycloak("pbkdf2", 10, b"x" * 32)).replace(": 10,", ": Infinity,"), MALFORMED),
        ('{"credentialData": 1, "secretData": 2}', MALFORMED),
        (json.dumps(keycloak("bcrypt", 10, b"x" * 32)), MALFORMED),
        (json.dumps(keycloak("argon2", 1, ARGON2_RAW)), MALFORMED),
        (json.dumps(keycloak("argon2", 1, ARGON2_RAW, **ARGON2_MORE | {"type": ["d"]})), UNKNOWN),
    ],
    ids=map(str, count()),  # the salts differ in every process, and names must not
)
def test_what_can_never_be_verified_is_told_with_its_reason(foreign: str, why: str) -> None:
    """At the import, and not at somebody's sign-in."""
    refused = adopt(foreign)

    assert isinstance(refused, ValueError)
    assert str(refused) == why


@given(st.one_of(st.text(), st.text().map(lambda rest: "{" + rest), st.sampled_from(list(KNOWN.values()))))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail."""
    assert isinstance(adopt(text), str | ValueError)


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_any_credential_is_read_or_refused(value: Any) -> None:
    """Whatever stands where Keycloak has its two parts."""
    assert isinstance(adopt(json.dumps({"credentialData": value, "secretData": value})), str | ValueError)
