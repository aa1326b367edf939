from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from doorward.doors.web.passkey_json import read_assertion
from doorward.edges.call import Site
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.actions.ceremonies import Question
from doorward.features.passkeys.model.facts import (
    AssertionAccepted,
    ChallengeScope,
    Doubt,
    GivenAssertion,
    Passkey,
    Purpose,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.authenticators import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Authenticator, b64, new_key
from tests.features.passkeys.touching import (
    ALONE,
    PROOF,
    REGISTER,
    add,
    check,
    doubt_of,
    kept,
    made,
    register,
    signed,
)
from tests.worlds import API, NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice."""
    return world.add("alice")


def test_passkey_is_added_as_it_was_made(world: World, alice: AccountId) -> None:
    """What was said of it is kept, and the account has one factor more."""
    phone = Authenticator(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP, count=5)
    passkey = register(world, alice, phone, "My phone")

    assert kept(world, alice) == [passkey]
    assert (passkey.credential_id, passkey.name, passkey.sign_count) == (phone.credential_id, "My phone", 5)
    assert (passkey.user_verified, passkey.backup_eligible, passkey.backed_up) == (True, True, True)
    assert (passkey.transports, passkey.discoverable, passkey.added_at) == (("hybrid", "internal"), True, NOON)
    assert (passkey.last_used_at, passkey.doubted_at, passkey.aaguid) == (None, None, UUID(int=0))
    assert world.standing(alice).state.factors == 1


@pytest.mark.parametrize(("flags", "name"), [(PRESENT, "Security key"), (PRESENT | VERIFIED, "Passkey")])
def test_passkey_without_a_name_is_called_what_it_is(world: World, alice: AccountId, flags: int, name: str) -> None:
    """By whether it verifies its person."""
    assert register(world, alice, Authenticator(flags=flags)).name == name


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"origin": "https://login.example.org.evil.example"}, Doubt.WRONG_ORIGIN),
        ({"relying_party": "example.org"}, Doubt.WRONG_RELYING_PARTY),
        ({"flags": VERIFIED}, Doubt.NOBODY_PRESENT),
        ({"flags": PRESENT | BACKED_UP}, Doubt.BACKUP_FLAGS),
        ({"client": {"type": "webauthn.get"}}, Doubt.WRONG_TYPE),
        ({"client": {"crossOrigin": True}}, Doubt.FRAMED),
        ({"client": {"topOrigin": "https://evil.example"}}, Doubt.FRAMED),
        ({"client": {"challenge": "AAAA"}}, Doubt.WRONG_CHALLENGE),
        ({"credential_id": b"i" * 1024}, Doubt.TOO_LONG),
        ({"key": ec.generate_private_key(ec.SECP384R1())}, Doubt.UNREADABLE),
    ],
)
def test_registration_that_is_not_what_was_asked_for(
    world: World, alice: AccountId, change: dict[str, object], cause: Doubt
) -> None:
    """One answer for all of them; the trail says why."""
    phone = Authenticator(key=ec.generate_private_key(ec.SECP256R1()))
    if "key" in change:
        phone.attested = b"\xa0"
    else:
        for name, value in change.items():
            setattr(phone, name, value)
    answer = add(world, alice, made(world, alice, phone))

    assert answer == Refused("passkeys.refused", cause=cause.value)
    assert kept(world, alice) == []


def test_registration_is_too_late_after_five_minutes(world: World, alice: AccountId) -> None:
    """It can be begun again."""
    given = made(world, alice, Authenticator())
    world.pass_time(minutes=5)

    assert add(world, alice, given) == Refused("passkeys.expired", cause=Doubt.EXPIRED.value)


def test_registration_counts_once(world: World, alice: AccountId) -> None:
    """As long as the passkey is there it is there already; after it was removed its challenge is spent."""
    given = made(world, alice, Authenticator())
    first = add(world, alice, given)
    second = add(world, alice, given)
    with world.writing() as call:
        keeping.delete_passkeys(call, alice)

    assert isinstance(first, Passkey)
    assert second == Refused("passkeys.already_added")
    assert add(world, alice, given) == Refused("passkeys.expired", cause=Doubt.USED.value)


def test_registration_belongs_to_where_it_was_begun(world: World, alice: AccountId) -> None:
    """Another session cannot finish it."""
    given = made(world, alice, Authenticator())
    with world.writing() as call:
        answer = ceremonies.add(call, alice, ChallengeScope(Purpose.REGISTER, b"that session"), given, "")

    assert answer == Refused("passkeys.refused", cause=Doubt.WRONG_CHALLENGE.value)


def test_eleventh_passkey_is_refused(world: World, alice: AccountId) -> None:
    """Ten are enough for anybody: when it is asked for, and when it comes."""
    late = made(world, alice, Authenticator(credential_id=b"late"))
    for number in range(10):
        register(world, alice, Authenticator(credential_id=bytes([number])))
    with world.reading() as call:
        asked = keeping.ask_for_new(call, world.standing(alice).account, REGISTER, "Doorward")

    assert asked == add(world, alice, late) == Refused("passkeys.too_many", {"most": 10})


def test_right_assertion_is_accepted_and_remembered(world: World, alice: AccountId) -> None:
    """Its count, and when it was used."""
    phone = Authenticator(count=1)
    register(world, alice, phone)
    world.pass_time(minutes=1)
    answer = check(world, alice, signed(world, phone))
    (after,) = kept(world, alice)

    assert answer == AssertionAccepted(after, user_verified=True)
    assert (after.sign_count, after.last_used_at) == (2, NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"origin": "https://login.example.org.evil.example"}, Doubt.WRONG_ORIGIN),
        ({"relying_party": "evil.example"}, Doubt.WRONG_RELYING_PARTY),
        ({"flags": VERIFIED}, Doubt.NOBODY_PRESENT),
        ({"flags": PRESENT}, Doubt.NOT_VERIFIED),
        ({"flags": PRESENT | VERIFIED | BACKED_UP}, Doubt.BACKUP_FLAGS),
        ({"flags": PRESENT | VERIFIED | ELIGIBLE}, Doubt.BACKUP_FLAGS),
        ({"client": {"type": "webauthn.create"}}, Doubt.WRONG_TYPE),
        ({"client": {"crossOrigin": True}}, Doubt.FRAMED),
        ({"client": {"challenge": "AAAA"}}, Doubt.WRONG_CHALLENGE),
        ({"client": {"challenge": []}}, Doubt.UNREADABLE),
        ({"user_handle": b"somebody else"}, Doubt.OTHER_ACCOUNT),
        ({"key": new_key()}, Doubt.SIGNATURE),
        ({"credential_id": b"another"}, Doubt.UNKNOWN),
    ],
)
def test_assertion_that_proves_nothing(world: World, alice: AccountId, change: dict[str, object], doubt: Doubt) -> None:
    """Each step of the standard's section 7.2 turns it away; nothing is remembered of it."""
    phone = Authenticator()
    passkey = register(world, alice, phone)
    for name, value in change.items():
        setattr(phone, name, value)
    given = signed(world, phone)

    assert doubt_of(check(world, alice, given, verified=True)) is doubt
    assert kept(world, alice) == [passkey]


def test_assertion_is_good_for_five_minutes(world: World, alice: AccountId) -> None:
    """Then it has run out."""
    phone = Authenticator()
    register(world, alice, phone)
    early, late = signed(world, phone), signed(world, phone)
    world.pass_time(seconds=299)
    answers = [check(world, alice, early)]
    world.pass_time(seconds=1)
    answers.append(check(world, alice, late))

    assert [doubt_of(one) for one in answers] == [None, Doubt.EXPIRED]


def test_assertion_is_good_once(world: World, alice: AccountId) -> None:
    """Whoever has overheard it is too late."""
    phone = Authenticator()
    register(world, alice, phone)
    given = signed(world, phone)

    assert [doubt_of(check(world, alice, given)) for _ in range(2)] == [None, Doubt.USED]


@pytest.mark.parametrize("made_for", list(Purpose))
@pytest.mark.parametrize("given_as", list(Purpose))
def test_challenge_is_good_for_its_own_purpose(
    world: World, alice: AccountId, made_for: Purpose, given_as: Purpose
) -> None:
    """Only on the diagonal: an answer given to prove oneself never signs anybody in (T31)."""
    phone = Authenticator()
    register(world, alice, phone)
    given = signed(world, phone, ChallengeScope(made_for, b"here"))
    answer = check(world, alice, given, ChallengeScope(given_as, b"here"))

    assert doubt_of(answer) is (None if made_for is given_as else Doubt.WRONG_CHALLENGE)


def test_challenge_is_good_in_its_own_place(world: World, alice: AccountId) -> None:
    """Another session, another sign-in: not there."""
    phone = Authenticator()
    register(world, alice, phone)
    given = signed(world, phone, ChallengeScope(Purpose.PROOF, b"here"))

    assert doubt_of(check(world, alice, given, ChallengeScope(Purpose.PROOF, b"there"))) is Doubt.WRONG_CHALLENGE


def test_challenge_of_somebody_elses_making(world: World, alice: AccountId) -> None:
    """One bit of chance, time or tag, and it is none of ours."""
    phone = Authenticator()
    register(world, alice, phone)
    with world.reading() as call:
        challenge = ceremonies.make_challenge(call, PROOF)
    answers = set()
    for place in (0, 20, 40):
        turned = bytearray(challenge)
        turned[place] ^= 1
        given = _answer(phone, bytes(turned))
        answers.add(doubt_of(check(world, alice, given)))

    assert answers == {Doubt.WRONG_CHALLENGE}


def _answer(phone: Authenticator, challenge: bytes) -> GivenAssertion:
    given = read_assertion(phone.get({"challenge": b64(challenge)}))
    assert isinstance(given, GivenAssertion)
    return given


@pytest.mark.parametrize(("doubt", "code"), [
    (Doubt.EXPIRED, "passkeys.expired"), (Doubt.USED, "passkeys.expired"), (Doubt.UNKNOWN, "passkeys.refused"),
    (Doubt.SIGNATURE, "passkeys.refused"), (Doubt.CLONED, "passkeys.refused"),
])  # fmt: skip
def test_doubts_are_answered_alike(doubt: Doubt, code: str) -> None:
    """An unknown passkey and a wrong signature are one answer; whoever was too slow hears so."""
    assert ceremonies.refusal(doubt) == Refused(code, cause=doubt.value)


def test_without_a_host_name_there_are_no_passkeys(world: World, alice: AccountId) -> None:
    """Browsers would refuse; so does the server, at each turn."""
    phone = Authenticator()
    register(world, alice, phone)
    given, new = signed(world, phone), made(world, alice, Authenticator(credential_id=b"new"))
    moved = replace(world.runtime, site=Site("http://127.0.0.1:8420", "node-1"))
    account = world.standing(alice).account
    with moved.writing(API) as call:
        answers = [
            keeping.ask_for_new(call, account, REGISTER, "Doorward"),
            keeping.ask_for_one(call, alice, PROOF),
            keeping.ask_for_any(call, ALONE),
            ceremonies.add(call, alice, REGISTER, new, ""),
        ]
        checked = ceremonies.check(call, Question(alice, PROOF), given)

    assert answers == [Refused("passkeys.not_available", {"address": "http://127.0.0.1:8420"})] * 4
    assert doubt_of(checked) is Doubt.UNREADABLE
