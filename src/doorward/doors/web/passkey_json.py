"""Passkeys as browsers spell them: options and answers in JSON, W3C Web Authentication Level 3 section 5.1.

An answer is read as `PublicKeyCredential.toJSON()` writes it. Members that are not needed are passed over, since
browsers add some as the standard grows.
"""

import base64
import binascii
import json
import re
from typing import Any

from doorward.features.passkeys.model.facts import (
    CreationOptions,
    GivenAssertion,
    GivenRegistration,
    Known,
    RequestOptions,
)
from doorward.kernel.outcome import Refused

TIMEOUT_MILLISECONDS = 300_000
"""As long as a challenge can be answered."""
MALFORMED = Refused("passkeys.malformed")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


def creation_json(options: CreationOptions) -> dict[str, Any]:
    """Spell what a browser is asked to make: PublicKeyCredentialCreationOptionsJSON."""
    return {
        "rp": {"id": options.relying_party.id, "name": options.relying_party_name},
        "user": {
            "id": _spell(options.user_handle), "name": options.user_name, "displayName": options.display_name,
        },
        "challenge": _spell(options.challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in options.algorithms],
        "timeout": TIMEOUT_MILLISECONDS,
        "excludeCredentials": [_known_json(one) for one in options.excluded],
        "authenticatorSelection": {
            "residentKey": "preferred", "requireResidentKey": False, "userVerification": "preferred",
        },
        "attestation": "none",
        "extensions": {"credProps": True},
    }  # fmt: skip


def request_json(options: RequestOptions) -> dict[str, Any]:
    """Spell what a browser is asked to sign: PublicKeyCredentialRequestOptionsJSON."""
    return {
        "challenge": _spell(options.challenge),
        "timeout": TIMEOUT_MILLISECONDS,
        "rpId": options.relying_party.id,
        "allowCredentials": [_known_json(one) for one in options.allowed],
        "userVerification": "required" if options.verified else "preferred",
    }


def read_registration(given: object) -> GivenRegistration | Refused:
    """Read RegistrationResponseJSON."""
    match given:
        case {"response": {"clientDataJSON": client, "attestationObject": attestation, **rest}}:
            parts = [_read(client), _read(attestation)]
        case _:
            return MALFORMED
    if None in parts:
        return MALFORMED
    transports = rest.get("transports")
    texts = tuple(one for one in transports if isinstance(one, str)) if isinstance(transports, list) else ()
    return GivenRegistration(parts[0] or b"", parts[1] or b"", texts, _discoverable(given))


def read_assertion(given: object) -> GivenAssertion | Refused:
    """Read AuthenticationResponseJSON."""
    match given:
        case {"rawId": name, "response": {"clientDataJSON": client, "authenticatorData": data, "signature": signature,
                                          **rest}}:  # fmt: skip
            parts = [_read(one) for one in (name, client, data, signature)]
        case _:
            return MALFORMED
    handle = rest.get("userHandle")
    user_handle = None if handle is None else _read(handle)
    if None in parts or (handle is not None and user_handle is None):
        return MALFORMED
    credential_id, client_data, authenticator_data, signed = (one or b"" for one in parts)
    return GivenAssertion(credential_id, client_data, authenticator_data, signed, user_handle)


def loaded(text: str) -> Any:
    """Read what a script put into a field; None for what is no JSON, or nests too deep to be an answer."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _discoverable(given: object) -> bool:
    match given:
        case {"clientExtensionResults": {"credProps": {"rk": True}}}:
            return True
        case _:
            return False


def _known_json(known: Known) -> dict[str, Any]:
    return {"type": "public-key", "id": _spell(known.credential_id), "transports": list(known.transports)}


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(value: object) -> bytes | None:
    """Read base64url with or without padding; None for everything else."""
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        return None
    bare = value.rstrip("=")
    try:
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return None
