from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.passkeys.model.facts import Doubt, Rejected
from doorward.kernel.ids import AccountId
from tests.authenticators import PRESENT, VERIFIED, Authenticator
from tests.features.passkeys.touching import ALONE, PROOF, SECOND, check, doubt_of, kept, register, signed
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice."""
    return world.add("alice")


def test_copy_is_found_out_and_told_once_a_day(world: World, alice: AccountId) -> None:
    """Of two authenticators with one key the slower count is refused; the passkey itself goes on."""
    phone = Authenticator(count=5)
    register(world, alice, phone)
    check(world, alice, signed(world, phone))
    copy = replace(phone, count=3)
    first, second = (check(world, alice, signed(world, copy)) for _ in range(2))
    world.pass_time(hours=24)
    third = check(world, alice, signed(world, replace(copy, count=4)))

    assert [doubt_of(one) for one in (first, second, third)] == [Doubt.CLONED] * 3
    assert [isinstance(one, Rejected) and one.tell for one in (first, second, third)] == [True, False, True]
    assert doubt_of(check(world, alice, signed(world, phone))) is None
    assert kept(world, alice)[0].doubted_at == NOON + timedelta(hours=24)


def test_passkey_alone_verifies_its_person(world: World, alice: AccountId) -> None:
    """It names its account, and the person was verified then and now."""
    phone = Authenticator()
    register(world, alice, phone)

    assert doubt_of(check(world, alice, signed(world, phone, ALONE), ALONE, verified=True)) is None


def test_security_key_never_stands_alone(world: World, alice: AccountId) -> None:
    """Whoever has found it may set a PIN on it; only beside the password does that count for later."""
    key = Authenticator(flags=PRESENT)
    register(world, alice, key)
    key.flags = PRESENT | VERIFIED
    alone = [doubt_of(check(world, alice, signed(world, key, ALONE), ALONE, verified=True))]
    beside = [doubt_of(check(world, alice, signed(world, key, place), place)) for place in (PROOF, SECOND)]
    alone.append(doubt_of(check(world, alice, signed(world, key, ALONE), ALONE, verified=True)))

    assert beside == [None, None]
    assert alone == [Doubt.NEVER_VERIFIED, None]


def test_passkey_alone_must_name_its_account(world: World, alice: AccountId) -> None:
    """A credential that names nobody is a second factor."""
    phone = Authenticator()
    register(world, alice, phone)
    phone.user_handle = None

    assert doubt_of(check(world, alice, signed(world, phone, ALONE), ALONE, verified=True)) is Doubt.OTHER_ACCOUNT
    assert doubt_of(check(world, alice, signed(world, phone, SECOND), SECOND)) is None


def test_passkey_of_one_account_is_none_of_another(world: World, alice: AccountId) -> None:
    """Whoever registers another's credential id gains nothing by it: it is looked for under the account."""
    phone, mallory = Authenticator(), world.add("mallory")
    register(world, alice, phone)
    register(world, mallory, Authenticator(credential_id=phone.credential_id))
    phone.user_handle = alice.bytes

    assert doubt_of(check(world, mallory, signed(world, phone))) is Doubt.OTHER_ACCOUNT
    assert doubt_of(check(world, alice, signed(world, phone))) is None
