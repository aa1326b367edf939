import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.passkeys import rules
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
from doorward.kernel.ids import AccountId
from doorward.kernel.time import EPOCH
from tests.worlds import NOON

PARTY = RelyingParty("login.example.org", "https://login.example.org")
ALICE = AccountId(UUID(int=1))
CLIENT = ClientData("webauthn.get", b"c", "https://login.example.org", cross_origin=False, top_origin=None)
DATA = AuthenticatorData(
    hashlib.sha256(b"login.example.org").digest(),
    user_present=True, user_verified=True, backup_eligible=False, backed_up=False, sign_count=0,
)  # fmt: skip
KEY = Credential(b"id", b"key", -7, UUID(int=0))
PASSKEY = Passkey(
    account=ALICE, id=UUID(int=2), credential_id=b"id", public_key=b"key", sign_count=0, name="Phone", transports=(),
    aaguid=UUID(int=0), discoverable=True, user_verified=True, backup_eligible=False, backed_up=False, added_at=NOON,
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://login.example.org", RelyingParty("login.example.org", "https://login.example.org")),
        ("https://login.example.org:8443", RelyingParty("login.example.org", "https://login.example.org:8443")),
        ("http://localhost:8420", RelyingParty("localhost", "http://localhost:8420")),
        ("http://doorward.localhost", RelyingParty("doorward.localhost", "http://doorward.localhost")),
        ("http://login.example.org", None),
        ("http://127.0.0.1:8420", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("https://", None),
    ],
)
def test_relying_party_is_the_public_address(address: str, expected: RelyingParty | None) -> None:
    """A host name over HTTPS, or this machine; browsers take nothing else."""
    assert rules.relying_party(address) == expected


def test_challenge_is_read_as_it_was_spelled() -> None:
    """Chance, time and tag come back."""
    stamp = ChallengeStamp(b"n" * 16, NOON, b"t" * 32)

    assert rules.read_challenge(rules.spell_challenge(stamp)) == stamp


@given(st.binary(max_size=80))
def test_whatever_is_not_a_challenge_is_none(challenge: bytes) -> None:
    """Any bytes can be asked about; those of the right length are read, the others are none of ours."""
    read = rules.read_challenge(challenge)

    assert read is None or rules.spell_challenge(read) == challenge


def test_challenge_of_no_time_is_none() -> None:
    """A time that no calendar has is not read."""
    assert rules.read_challenge(b"n" * 16 + b"\xff" * 8 + b"t" * 32) is None


@pytest.mark.parametrize(("age", "expected"), [(0, False), (299.999999, False), (300, True), (900, True)])
def test_challenge_runs_out_after_five_minutes(age: float, expected: bool) -> None:
    """To the microsecond."""
    assert rules.over(ChallengeStamp(b"n" * 16, NOON, b""), NOON + timedelta(seconds=age)) is expected


def test_what_the_tag_covers_differs_with_every_part() -> None:
    """Purpose, place, chance and time: a challenge is good for one of each."""
    one = ChallengeScope(Purpose.PROOF, b"here")
    texts = {
        rules.tagged(one, b"n", NOON),
        rules.tagged(replace(one, purpose=Purpose.SIGN_IN), b"n", NOON),
        rules.tagged(replace(one, bound_to=b"there"), b"n", NOON),
        rules.tagged(one, b"m", NOON),
        rules.tagged(one, b"n", NOON + timedelta(microseconds=1)),
    }

    assert len(texts) == 5


def test_spent_challenge_is_kept_as_its_hash() -> None:
    """SHA-256 of the whole."""
    assert rules.spent_hash(b"challenge") == hashlib.sha256(b"challenge").digest()


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (CLIENT, None),
        (replace(CLIENT, type="webauthn.create"), Doubt.WRONG_TYPE),
        (replace(CLIENT, type="payment.get"), Doubt.WRONG_TYPE),
        (replace(CLIENT, origin="https://login.example.org.evil.example"), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, origin="https://other.login.example.org"), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, origin="http://login.example.org"), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, origin="https://login.example.org:8443"), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, origin="https://login.example.org/"), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, origin=""), Doubt.WRONG_ORIGIN),
        (replace(CLIENT, cross_origin=True), Doubt.FRAMED),
        (replace(CLIENT, top_origin="https://login.example.org"), Doubt.FRAMED),
    ],
)
def test_browser_is_doubted(client: ClientData, expected: Doubt | None) -> None:
    """An answer for another site, another ceremony or another site's frame proves nothing (T39)."""
    assert rules.judge_client(client, "webauthn.get", PARTY) is expected


