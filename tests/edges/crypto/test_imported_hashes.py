import base64

import pytest

from doorward.edges.crypto import imported_hashes


def b64(digits: str) -> str:
    """Write bytes, given as hexadecimal digits, in base64 without padding."""
    return base64.b64encode(bytes.fromhex(digits)).decode("ascii").rstrip("=")


RFC_7914_SCRYPT = b64(
    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
    "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
)
RFC_7914_PBKDF2 = b64(
    "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
    "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
)
RFC_6070_PBKDF2 = b64("4b007901b765489abead49d926f721d065a429c1")
OPENSSL_PBKDF2_SHA512 = "BYCVja7FflbpYgkpLtVUNR3AYhqM0uTDND/cIU.k8pxukcx/D8ahtsgjX7RYoiF1rc6TnuuCqAj8cdh3iaqJ0A"
LIBXCRYPT_BCRYPT = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
BCRYPT_OF_72_X = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"
SALT = "c2FsdA"


@pytest.mark.parametrize(
    ("password", "stored"),
    [
        ("correct horse", LIBXCRYPT_BCRYPT),
        ("correct horse", LIBXCRYPT_BCRYPT.replace("$2b$", "$2a$")),
        ("correct horse", LIBXCRYPT_BCRYPT.replace("$2b$", "$2y$")),
        ("password", f"$scrypt$ln=10,r=8,p=16$TmFDbA${RFC_7914_SCRYPT}"),
        ("password", f"$scrypt$ln=10,r=8,p=16$TmFDbA==${RFC_7914_SCRYPT}=="),
        ("passwd", f"$pbkdf2-sha256$i=1${SALT}${RFC_7914_PBKDF2}"),
        ("passwd", f"$pbkdf2-sha256$i=1,l=64${SALT}${RFC_7914_PBKDF2}"),
        ("passwd", f"$pbkdf2-sha256$1${SALT}${RFC_7914_PBKDF2.replace('+', '.')}"),
        ("password", f"$pbkdf2$4096${SALT}${RFC_6070_PBKDF2}"),
        ("password", f"$pbkdf2-sha1$i=4096${SALT}${RFC_6070_PBKDF2}"),
        ("correct horse \u00e9", f"$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA${OPENSSL_PBKDF2_SHA512}"),
    ],
)
def test_published_hashes_fit_their_passwords_and_no_other(password: str, stored: str) -> None:
    """Vectors of RFC 7914, RFC 6070, OpenSSL and libxcrypt are right in each spelling."""
    assert imported_hashes.judge(password.encode(), stored) is True
    assert imported_hashes.judge(password.encode() + b" ", stored) is False


def test_bcrypt_looks_at_72_bytes() -> None:
    """As the systems that made such hashes did: what comes after is cut, what comes before is not."""
    assert imported_hashes.judge(b"x" * 72 + b"anything", BCRYPT_OF_72_X) is True
    assert imported_hashes.judge(b"x" * 71, BCRYPT_OF_72_X) is False


def test_bcrypt_takes_a_password_with_a_zero_byte() -> None:
    """Some libraries refuse it; here it is compared, or told apart, without failing."""
    assert imported_hashes.judge(b"correct\x00horse", LIBXCRYPT_BCRYPT) is not True


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain text",
        "$1$salt$hash",
        "$6$salt$hash",
        "$2b$04$too short",
        LIBXCRYPT_BCRYPT + "x",
        LIBXCRYPT_BCRYPT + "\n",
        LIBXCRYPT_BCRYPT.replace("$2b$", "$2x$"),
        LIBXCRYPT_BCRYPT.replace("$04$", "$02$"),
        LIBXCRYPT_BCRYPT.replace("$04$", "$31$"),
        f"$scrypt$ln=0,r=8,p=1$TmFDbA${RFC_7914_SCRYPT}",
        f"$scrypt$ln=10,r=0,p=1$TmFDbA${RFC_7914_SCRYPT}",
        f"$scrypt$ln=30,r=8,p=1$TmFDbA${RFC_7914_SCRYPT}",
        f"$scrypt$ln=99,r=8,p=1$TmFDbA${RFC_7914_SCRYPT}",
        f"$scrypt$ln=10,r=8,p=999$TmFDbA${RFC_7914_SCRYPT}",
        "$scrypt$ln=10,r=8,p=1$TmFDbA$YQ",
        f"$scrypt$ln=10,r=8$TmFDbA${RFC_7914_SCRYPT}",
        f"$pbkdf2-md5$i=1${SALT}${RFC_7914_PBKDF2}",
        f"$pbkdf2-sha256$i=0${SALT}${RFC_7914_PBKDF2}",
        f"$pbkdf2-sha256$i=99999999${SALT}${RFC_7914_PBKDF2}",
        f"$pbkdf2-sha256$i=1${SALT}$YQ",
        f"$pbkdf2-sha256$i=1${SALT}${RFC_7914_PBKDF2}xyz",
        f"$pbkdf2-sha256$i=1$${RFC_7914_PBKDF2}",
        f"$pbkdf2-sha256$i=\u0661${SALT}${RFC_7914_PBKDF2}",
    ],
)
def test_what_is_malformed_unknown_or_too_costly_is_not_judged(stored: str) -> None:
    """No such hash fits, none raises, and none is computed."""
    assert imported_hashes.judge(b"password", stored) is None
