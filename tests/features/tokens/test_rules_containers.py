import base64
import hmac
from hashlib import pbkdf2_hmac

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from doorward.features.tokens.model import ContainerKey
from doorward.features.tokens.rules.containers import read_key
from doorward.kernel.ports import Secret
from tests.features.tokens.files import (
    DERIVED_KEY,
    FIGURE_6,
    FIGURE_6_MAC_KEY,
    FIGURE_6_SEED,
    FIGURE_7,
    HOTP,
    PASSWORD,
    SEED,
    SHARED,
    SHARED_KEY,
    checked,
    cipher,
    container,
    package,
    read,
    sealed,
    wrong,
)

MORE = "http://www.w3.org/2001/04/xmldsig-more#hmac-"
AES256 = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
WRAP128 = "http://www.w3.org/2001/04/xmlenc#kw-aes128"


def encrypted(key: bytes, value: bytes) -> bytes:
    """Encrypt as W3C XML Encryption section 5.2.2 says, under an initialisation vector of sevens."""
    vector, padding = b"7" * 16, 16 - len(value) % 16
    encryptor = Cipher(AES(key), CBC(vector)).encryptor()
    return vector + encryptor.update(value + bytes([padding]) * padding) + encryptor.finalize()


def base64_of(value: bytes) -> str:
    """Write bytes as a container does."""
    return base64.b64encode(value).decode()


def own(key: bytes, algorithm: str = AES256, hash_: str = "sha256", value: bytes = SEED) -> bytes:
    """Write a container whose check values are made with the container's own key."""
    raw = encrypted(key, value)
    seed = sealed(base64_of(raw), base64_of(hmac.digest(key, raw, hash_)), algorithm)
    return container(SHARED_KEY, checked("", MORE + hash_), package(seed=seed))


def test_figure_6_opens_with_its_key() -> None:
    """AES-128 with a key shared beforehand, and HMAC-SHA-1: RFC 6030 section 6.1."""
    found = read(FIGURE_6, SHARED)

    assert wrong(found) == []
    assert [(one.serial, one.seed, one.last_step) for one in found.tokens] == [("987654321", SEED, -1)]


def test_figure_7_opens_with_its_password() -> None:
    """The key is derived by PBKDF2: RFC 6030 section 6.2."""
    found = read(FIGURE_7, PASSWORD)

    assert wrong(found) == []
    assert [one.seed for one in found.tokens] == [SEED]
    assert pbkdf2_hmac("sha1", b"qwerty", base64.b64decode("Ej7/PEpyEpw="), 1000, 16).hex() == (
        "651e63cd57008476af1ff6422cd02e41"
    )


@pytest.mark.parametrize(
    ("raw", "key", "code"),
    [
        (FIGURE_6, ContainerKey(), "tokens.key_missing"),
        (FIGURE_6, PASSWORD, "tokens.key_missing"),
        (FIGURE_7, ContainerKey(), "tokens.key_missing"),
        (FIGURE_7, SHARED, "tokens.key_missing"),
        (FIGURE_6, ContainerKey(key=b"x" * 15), "tokens.key_wrong"),
        (FIGURE_6, ContainerKey(key=b"x" * 32), "tokens.key_wrong"),
        (FIGURE_7, ContainerKey(password=Secret("qwertz")), "tokens.key_wrong"),
    ],
)
def test_another_key_opens_nothing(raw: bytes, key: ContainerKey, code: str) -> None:
    """No key, one of the wrong kind or length, the wrong password: the whole file is refused."""
    found = read(raw, key)

    assert (found.tokens, [error.refused.code for error in found.errors]) == ((), [code])


@pytest.mark.parametrize("number", range(1, 33))
def test_another_shared_key_opens_nothing(number: int) -> None:
    """Whatever the key of the check values comes out as, the check fails."""
    assert [code for *_, code in wrong(read(FIGURE_6, ContainerKey(key=bytes([number]) * 16)))] == ["tokens.key_wrong"]


def test_one_changed_value_refuses_the_whole_file() -> None:
    """What comes after it is not even looked at: somebody has changed the file."""
    changed = FIGURE_6_SEED.replace("AAECAwQF", "AAECAwQG")
    packages = [package("1", seed=FIGURE_6_SEED), package("2", seed=changed), package("3", seed=FIGURE_6_SEED)]

    found = read(container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), *packages), SHARED)

    assert [code for *_, code in wrong(found)] == ["tokens.key_wrong"]
    assert found.lines == 2


