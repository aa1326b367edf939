import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from doorward.edges.crypto.containers import AesCiphers

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
VECTOR = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
FIRST_BLOCK = bytes.fromhex("7649abac8119b246cee98e9b12e9197d")


def test_cbc_opens_the_value_of_nist_sp_800_38a() -> None:
    """Appendix F.2.2; its last byte, 0x2a, is no padding, so that the value is refused as a whole."""
    assert AesCiphers().decrypt_cbc(KEY, VECTOR + FIRST_BLOCK) is None


def test_a_padded_value_opens() -> None:
    """Encrypted by OpenSSL: `openssl enc -aes-128-cbc` of fifteen letters."""
    sealed = bytes.fromhex("d61a6795c2cbd721bab2033e60525bca")

    assert AesCiphers().decrypt_cbc(KEY, VECTOR + sealed) == b"fifteen letters"


@pytest.mark.parametrize("given", [b"", VECTOR, VECTOR + b"x" * 15, VECTOR + b"x" * 17])
def test_a_value_that_is_not_whole_does_not_open(given: bytes) -> None:
    """It has an initialisation vector and at least one whole block."""
    assert AesCiphers().decrypt_cbc(KEY, given) is None


def test_a_wrapped_key_is_unwrapped() -> None:
    """The value of RFC 3394 section 4.1."""
    key = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
    wrapped = bytes.fromhex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")

    assert AesCiphers().unwrap(key, wrapped) == bytes.fromhex("00112233445566778899AABBCCDDEEFF")


@pytest.mark.parametrize("given", [b"", b"x" * 8, b"x" * 23, b"x" * 24, aes_key_wrap(b"y" * 16, b"z" * 16)])
def test_what_was_not_wrapped_under_the_key_does_not_unwrap(given: bytes) -> None:
    """Its own check fails."""
    assert AesCiphers().unwrap(KEY, given) is None
