"""Signed assertions: JSON Web Tokens under ES256, with keys that follow from the key file (RFC 7515, 7518, 7519).

Nothing of a signing key is stored: HKDF-SHA-256 (RFC 5869) derives one from each sealing key, so every node that
opens secrets signs alike, and a copy of the database signs nothing. The newest key signs; all of them are published.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doorward.edges.crypto.keys import KeyRing, SealingKey

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256 (NIST SP 800-186, 3.2.1.3)."""
_HALF = 32
"""Bytes of each half of a signature, and of each coordinate."""
_DERIVED_BYTES = 48
"""128 bits more than the order has, so that the remainder is as good as evenly spread (FIPS 186-5, A.2.1)."""
_ALGORITHM = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class _Pair:
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: Mapping[str, str]


class AssertionSigner:
    """Signs with the newest key of a key file."""

    def __init__(self, ring: KeyRing) -> None:
        """Derive the keys."""
        pairs = [_pair(key) for key in ring.keys]
        self._private = pairs[-1].private
        self._keys = {"keys": [dict(pair.public) for pair in reversed(pairs)]}
        head = {"alg": "ES256", "kid": pairs[-1].public["kid"], "typ": "JWT"}
        self._head = _encoded(json.dumps(head, separators=(",", ":")).encode())

    def sign(self, claims: Mapping[str, object]) -> str:
        """Sign claims; the signature is the two numbers side by side (RFC 7518 section 3.4)."""
        body = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        signed = f"{self._head}.{_encoded(body)}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), _ALGORITHM))
        return f"{signed}.{_encoded(r.to_bytes(_HALF, 'big') + s.to_bytes(_HALF, 'big'))}"

    def keys(self) -> Mapping[str, object]:
        """Return the public keys, the newest first."""
        return self._keys


def _pair(key: SealingKey) -> _Pair:
    raw = HKDF(hashes.SHA256(), _DERIVED_BYTES, salt=None, info=b"doorward assertions").derive(key.material)
    private = ec.derive_private_key(int.from_bytes(raw, "big") % (ORDER - 1) + 1, ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    point = {
        "crv": "P-256",
        "kty": "EC",
        "x": _encoded(numbers.x.to_bytes(_HALF, "big")),
        "y": _encoded(numbers.y.to_bytes(_HALF, "big")),
    }
    # RFC 7638 section 3: the members in order, without spaces.
    name = hashlib.sha256(json.dumps(point, separators=(",", ":")).encode()).digest()
    return _Pair(private, {**point, "alg": "ES256", "use": "sig", "kid": _encoded(name)})


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
