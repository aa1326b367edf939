"""From what browsers send to values: client data, authenticator data, public keys and signatures, through `fido2`.

The library reads CBOR and COSE and checks signatures; what it all proves is for the rules. It is asked for nothing
else: its own server accepts origins of sibling hosts, and holds some of its laws by `assert`.
"""

import hashlib
import json
import struct
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode
from fido2.webauthn import AttestationObject
from fido2.webauthn import AuthenticatorData as Signed

from doorward.features.passkeys import rules
from doorward.features.passkeys.model.facts import (
    Assertion,
    AuthenticatorData,
    ClientData,
    Credential,
    GivenAssertion,
    GivenRegistration,
    Registration,
)

T = TypeVar("T")

_STUMBLES = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, RuntimeError, UnsupportedAlgorithm,
    struct.error,
)  # fmt: skip
"""What reading bytes that anybody may have made can run into; all of it means: this cannot be read."""
_ES256_POINT = (
    bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
    bytes.fromhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
)
"""The base point of P-256 (SEC 2, 2.4.2): comparing with it takes as long as with any key, and decides nothing."""


def read_registration(given: GivenRegistration) -> Registration | None:
    """Read a registration whose public key can be used; None for whatever is not one."""
    return _or_none(lambda: _registration(given))


def read_assertion(given: GivenAssertion) -> Assertion | None:
    """Read an assertion; None for whatever is not one."""
    return _or_none(lambda: Assertion(_client(given.client_data), _authenticator(Signed(given.authenticator_data))))


def signed(public_key: bytes, given: GivenAssertion) -> bool:
    """Return whether an assertion was signed by the private half of this key: W3C Web Authentication 7.2."""
    return _or_none(lambda: _verify(_key(public_key), given)) or False


def compare_with_nothing(given: GivenAssertion) -> None:
    """Take as long as a comparison does, for whoever names a passkey that is not there."""
    x, y = _ES256_POINT
    _or_none(lambda: _verify(ES256({1: 2, 3: rules.ES256, -1: 1, -2: x, -3: y}), given))


def _or_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except _STUMBLES:
        return None


def _registration(given: GivenRegistration) -> Registration:
    data = AttestationObject(given.attestation).auth_data
    attested = data.credential_data
    if attested is None:
        raise ValueError("no credential came with it")
    public_key = cbor.encode(dict(attested.public_key))
    _usable(_key(public_key))
    credential = Credential(
        attested.credential_id, public_key, attested.public_key.ALGORITHM or 0, UUID(bytes=bytes(attested.aaguid))
    )
    return Registration(_client(given.client_data), _authenticator(data), credential)


def _client(raw: bytes) -> ClientData:
    found = json.loads(raw.decode())
    top = found.get("topOrigin")
    if not all(isinstance(found[name], str) for name in ("type", "challenge", "origin")):
        raise ValueError("client data are texts")
    return ClientData(
        found["type"],
        websafe_decode(found["challenge"]),
        found["origin"],
        cross_origin=found.get("crossOrigin", False) is not False,
        top_origin=None if top is None else str(top),
    )


def _authenticator(data: Signed) -> AuthenticatorData:
    return AuthenticatorData(
        relying_party_hash=data.rp_id_hash,
        user_present=data.is_user_present(),
        user_verified=data.is_user_verified(),
        backup_eligible=data.is_backup_eligible(),
        backed_up=data.is_backed_up(),
        sign_count=data.counter,
    )


def _key(public_key: bytes) -> CoseKey:
    found = cbor.decode(public_key)
    if not isinstance(found, dict):
        raise ValueError("a COSE key is a map")  # noqa: TRY004 - it means that the bytes cannot be read
    return CoseKey.parse(found)


def _usable(key: CoseKey) -> None:
    """Raise unless signatures can be compared with the key: it is a point of its curve, a number of its size."""
    try:
        key.verify(b"", b"")
    except InvalidSignature:
        return


def _verify(key: CoseKey, given: GivenAssertion) -> bool:
    try:
        key.verify(given.authenticator_data + hashlib.sha256(given.client_data).digest(), given.signature)
    except InvalidSignature:
        return False
    return True
