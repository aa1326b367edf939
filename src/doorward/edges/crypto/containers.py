"""What opens the values of encrypted containers: AES in the two ways that RFC 6030 section 6.1 names."""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

_BLOCK = 16


class AesCiphers:
    """The `Ciphers` of the kernel's ports."""

    def decrypt_cbc(self, key: bytes, given: bytes) -> bytes | None:
        """Decrypt AES-CBC with the IV in front: W3C XML Encryption 1.1 sections 5.2.2 and 5.2; None where it fails.

        The last byte says how many bytes of padding there are. Whoever calls has looked at the check value before, so
        that a wrong padding tells nothing to anybody.
        """
        if len(given) < 2 * _BLOCK or len(given) % _BLOCK:
            return None
        decryptor = Cipher(AES(key), CBC(given[:_BLOCK])).decryptor()
        padded = decryptor.update(given[_BLOCK:]) + decryptor.finalize()
        padding = padded[-1]
        return padded[:-padding] if 1 <= padding <= _BLOCK else None

    def unwrap(self, key: bytes, given: bytes) -> bytes | None:
        """Unwrap a key that is wrapped by AES: RFC 3394; None where its own check fails."""
        try:
            return aes_key_unwrap(key, given)
        except (InvalidUnwrap, ValueError):
            return None
