import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from doorward.edges.crypto.assertions import AssertionSigner
from doorward.edges.crypto.keys import KeyRing, SealingKey

OLD, NEW = SealingKey(b"old1", b"o" * 32), SealingKey(b"new1", b"n" * 32)
CLAIMS = {"sub": "bram", "aud": "bücher.example"}


def read(part: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def keys(signer: AssertionSigner) -> list[dict[str, str]]:
    """Give the published keys."""
    found: Any = signer.keys()["keys"]
    return list(found)


def verify(token: str, published: list[dict[str, str]]) -> Any:
    """Check a token as an upstream does: with nothing but the published keys (RFC 7515 section 5.2)."""
    head, body, signature = token.split(".")
    named = json.loads(read(head))
    key = next(one for one in published if one["kid"] == named["kid"])
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(read(key["x"]), "big"), int.from_bytes(read(key["y"]), "big"), ec.SECP256R1()
    )
    raw = read(signature)
    told = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    numbers.public_key().verify(told, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    assert (named["alg"], named["typ"], len(raw)) == ("ES256", "JWT", 64)
    return json.loads(read(body))


def test_an_assertion_is_checked_with_the_published_key() -> None:
    """Every time: halves that begin with zeros keep their length."""
    signer = AssertionSigner(KeyRing((OLD,)))

    assert all(verify(signer.sign(CLAIMS), keys(signer)) == CLAIMS for _ in range(300))


def test_a_changed_claim_is_found_out() -> None:
    """The signature is over head and claims."""
    signer = AssertionSigner(KeyRing((OLD,)))
    head, _, signature = signer.sign({"sub": "bram"}).split(".")
    forged = base64.urlsafe_b64encode(b'{"sub":"olga"}').rstrip(b"=").decode()

    with pytest.raises(InvalidSignature):
        verify(f"{head}.{forged}.{signature}", keys(signer))


def test_every_node_has_the_same_keys() -> None:
    """They follow from the key file, and from nothing else."""
    first, second = AssertionSigner(KeyRing((OLD,))), AssertionSigner(KeyRing((OLD,)))

    assert keys(first) == keys(second)
    assert verify(first.sign(CLAIMS), keys(second)) == CLAIMS


def test_the_newest_key_signs_and_all_are_published() -> None:
    """Whoever has read the keys before a new one came can still check what the old one signed."""
    before, after = AssertionSigner(KeyRing((OLD,))), AssertionSigner(KeyRing((OLD, NEW)))

    assert verify(before.sign(CLAIMS), keys(after)) == CLAIMS
    assert [one["kid"] for one in keys(after)][1:] == [one["kid"] for one in keys(before)]
    assert json.loads(read(after.sign(CLAIMS).split(".")[0]))["kid"] == keys(after)[0]["kid"]


def test_a_key_is_named_by_its_thumbprint() -> None:
    """RFC 7638 section 3; and nothing private is published."""
    key = keys(AssertionSigner(KeyRing((OLD,))))[0]
    members = f'{{"crv":"P-256","kty":"EC","x":"{key["x"]}","y":"{key["y"]}"}}'

    assert read(key["kid"]) == hashlib.sha256(members.encode()).digest()
    assert set(key) == {"crv", "kty", "x", "y", "alg", "use", "kid"}