@pytest.mark.parametrize(
    ("data", "verified", "expected"),
    [
        (DATA, True, None),
        (replace(DATA, user_verified=False), False, None),
        (replace(DATA, user_verified=False), True, Doubt.NOT_VERIFIED),
        (replace(DATA, user_present=False), False, Doubt.NOBODY_PRESENT),
        (replace(DATA, relying_party_hash=hashlib.sha256(b"example.org").digest()), False, Doubt.WRONG_RELYING_PARTY),
        (replace(DATA, relying_party_hash=b""), False, Doubt.WRONG_RELYING_PARTY),
        (replace(DATA, backed_up=True), False, Doubt.BACKUP_FLAGS),
        (replace(DATA, backed_up=True, backup_eligible=True), False, None),
    ],
)
def test_authenticator_is_doubted(data: AuthenticatorData, verified: bool, expected: Doubt | None) -> None:
    """By whom it signed for, whether somebody was there, and whether they were verified where that is asked."""
    assert rules.judge_authenticator(data, PARTY, verified=verified) is expected


CREATED = Registration(replace(CLIENT, type="webauthn.create"), DATA, KEY)


@pytest.mark.parametrize(
    ("registration", "expected"),
    [
        (CREATED, None),
        (replace(CREATED, client=CLIENT), Doubt.WRONG_TYPE),
        (replace(CREATED, authenticator=replace(DATA, user_present=False)), Doubt.NOBODY_PRESENT),
        (replace(CREATED, authenticator=replace(DATA, user_verified=False)), None),
        (replace(CREATED, credential=replace(KEY, algorithm=-8)), None),
        (replace(CREATED, credential=replace(KEY, algorithm=-257)), None),
        (replace(CREATED, credential=replace(KEY, algorithm=-65535)), Doubt.ALGORITHM),
        (replace(CREATED, credential=replace(KEY, algorithm=0)), Doubt.ALGORITHM),
        (replace(CREATED, credential=replace(KEY, id=b"")), Doubt.TOO_LONG),
        (replace(CREATED, credential=replace(KEY, id=b"i" * 1023)), None),
        (replace(CREATED, credential=replace(KEY, id=b"i" * 1024)), Doubt.TOO_LONG),
        (replace(CREATED, credential=replace(KEY, public_key=b"k" * 1101)), Doubt.TOO_LONG),
    ],
)
def test_registration_is_doubted(registration: Registration, expected: Doubt | None) -> None:
    """Section 7.1, for a server that asks for no attestation."""
    assert rules.judge_registration(registration, PARTY) is expected


@pytest.mark.parametrize(
    ("assertion", "verified", "expected"),
    [
        (Assertion(CLIENT, DATA), True, None),
        (Assertion(replace(CLIENT, type="webauthn.create"), DATA), True, Doubt.WRONG_TYPE),
        (Assertion(CLIENT, replace(DATA, user_verified=False)), True, Doubt.NOT_VERIFIED),
        (Assertion(CLIENT, replace(DATA, user_verified=False)), False, None),
    ],
)
def test_assertion_is_doubted(assertion: Assertion, verified: bool, expected: Doubt | None) -> None:
    """Section 7.2, before the signature."""
    assert rules.judge_assertion(assertion, PARTY, verified=verified) is expected


@pytest.mark.parametrize(
    ("handle", "alone", "expected"),
    [
        (ALICE.bytes, True, None),
        (ALICE.bytes, False, None),
        (None, False, None),
        (None, True, Doubt.OTHER_ACCOUNT),
        (UUID(int=9).bytes, False, Doubt.OTHER_ACCOUNT),
        (b"", False, Doubt.OTHER_ACCOUNT),
    ],
)
def test_owner_is_doubted(handle: bytes | None, alone: bool, expected: Doubt | None) -> None:
    """A passkey that stands alone names its account; one beside the password may leave it out."""
    assert rules.judge_owner(PASSKEY, handle, alone=alone) is expected


