"""Whether what a browser sends proves anything: W3C Web Authentication Level 3, sections 7.1 and 7.2, as tables.

Laws: a challenge is good for five minutes, for its purpose, in its scope, once; only an answer that was made for this
server's own origin counts; a passkey that verified nobody never stands for the password.
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from doorward.features.passkeys.model.facts import (
    Assertion,
    AuthenticatorData,
    ChallengeScope,
    ChallengeStamp,
    ClientData,
    Credential,
    Doubt,
    Passkey,
    Purpose,
    Registration,
    RelyingParty,
)
from doorward.kernel.time import from_microseconds, to_microseconds

LIFETIME = timedelta(minutes=5)
"""How long a challenge can be answered: the time that W3C Web Authentication 15.1 recommends."""
MOST = 10
"""How many passkeys one account holds at most."""
CREDENTIAL_ID_BYTES = 1023
"""No longer id is taken: W3C Web Authentication 7.1."""
PUBLIC_KEY_BYTES = 1100
"""Room for RSA of 8192 bits, so that no key makes verifying slow."""
NAME_LENGTH = 100
ES256, EDDSA, RS256 = -7, -8, -257
ALGORITHMS = (ES256, EDDSA, RS256)
"""What W3C Web Authentication 5.4 asks relying parties to take, in the order of preference."""
TRANSPORTS = frozenset({"ble", "hybrid", "internal", "nfc", "smart-card", "usb"})
"""How an authenticator may be reached: W3C Web Authentication 5.8.4."""
TOLD_AGAIN_AFTER = timedelta(hours=24)
"""How often the owner is told that a passkey looks like a copy."""
CREATE, GET = "webauthn.create", "webauthn.get"
IN_PLACE_OF_A_PASSWORD = frozenset({Purpose.SIGN_IN, Purpose.PROTECTION})
"""What a passkey proves with no password beside it: it must have verified its person before (7.2, uvInitialized)."""

_NONCE, _TAG = 16, 32
_CHALLENGE = struct.Struct(f">{_NONCE}sQ{_TAG}s")


def relying_party(public_url: str) -> RelyingParty | None:
    """Return whom passkeys are for; None where browsers allow none.

    Browsers take a host name, never an address, and over HTTPS only, this machine itself excepted (W3C Web
    Authentication 5.1.2 and 5.4.2, Secure Contexts 3.1).
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    if _is_address(host) or not (parts.scheme == "https" or local):
        return None
    return RelyingParty(host, public_url)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True


def tagged(scope: ChallengeScope, nonce: bytes, made_at: datetime) -> str:
    """Spell what a challenge's tag is made over: chance, time, and the one scope that it is good in."""
    return f"{scope.purpose}|{scope.bound_to.hex()}|{nonce.hex()}|{to_microseconds(made_at)}"


def spell_challenge(stamp: ChallengeStamp) -> bytes:
    """Write a challenge; it carries its own proof, so that whoever only looks leaves nothing behind in the database."""
    return _CHALLENGE.pack(stamp.nonce, to_microseconds(stamp.made_at), stamp.tag)


def read_challenge(challenge: bytes) -> ChallengeStamp | None:
    """Read a challenge; None for what was not spelled here."""
    if len(challenge) != _CHALLENGE.size:
        return None
    nonce, made_at, tag = _CHALLENGE.unpack(challenge)
    try:
        return ChallengeStamp(nonce, from_microseconds(made_at), tag)
    except OverflowError:
        return None


def over(stamp: ChallengeStamp, now: datetime) -> bool:
    """Return whether a challenge has run out."""
    return now >= ends_at(stamp)


def ends_at(stamp: ChallengeStamp) -> datetime:
    """Return until when a challenge can be answered."""
    return stamp.made_at + LIFETIME


def spent_hash(challenge: bytes) -> bytes:
    """Return what is kept of a challenge that was answered."""
    return hashlib.sha256(challenge).digest()


def judge_client(client: ClientData, ceremony: str, party: RelyingParty) -> Doubt | None:
    """Doubt what the browser says: type, origin, frame (7.1, 7.2); the challenge is asked about elsewhere."""
    if client.type != ceremony:
        return Doubt.WRONG_TYPE
    if client.origin != party.origin:
        return Doubt.WRONG_ORIGIN
    if client.cross_origin or client.top_origin is not None:
        return Doubt.FRAMED
    return None


