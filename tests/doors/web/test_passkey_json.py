from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.doors.web.passkey_json import creation_json, read_assertion, read_registration, request_json
from doorward.features.passkeys.model.facts import (
    CreationOptions,
    GivenAssertion,
    GivenRegistration,
    Known,
    RelyingParty,
    RequestOptions,
)
from doorward.kernel.outcome import Refused

PARTY = RelyingParty("login.example.org", "https://login.example.org")
MALFORMED = Refused("passkeys.malformed")
MADE: dict[str, Any] = {
    "id": "aWQ", "rawId": "aWQ", "type": "public-key", "authenticatorAttachment": "platform",
    "clientExtensionResults": {"credProps": {"rk": True}},
    "response": {
        "clientDataJSON": "Y2xpZW50", "attestationObject": "b2JqZWN0", "publicKey": "AA",
        "transports": ["usb", 7, "nfc"],
    },
}  # fmt: skip
USED: dict[str, Any] = {
    "id": "aWQ", "rawId": "aWQ", "type": "public-key", "clientExtensionResults": {},
    "response": {
        "clientDataJSON": "Y2xpZW50", "authenticatorData": "ZGF0YQ==", "signature": "c2ln", "userHandle": "aGFuZGxl",
    },
}  # fmt: skip


def test_creation_options_are_spelled_as_the_standard_does() -> None:
    """Section 5.1.8: bytes are base64url without padding."""
    options = CreationOptions(
        PARTY, "Example", UUID(int=1).bytes, "alice", "Alice", b"\xff\xfe\xfd\xfc", (-7, -8), (Known(b"k", ("usb",)),)
    )

    assert creation_json(options) == {
        "rp": {"id": "login.example.org", "name": "Example"},
        "user": {"id": "AAAAAAAAAAAAAAAAAAAAAQ", "name": "alice", "displayName": "Alice"},
        "challenge": "__79_A",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}],
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": "aw", "transports": ["usb"]}],
        "authenticatorSelection": {
            "residentKey": "preferred", "requireResidentKey": False, "userVerification": "preferred",
        },
        "attestation": "none",
        "extensions": {"credProps": True},
    }  # fmt: skip


@pytest.mark.parametrize(("verified", "word"), [(True, "required"), (False, "preferred")])
def test_request_options_are_spelled_as_the_standard_does(verified: bool, word: str) -> None:
    """Section 5.1.9."""
    assert request_json(RequestOptions(PARTY, b"\xff", (Known(b"k", ()),), verified)) == {
        "challenge": "_w",
        "timeout": 300_000,
        "rpId": "login.example.org",
        "allowCredentials": [{"type": "public-key", "id": "aw", "transports": []}],
        "userVerification": word,
    }


def test_registration_is_read() -> None:
    """As a browser writes it; what is not needed is passed over."""
    assert read_registration(MADE) == GivenRegistration(b"client", b"object", ("usb", "nfc"), discoverable=True)


@pytest.mark.parametrize("results", [None, {}, {"credProps": {}}, {"credProps": {"rk": False}}, {"credProps": 1}, []])
def test_registration_that_does_not_say_whether_it_can_be_found(results: object) -> None:
    """Not said is not discoverable; no transports are none."""
    response = {"clientDataJSON": "", "attestationObject": "", "transports": "usb"}

    assert read_registration({"response": response, "clientExtensionResults": results}) == GivenRegistration(b"", b"")


def test_assertion_is_read() -> None:
    """With padding or without."""
    assert read_assertion(USED) == GivenAssertion(b"id", b"client", b"data", b"sig", b"handle")


@pytest.mark.parametrize("handle", ["absent", None])
def test_assertion_without_a_user_handle(handle: str | None) -> None:
    """A security key gives none; some browsers say null."""
    response = {name: value for name, value in USED["response"].items() if name != "userHandle"}
    if handle is None:
        response["userHandle"] = None

    assert read_assertion(USED | {"response": response}) == GivenAssertion(b"id", b"client", b"data", b"sig")


@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", [None, 1, ["YQ"], "a b", "a", "Ä", "+/==", "YQ==="])
def test_assertion_with_a_part_that_cannot_be_read(name: str, value: object) -> None:
    """Texts in base64url, and nothing else."""
    assert read_assertion(USED | {"response": USED["response"] | {name: value}}) == MALFORMED


@pytest.mark.parametrize("value", [1, "a", {"a": "b"}])
def test_user_handle_that_cannot_be_read(value: object) -> None:
    """It is not taken for none."""
    assert read_assertion(USED | {"response": USED["response"] | {"userHandle": value}}) == MALFORMED


@pytest.mark.parametrize("value", [None, 1, "a", "é"])
def test_registration_with_a_part_that_cannot_be_read(value: object) -> None:
    """As an assertion."""
    assert read_registration(MADE | {"response": MADE["response"] | {"attestationObject": value}}) == MALFORMED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_other_json_is_malformed(value: object) -> None:
    """It may be anything; nothing raises."""
    assert read_assertion(value) == read_registration(value) == MALFORMED
    assert read_assertion(USED | {"response": value}) == MALFORMED
    assert read_registration(MADE | {"response": value}) == MALFORMED