@pytest.mark.parametrize(
    ("kept", "said", "expected"),
    [
        (0, 0, None),
        (0, 1, None),
        (7, 8, None),
        (7, 7, Doubt.CLONED),
        (7, 6, Doubt.CLONED),
        (7, 0, None),
    ],
)
def test_count_that_does_not_rise_shows_a_copy(kept: int, said: int, expected: Doubt | None) -> None:
    """Only where both count."""
    passkey, data = replace(PASSKEY, sign_count=kept), replace(DATA, sign_count=said)

    assert rules.judge_memory(passkey, data, Purpose.PROOF) is expected


@pytest.mark.parametrize(("verified", "purpose", "expected"), [
    *((True, purpose, None) for purpose in Purpose),
    (False, Purpose.SECOND_FACTOR, None), (False, Purpose.PROOF, None),
    (False, Purpose.SIGN_IN, Doubt.NEVER_VERIFIED), (False, Purpose.PROTECTION, Doubt.NEVER_VERIFIED),
])  # fmt: skip
def test_key_that_never_verified_anybody_does_not_stand_alone(
    verified: bool, purpose: Purpose, expected: Doubt | None
) -> None:
    """Whoever finds a security key can set a PIN on it: it stays a second factor."""
    assert rules.judge_memory(replace(PASSKEY, user_verified=verified), DATA, purpose) is expected


def test_backup_eligibility_never_changes() -> None:
    """An authenticator that says otherwise than when it was added is another one."""
    assert rules.judge_memory(PASSKEY, replace(DATA, backup_eligible=True), Purpose.PROOF) is Doubt.BACKUP_FLAGS


def test_use_is_remembered() -> None:
    """Count, backup state and time."""
    later = NOON + timedelta(minutes=1)
    after = rules.used(PASSKEY, replace(DATA, sign_count=9, backed_up=True), later, beside_password=False)

    assert (after.sign_count, after.backed_up, after.last_used_at) == (9, True, later)


@pytest.mark.parametrize(
    ("before", "said", "beside_password", "after"),
    [
        (False, True, True, True),
        (False, True, False, False),
        (False, False, True, False),
        (True, False, True, True),
    ],
)
def test_first_verification_counts_beside_the_password_only(
    before: bool, said: bool, beside_password: bool, after: bool
) -> None:
    """The standard's uvInitialized: it takes another factor to come to be."""
    passkey, data = replace(PASSKEY, user_verified=before), replace(DATA, user_verified=said)

    assert rules.used(passkey, data, NOON, beside_password=beside_password).user_verified is after


@pytest.mark.parametrize(("hours", "expected"), [(None, True), (0, False), (23, False), (24, True)])
def test_owner_hears_of_a_copy_once_a_day(hours: int | None, expected: bool) -> None:
    """Somebody who tries it again and again does not fill the mailbox."""
    doubted_at = None if hours is None else NOON - timedelta(hours=hours)

    assert rules.tells(replace(PASSKEY, doubted_at=doubted_at), NOON) is expected


def test_transports_are_words_of_the_standard() -> None:
    """In one order, each once."""
    assert rules.known_transports(["usb", "carrier-pigeon", "nfc", "usb"]) == ("nfc", "usb")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" My phone ", "My phone"), ("", ""), ("   ", ""), ("n" * 100, "n" * 100), ("n" * 101, None),
        ("two\nlines", None), ("turned \u202e round", None),
    ],
)  # fmt: skip
def test_name_is_read(typed: str, expected: str | None) -> None:
    """One line that can be seen."""
    assert rules.parse_name(typed) == expected


@pytest.mark.parametrize(("verified", "expected"), [(True, "Passkey"), (False, "Security key")])
def test_passkey_without_a_name_is_called_what_it_is(verified: bool, expected: str) -> None:
    """One that verifies its person is a passkey."""
    assert rules.default_name(user_verified=verified) == expected


def test_doubts_after_a_comparison() -> None:
    """Only these have looked at the signature."""
    assert {doubt for doubt in Doubt if doubt.compared} == {Doubt.SIGNATURE, Doubt.CLONED}


def test_end_of_a_challenge() -> None:
    """Five minutes after it was made."""
    assert rules.ends_at(ChallengeStamp(b"", EPOCH, b"")) == EPOCH + timedelta(minutes=5)
