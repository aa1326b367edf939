"""A software authenticator and the browser in front of it, written out for tests: W3C Web Authentication Level 3.

It writes CBOR and COSE by itself, so that what our code reads comes from somebody else's hand.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

ORIGIN = "https://login.example.org"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def b64(raw: bytes) -> str:
    """Spell bytes as base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: object) -> bytes:
    """Write a value as CBOR (RFC 8949 section 3), as far as authenticators need it."""
    match value:
        case int() if value >= 0:
            return _head(0, value)
        case int():
            return _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case Mapping():
            return _head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())
        case _:
            raise TypeError(type(value))


def _head(kind: int, number: int) -> bytes:
    for code, form, limit in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if number < 24:
            return bytes([kind << 5 | number])
        if number < limit:
            return bytes([kind << 5 | code]) + struct.pack(form, number)
    raise OverflowError(number)


def cose(key: PrivateKey) -> bytes:
    """Write the public half of a key as COSE (RFC 9053 section 7, RFC 8230 section 4)."""
    match key:
        case ec.EllipticCurvePrivateKey():
            point = key.public_key().public_numbers()
            return cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        case ed25519.Ed25519PrivateKey():
            return cbor({1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()})
        case rsa.RSAPrivateKey():
            numbers = key.public_key().public_numbers()
            return cbor({1: 3, 3: -257, -1: numbers.n.to_bytes(key.key_size // 8), -2: numbers.e.to_bytes(3)})


def sign(key: PrivateKey, message: bytes) -> bytes:
    """Sign a message as the key's algorithm does."""
    match key:
        case ec.EllipticCurvePrivateKey():
            return key.sign(message, ec.ECDSA(hashes.SHA256()))
        case ed25519.Ed25519PrivateKey():
            return key.sign(message)
        case rsa.RSAPrivateKey():
            return key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key of the kind that every authenticator makes."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(slots=True)
class Authenticator:
    """One credential in one authenticator, with a browser that shows pages of one origin."""

    credential_id: bytes = b"a credential, chosen by tests"
    key: PrivateKey = field(default_factory=new_key)
    origin: str = ORIGIN
    relying_party: str = "login.example.org"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    """0 for an authenticator that keeps no count; else it rises with each use."""
    user_handle: bytes | None = None
    """Whose credential it is; given back by a passkey, not by a mere security key."""
    client: dict[str, Any] = field(default_factory=dict)
    """What the browser says otherwise than it should."""
    attested: bytes | None = None
    """The public key that is handed over, if not the key's own."""

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Make the credential that a page asks for: what `PublicKeyCredential.toJSON()` gives."""
        self.user_handle = unb64(options["user"]["id"])
        public = cose(self.key) if self.attested is None else self.attested
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        data = self._data(self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": b64(self._client("webauthn.create", options["challenge"])),
            "attestationObject": b64(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "hybrid"],
        }
        return self._json(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Sign the challenge that a page asks for."""
        self.count += 1 if self.count else 0
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(sign(self.key, data + hashlib.sha256(client).digest())),
        }
        if self.user_handle is not None:
            response["userHandle"] = b64(self.user_handle)
        return self._json(response)

    def _json(self, response: dict[str, Any]) -> dict[str, Any]:
        name = b64(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _client(self, ceremony: str, challenge: str) -> bytes:
        said = {"type": ceremony, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | self.client).encode()

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.relying_party.encode()).digest() + struct.pack(">BI", flags, self.count)