@pytest.mark.parametrize("hash_", ["sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize(("length", "name"), [(16, "aes128"), (24, "aes192"), (32, "aes256")])
def test_longer_keys_and_other_hashes_open_too(length: int, name: str, hash_: str) -> None:
    """And a container without a key for its check values makes them with its own: RFC 6030 section 6.1.1."""
    key = bytes(range(length))

    found = read(own(key, f"http://www.w3.org/2001/04/xmlenc#{name}-cbc", hash_), ContainerKey(key=key))

    assert [one.seed for one in found.tokens] == [SEED]


def test_a_wrapped_value_needs_no_check_value() -> None:
    """AES key wrap has a check of its own: RFC 3394."""
    key = bytes(range(16))
    seed = sealed(base64_of(aes_key_wrap(key, SEED + b"1234")), "", WRAP128)
    raw = container(SHARED_KEY, package(seed=seed))

    assert [one.seed for one in read(raw, ContainerKey(key=key)).tokens] == [SEED + b"1234"]
    assert [code for *_, code in wrong(read(raw, ContainerKey(key=b"x" * 16)))] == ["tokens.key_wrong"]
    assert [code for *_, code in wrong(read(raw, ContainerKey(key=b"x" * 32)))] == ["tokens.key_wrong"]


def test_the_key_of_the_check_values_may_be_wrapped() -> None:
    """As any other value."""
    key, mac_key, raw = bytes(range(16)), b"m" * 24, encrypted(bytes(range(16)), SEED)
    method = checked(cipher(base64_of(aes_key_wrap(key, mac_key)), WRAP128))
    seed = sealed(base64_of(raw), base64_of(hmac.digest(mac_key, raw, "sha1")))

    found = read(container(SHARED_KEY, method, package(seed=seed)), ContainerKey(key=key))

    assert [one.seed for one in found.tokens] == [SEED]


def test_an_encrypted_counter_is_a_number_of_bytes() -> None:
    """The first byte is the greatest: RFC 6030 section 4.2."""
    key = bytes(range(16))
    raw = encrypted(key, (258).to_bytes(8, "big"))
    data = f"<Counter>{sealed(base64_of(raw), base64_of(hmac.digest(key, raw, 'sha1')))}</Counter>"
    method = checked("", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")

    found = read(container(SHARED_KEY, method, package(data=data)), ContainerKey(key=key))

    assert [one.last_step for one in found.tokens] == [257]


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        (container("<EncryptionKey/>", package()), "EncryptionKey"),
        (container(SHARED_KEY, checked("", "urn:md5"), package()), "EncryptionKey"),
        (container(SHARED_KEY, checked(cipher("AAAA", "urn:des")), package()), "EncryptionKey"),
        (container(SHARED_KEY, checked(cipher("no base64!")), package()), "EncryptionKey"),
        (container(SHARED_KEY, checked("<nothing/>"), package()), "EncryptionKey"),
        (container(SHARED_KEY, package(seed=FIGURE_6_SEED)), "Secret"),
        (container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed=sealed("AAAA", ""))), "Secret"),
        (container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed=sealed("A?", "AAAA"))), "Secret"),
        (container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed=sealed("AAAA", "AAAA", "urn:des"))), "Secret"),
        (container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed="<EncryptedValue/>")), "Secret"),
    ],
)
def test_what_is_not_known_is_told(raw: bytes, at: str) -> None:
    """Another cipher, another check, none at all where one must be: nothing is guessed."""
    assert [(column, code) for _, column, code in wrong(read(raw, SHARED))] == [(at, "tokens.malformed")]


@pytest.mark.parametrize(("mac_key", "key"), [(cipher("AAAA"), SHARED), (cipher("AAAA", AES256), SHARED)])
def test_a_key_of_check_values_that_does_not_open_refuses_the_file(mac_key: str, key: ContainerKey) -> None:
    """Too short a value, and one under a key of another length."""
    found = read(container(SHARED_KEY, checked(mac_key), package()), key)

    assert wrong(found) == [(2, "EncryptionKey", "tokens.key_wrong")]


def test_a_key_of_another_length_does_not_open() -> None:
    """Though it may be the right kind of file."""
    raw = container(SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed=sealed("AAAA", "AAAA", AES256)))

    assert [code for *_, code in wrong(read(raw, SHARED))] == ["tokens.key_wrong"]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("<IterationCount>1000</IterationCount>", "<IterationCount>10000001</IterationCount>"),
        ("<IterationCount>1000</IterationCount>", "<IterationCount>0</IterationCount>"),
        ("<IterationCount>1000</IterationCount>", "<IterationCount>-1</IterationCount>"),
        ("<IterationCount>1000</IterationCount>", f"<IterationCount>{'9' * 5000}</IterationCount>"),
        ("<IterationCount>1000</IterationCount>", ""),
        ("Ej7/PEpyEpw=", ""),
        ("Ej7/PEpyEpw=", "A" * 1_368),
        ("Ej7/PEpyEpw=", "?"),
        ("<KeyLength>16</KeyLength>", "<KeyLength>17</KeyLength>"),
        ("<PRF/>", '<PRF Algorithm="urn:md5"/>'),
        ("pkcs5:PBKDF2-params", "pkcs5:scrypt"),
    ],
)
def test_a_derivation_beyond_bounds_is_refused_before_it_begins(part: str, other: str) -> None:
    """Nobody computes for hours because a file says so."""
    raw = container(DERIVED_KEY.replace(part, other), package())

    assert wrong(read(raw, PASSWORD)) == [(2, "EncryptionKey", "tokens.malformed")]


@pytest.mark.parametrize(
    "prf",
    ['<PRF Algorithm="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"/>', '<PRF Algorithm="hmacWithSHA256"/>'],
)
def test_a_password_may_be_stretched_by_another_hash(prf: str) -> None:
    """And to another length: makers write both names of it."""
    key = pbkdf2_hmac("sha256", b"qwerty", base64.b64decode("Ej7/PEpyEpw="), 1000, 32)
    raw = (
        own(key)
        .decode()
        .replace(SHARED_KEY, DERIVED_KEY.replace("<PRF/>", prf).replace("<KeyLength>16", "<KeyLength>32"))
    )

    assert [one.seed for one in read(raw, PASSWORD).tokens] == [SEED]


def test_a_key_that_nothing_needs_is_not_looked_at() -> None:
    """A plain container opens with any key."""
    assert [one.seed for one in read(container(package(algorithm=HOTP)), SHARED).tokens] == [SEED]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (b"x" * 16, b"x" * 16),
        (b"\xff" * 32, b"\xff" * 32),
        (b"12345678901234567890123456789012\n", bytes.fromhex("12345678901234567890123456789012")),
        (base64.b64encode(bytes(range(24))) + b"\n", bytes(range(24))),
        (b"", None),
        (b"x" * 17, None),
    ],
)
def test_a_key_is_read_as_it_was_written(given: bytes, key: bytes | None) -> None:
    """Plain, in hexadecimal, in base64; nothing else."""
    assert read_key(given) == key