def judge_authenticator(data: AuthenticatorData, party: RelyingParty, *, verified: bool) -> Doubt | None:
    """Doubt what the authenticator says: rpIdHash, UP, UV, BS without BE (7.1, 7.2)."""
    if data.relying_party_hash != hashlib.sha256(party.id.encode()).digest():
        return Doubt.WRONG_RELYING_PARTY
    if not data.user_present:
        return Doubt.NOBODY_PRESENT
    if verified and not data.user_verified:
        return Doubt.NOT_VERIFIED
    if data.backed_up and not data.backup_eligible:
        return Doubt.BACKUP_FLAGS
    return None


def judge_registration(given: Registration, party: RelyingParty) -> Doubt | None:
    """Doubt a new passkey: 7.1, as far as a server goes that asks for no attestation."""
    return (
        judge_client(given.client, CREATE, party)
        or judge_authenticator(given.authenticator, party, verified=False)
        or _judge_credential(given.credential)
    )


def _judge_credential(credential: Credential) -> Doubt | None:
    if credential.algorithm not in ALGORITHMS:
        return Doubt.ALGORITHM
    if not 0 < len(credential.id) <= CREDENTIAL_ID_BYTES or len(credential.public_key) > PUBLIC_KEY_BYTES:
        return Doubt.TOO_LONG
    return None


def judge_assertion(given: Assertion, party: RelyingParty, *, verified: bool) -> Doubt | None:
    """Doubt an assertion before its signature is looked at (7.2)."""
    doubt = judge_client(given.client, GET, party)
    return doubt or judge_authenticator(given.authenticator, party, verified=verified)


def judge_owner(passkey: Passkey, user_handle: bytes | None, *, alone: bool) -> Doubt | None:
    """Doubt that a passkey is the account's; one that stands alone must name its account (7.2, userHandle)."""
    if user_handle is None:
        return Doubt.OTHER_ACCOUNT if alone else None
    return None if user_handle == passkey.account.bytes else Doubt.OTHER_ACCOUNT


def judge_memory(passkey: Passkey, data: AuthenticatorData, purpose: Purpose) -> Doubt | None:
    """Doubt a rightly signed assertion by what is remembered (7.2, credential record).

    A passkey that never verified its person stays a second factor: whoever finds a security key can set a PIN on it. A
    count that does not rise shows a copy; authenticators that keep none always say 0, and one that stops keeping it is
    believed.
    """
    if data.backup_eligible != passkey.backup_eligible:
        return Doubt.BACKUP_FLAGS
    if purpose in IN_PLACE_OF_A_PASSWORD and not passkey.user_verified:
        return Doubt.NEVER_VERIFIED
    if passkey.sign_count and 0 < data.sign_count <= passkey.sign_count:
        return Doubt.CLONED
    return None


def used(passkey: Passkey, data: AuthenticatorData, now: datetime, *, beside_password: bool) -> Passkey:
    """Remember a use (7.2). Only beside the password does a first verification count for later: uvInitialized."""
    return replace(
        passkey,
        sign_count=data.sign_count,
        backed_up=data.backed_up,
        user_verified=passkey.user_verified or (beside_password and data.user_verified),
        last_used_at=now,
    )


def tells(passkey: Passkey, now: datetime) -> bool:
    """Tell whether the owner should hear that a passkey looks like a copy: not again and again."""
    return passkey.doubted_at is None or now >= passkey.doubted_at + TOLD_AGAIN_AFTER


def known_transports(given: Iterable[str]) -> tuple[str, ...]:
    """Keep the transports that are words of the standard, each once."""
    return tuple(sorted(TRANSPORTS.intersection(given)))


def default_name(*, user_verified: bool) -> str:
    """Name a passkey that its owner has given no name."""
    return "Passkey" if user_verified else "Security key"


def parse_name(text: str) -> str | None:
    """Read a passkey's name: up to 100 printable characters, trimmed; empty where none is given."""
    name = text.strip()
    return name if len(name) <= NAME_LENGTH and name.isprintable() else None
