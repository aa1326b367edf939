import struct
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from doorward.doors.web.passkey_json import read_assertion as read_assertion_json
from doorward.doors.web.passkey_json import read_registration as read_registration_json
from doorward.features.passkeys import rules
from doorward.features.passkeys.actions import reading
from doorward.features.passkeys.model.facts import Doubt, GivenAssertion, GivenRegistration, RelyingParty
from tests.authenticators import Authenticator, b64, cbor, cose
from tests.features.passkeys.vectors import NONE_ES256, PACKED_RS256, Vector

PARTY = RelyingParty("example.org", "https://example.org")
VECTORS = pytest.mark.parametrize("vector", [NONE_ES256, PACKED_RS256], ids=["none.ES256", "packed.RS256"])


@VECTORS
def test_w3c_registration(vector: Vector) -> None:
    """The standard's own registrations are read, and hold (W3C Web Authentication Level 3, section 16)."""
    read = reading.read_registration(vector.registration)
    assert read is not None

    assert read.client.challenge == vector.created_for
    assert read.credential.id == vector.assertion.credential_id
    assert read.credential.algorithm == vector.algorithm
    assert rules.judge_registration(read, PARTY) is None


@VECTORS
def test_w3c_assertion(vector: Vector) -> None:
    """The standard's own assertions hold, for the key of its registration; their person was not verified."""
    registered, read = reading.read_registration(vector.registration), reading.read_assertion(vector.assertion)
    assert registered is not None
    assert read is not None

    assert read.client.challenge == vector.asked
    assert reading.signed(registered.credential.public_key, vector.assertion)
    assert rules.judge_assertion(read, PARTY, verified=False) is None
    assert rules.judge_assertion(read, PARTY, verified=True) is Doubt.NOT_VERIFIED


@VECTORS
@pytest.mark.parametrize("part", ["client_data", "authenticator_data", "signature"])
def test_w3c_assertion_with_one_bit_turned(vector: Vector, part: str) -> None:
    """Whatever was signed is signed whole."""
    registered = reading.read_registration(vector.registration)
    assert registered is not None
    raw = bytearray(getattr(vector.assertion, part))
    raw[len(raw) // 2] ^= 1
    turned = replace(vector.assertion, **{part: bytes(raw)})

    assert not reading.signed(registered.credential.public_key, turned)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["ES256", "EdDSA", "RS256"],
)
def test_keys_of_three_algorithms(key: ec.EllipticCurvePrivateKey) -> None:
    """What is offered is understood: a key of each is read, and its signatures hold."""
    authenticator = Authenticator(key=key)
    made = read_registration_json(authenticator.create({"challenge": b64(b"c" * 56), "user": {"id": b64(b"u" * 16)}}))
    used = read_assertion_json(authenticator.get({"challenge": b64(b"d" * 56)}))
    assert isinstance(made, GivenRegistration)
    assert isinstance(used, GivenAssertion)
    registered = reading.read_registration(made)
    assert registered is not None

    assert registered.credential.algorithm in rules.ALGORITHMS
    assert reading.signed(registered.credential.public_key, used)
    assert not reading.signed(registered.credential.public_key, replace(used, signature=used.signature[:-1]))


@pytest.mark.parametrize(
    "public_key",
    [
        cbor({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}),
        cbor({1: 2, 3: -7, -1: 2, -2: bytes(48), -3: bytes(48)}),
        cbor({1: 2, 3: -7}),
        cbor({1: 2, 3: -7, -1: 1, -2: "x", -3: "y"}),
        cbor({1: 3, 3: -257, -1: b"", -2: b""}),
        cbor({1: 1, 3: -8, -1: 6, -2: bytes(31)}),
        cbor({1: 2}),
        cbor({3: -12345}),
        cbor("text"),
        b"",
    ],
)
def test_public_key_that_cannot_be_used_is_not_read(public_key: bytes) -> None:
    """No point of its curve, no number of its size, no algorithm: not a registration at all."""
    made = Authenticator(attested=public_key).create({"challenge": b64(b"c"), "user": {"id": b64(b"u")}})
    given = read_registration_json(made)
    assert isinstance(given, GivenRegistration)

    assert reading.read_registration(given) is None


CLIENTS = [
    b"", b"\xff", b"[]", b"{}", b"null", b'{"type": "webauthn.get"}', b"[" * 60_000,
    b'{"type": 1, "challenge": "YQ", "origin": "o"}', b'{"type": "t", "challenge": ["YQ"], "origin": "o"}',
    b'{"type": "t", "challenge": "YQ", "origin": null}', b'{"type": "t", "challenge": "Y", "origin": "o"}',
]  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_client_data_that_cannot_be_read(client: bytes) -> None:
    """Any bytes may come; none of them is more than unreadable."""
    data = bytes(37)

    assert reading.read_assertion(GivenAssertion(b"", client, data, b"")) is None


@pytest.mark.parametrize("said", [True, "false", 1, None])
def test_cross_origin_is_anything_but_false(said: object) -> None:
    """What is not plainly no is taken for yes."""
    authenticator = Authenticator(client={"crossOrigin": said})
    given = read_assertion_json(authenticator.get({"challenge": b64(b"c")}))
    assert isinstance(given, GivenAssertion)
    read = reading.read_assertion(given)
    assert read is not None

    assert read.client.cross_origin


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_not(raw: bytes) -> None:
    """No input raises: neither as attestation, nor as authenticator data, key or signature."""
    client = b'{"type":"webauthn.create","challenge":"YQ","origin":"o"}'

    assert reading.read_registration(GivenRegistration(client, raw)) is None
    reading.read_assertion(GivenAssertion(raw, client, raw, raw))
    assert not reading.signed(raw, GivenAssertion(raw, client, raw, raw))


@pytest.mark.parametrize("raw", [b"\x81" * 60_000, b"\xa1\x01" * 30_000, b"\x9f" * 60_000, b"\x5b" + b"\xff" * 8])
def test_deep_and_endless_cbor_is_not_read(raw: bytes) -> None:
    """A thousand brackets, or a length beyond all bounds."""
    assert reading.read_registration(GivenRegistration(b"{}", raw)) is None
    assert not reading.signed(raw, GivenAssertion(b"", b"", b"", b""))


def test_registration_without_a_credential_is_none() -> None:
    """An assertion's data in a registration's place."""
    attestation = cbor({"fmt": "none", "attStmt": {}, "authData": bytes(32) + struct.pack(">BI", 5, 0)})
    client = b'{"type":"webauthn.create","challenge":"YQ","origin":"o"}'

    assert reading.read_registration(GivenRegistration(client, attestation)) is None


def test_comparing_with_nothing_says_nothing() -> None:
    """Whoever names a passkey that is not there costs a comparison, and gets nothing from it."""
    given = read_assertion_json(Authenticator().get({"challenge": b64(b"c")}))
    assert isinstance(given, GivenAssertion)
    reading.compare_with_nothing(given)

    assert not reading.signed(cose(ec.generate_private_key(ec.SECP256R1())), given)
