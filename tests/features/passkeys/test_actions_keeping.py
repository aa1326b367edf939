import pytest

from doorward.edges.run import LostRace
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.model.facts import CreationOptions, Known, PasskeyFacts, RequestOptions
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.authenticators import PRESENT, Authenticator
from tests.features.passkeys.touching import ALONE, PARTY, PROOF, REGISTER, check, register, signed
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice."""
    return world.add("alice")


PHONE = Known(b"phone", ("hybrid", "internal"))


def test_new_passkey_is_asked_for(world: World, alice: AccountId) -> None:
    """For this server and this account, in the algorithms that are taken, and none that it has."""
    register(world, alice, Authenticator(credential_id=b"phone"))
    with world.reading() as call:
        asked = keeping.ask_for_new(call, world.standing(alice).account, REGISTER, "Example")
    assert isinstance(asked, CreationOptions)

    assert (asked.relying_party, asked.relying_party_name) == (PARTY, "Example")
    assert (asked.user_handle, asked.user_name, asked.display_name) == (alice.bytes, "alice", "Alice")
    assert (asked.algorithms, asked.excluded, len(asked.challenge)) == ((-7, -8, -257), (PHONE,), 56)


def test_one_of_the_accounts_passkeys_is_asked_for(world: World, alice: AccountId) -> None:
    """They are named, so that a browser finds the authenticator."""
    register(world, alice, Authenticator(credential_id=b"phone"))
    with world.reading() as call:
        asked = keeping.ask_for_one(call, alice, PROOF)
    assert isinstance(asked, RequestOptions)

    assert (asked.relying_party, asked.allowed, asked.verified) == (PARTY, (PHONE,), False)


def test_account_without_passkeys_is_asked_for_none(world: World, alice: AccountId) -> None:
    """There is nothing to sign with."""
    with world.reading() as call:
        assert keeping.ask_for_one(call, alice, PROOF) == Refused("passkeys.none")


def test_any_passkey_is_asked_for_without_a_name(world: World, alice: AccountId) -> None:
    """No credential is named, whoever has some; the person must be verified (LOCK-11, LOCK-15)."""
    register(world, alice, Authenticator())
    with world.reading() as call:
        asked = keeping.ask_for_any(call, ALONE)
    assert isinstance(asked, RequestOptions)

    assert (asked.allowed, asked.verified) == ((), True)


def test_challenges_differ(world: World) -> None:
    """Each has its own chance."""
    with world.reading() as call:
        assert len({ceremonies.make_challenge(call, PROOF) for _ in range(5)}) == 5


def test_facts_show_neither_key_nor_id(world: World, alice: AccountId) -> None:
    """What it is called, what it can, and when it was used."""
    key = register(world, alice, Authenticator(flags=PRESENT), "Blue key")
    with world.reading() as call:
        facts, count = keeping.facts_of(call, alice), keeping.count_of(call, alice)

    assert facts == (PasskeyFacts(key.id, "Blue key", False, False, NOON, None, None),)
    assert count == 1


def test_passkey_is_renamed(world: World, alice: AccountId) -> None:
    """Nothing else is."""
    phone = register(world, alice, Authenticator(), "Phone")
    with world.writing() as call:
        keeping.rename(call, phone, "Old phone")
        found = keeping.find(call, alice, phone.id)

    assert found is not None
    assert found.name == "Old phone"


def test_passkey_is_removed_from_among_the_factors(world: World, alice: AccountId) -> None:
    """The account has one factor less."""
    phone = register(world, alice, Authenticator(credential_id=b"phone"))
    register(world, alice, Authenticator(credential_id=b"key"))
    with world.writing() as call:
        keeping.remove(call, phone)

    assert world.standing(alice).state.factors == 1
    with world.reading() as call:
        assert keeping.find(call, alice, phone.id) is None


def test_removing_what_is_gone_or_the_last_is_a_lost_race(world: World, alice: AccountId) -> None:
    """Two who each remove one of two decide anew, on what is left (KEY-4)."""
    phone = register(world, alice, Authenticator(credential_id=b"phone"))
    key = register(world, alice, Authenticator(credential_id=b"key"))
    with world.writing() as call:
        keeping.remove(call, phone)
    for gone in (phone, key):
        with pytest.raises(LostRace), world.writing() as call:
            keeping.remove(call, gone)

    assert world.standing(alice).state.factors == 1


def test_all_passkeys_are_deleted(world: World, alice: AccountId) -> None:
    """And counted; the other kinds of factors stay counted."""
    for number in range(3):
        register(world, alice, Authenticator(credential_id=bytes([number])))
    with world.writing() as call:
        count = keeping.delete_passkeys(call, alice)

    assert (count, world.standing(alice).state.factors) == (3, 0)


def test_spent_challenges_are_purged(world: World, alice: AccountId) -> None:
    """Once they have run out: the registration's, and the proof's of a minute later."""
    phone = Authenticator()
    register(world, alice, phone)
    world.pass_time(minutes=1)
    check(world, alice, signed(world, phone))
    purged = []
    for minutes in (4, 1):
        world.pass_time(minutes=minutes)
        with world.writing() as call:
            purged.append(keeping.purge(call))

    assert purged == [1, 1]
