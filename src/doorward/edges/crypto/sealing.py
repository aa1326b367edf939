"""Secrets at rest: AES-256-GCM for values that are read again, HMAC-SHA-256 for codes that are only compared.

A sealed value is: format byte, key id, nonce, ciphertext with its tag. The first two and the place (table, column,
row) are authenticated with it, so a value that was moved to another row does not open. Each use has a key of its own,
derived by HKDF-SHA-256 (RFC 5869) from the one in the key file.
"""

import hmac
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doorward.edges.crypto.keys import ID_BYTES, KEY_BYTES, KeyRing, SealingKey
from doorward.kernel.ports import Entropy, SealBroken

FORMAT = b"\x01"
NONCE_BYTES = 12
"""96 bits drawn for each value: NIST SP 800-38D section 8.2.2, good for 2^32 values under one key."""
_TAG_BYTES = 16
_HEAD_BYTES = len(FORMAT) + ID_BYTES
_LEAST_BYTES = _HEAD_BYTES + NONCE_BYTES + _TAG_BYTES


class FileSealer:
    """Seals and hashes with the keys of a key file."""

    def __init__(self, ring: KeyRing, entropy: Entropy) -> None:
        """Take the keys, and the source of nonces."""
        self._ring = ring
        self._entropy = entropy

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt and authenticate a value for one place, under the present key."""
        key = self._ring.present
        head = FORMAT + key.id
        nonce = self._entropy.bytes(NONCE_BYTES)
        return head + nonce + _cipher(key).encrypt(nonce, plain, head + place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Give back what was sealed for this place; raise `SealBroken` for everything else."""
        key = self._ring.find(sealed[len(FORMAT) : _HEAD_BYTES])
        if key is None or not sealed.startswith(FORMAT) or len(sealed) < _LEAST_BYTES:
            raise SealBroken(f"what is sealed at {place.partition('|')[0]} has no form or key that is known here")
        head, nonce, rest = (
            sealed[:_HEAD_BYTES],
            sealed[_HEAD_BYTES:][:NONCE_BYTES],
            sealed[_HEAD_BYTES + NONCE_BYTES :],
        )
        try:
            return _cipher(key).decrypt(nonce, rest, head + place.encode())
        except InvalidTag as error:
            raise SealBroken(f"what is sealed at {place.partition('|')[0]} was changed or moved") from error

    def keyed_hash(self, value: str, purpose: str) -> bytes:
        """Hash a text (32 bytes) under the first key, in a derivation of its own for each purpose.

        Always the first: a hash cannot be made anew under another key, since nobody has the text any more.
        """
        key = _derived(self._ring.first, f"hash {purpose}")
        return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256")


@lru_cache(maxsize=64)
def _cipher(key: SealingKey) -> AESGCM:
    return AESGCM(_derived(key, "seal"))


@lru_cache(maxsize=64)
def _derived(key: SealingKey, use: str) -> bytes:
    """Derive the key of one use; those in use are kept."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"doorward {use}".encode()).derive(key.material)
