from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.passkeys.model.acts import (
    AskProof,
    GiveProof,
    PasskeyBegun,
    ProofGiven,
)
from doorward.features.second_factor.actions import own_passkeys
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.authenticators import PRESENT, Authenticator, new_key
from tests.features.second_factor.adding import (
    FRESH_CODE_REQUIRED,
    add,
    begin,
    facts,
    listed,
    prove,
    signed,
)
from tests.features.second_factor.regenerating import saved
from tests.keys import SECRET, bind, code
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def test_key_2_passkey_is_a_fresh_proof(world: World, alice: AccountId) -> None:
    """For five minutes: then it is asked for again."""
    phone, session = Authenticator(), world.sign_in(alice)
    add(world, session, phone)
    world.pass_time(minutes=6)
    stale = [begin(world, session), listed(world, session).fresh]

    assert prove(world, session, signed(world, session, phone)) == ProofGiven()
    assert stale == [FRESH_CODE_REQUIRED, False]
    assert isinstance(begin(world, session), PasskeyBegun)
    assert facts(world, session).fresh_at == NOON + timedelta(minutes=6)
    assert isinstance(saved(world, session)[0], bytes)


def test_code_is_a_fresh_proof_too(world: World, alice: AccountId) -> None:
    """At the same place; a wrong one is counted as ever."""
    session = world.sign_in(alice)
    world.pass_time(minutes=6)
    answers = [
        world.run(own_passkeys.give_proof, GiveProof(Secret(given)), session)
        for given in (code(SECRET, NOON), code(SECRET, world.clock.now()))
    ]

    assert answers == [Refused("otp.wrong"), ProofGiven()]
    assert listed(world, session).fresh


def test_wrong_proof_is_recorded_and_not_counted(world: World, alice: AccountId) -> None:
    """Ten and more of them lock nobody; the session goes on, and is no fresher."""
    phone, session = Authenticator(), world.sign_in(alice)
    add(world, session, phone)
    world.pass_time(minutes=6)
    phone.key = new_key()
    answers = [prove(world, session, signed(world, session, phone)) for _ in range(12)]

    assert answers == [Refused("passkeys.refused", cause="wrong signature")] * 12
    assert [world.standing(alice).state.lock, listed(world, session).fresh] == [None, False]
    assert [(one.act, one.outcome, one.code) for one in world.entries()][-1] == (
        "passkeys.proof_given", "refused", "passkeys.refused",
    )  # fmt: skip


def test_copied_passkey_is_told(world: World, alice: AccountId) -> None:
    """Once a day, with a link to say *this was not me*."""
    phone, session = Authenticator(count=5), world.sign_in(alice)
    add(world, session, phone, "Phone")
    world.collect_mail()
    answers = [prove(world, session, signed(world, session, replace(phone, count=2))) for _ in range(2)]
    ((_, letter),) = world.collect_mail()

    assert answers == [Refused("passkeys.refused", cause="its count went backwards")] * 2
    assert (letter.kind, letter.facts["passkey"], "not_me" in letter.facts) == ("passkey_doubted", "Phone", True)


@pytest.mark.parametrize("opened_with", [OpenedWith.PASSWORD, OpenedWith.SECRET_KEY])
def test_t30_proof_raises_no_session(world: World, alice: AccountId, opened_with: OpenedWith) -> None:
    """Twenty proofs make it fresh, and leave it what it was when it was opened."""
    phone = Authenticator()
    add(world, world.sign_in(alice), phone)
    if opened_with is OpenedWith.PASSWORD:
        with world.writing() as call:
            accounts.set_excluded(call, alice, excluded=True)
    session = world.sign_in(alice, opened_with)
    before = facts(world, session)
    for _ in range(20):
        world.pass_time(seconds=1)
        assert prove(world, session, signed(world, session, phone)) == ProofGiven()
    after = facts(world, session)

    assert replace(after, fresh_at=before.fresh_at) == before
    assert after.used_second_factor is (opened_with is OpenedWith.SECRET_KEY)


def test_security_key_is_a_proof_without_verification(world: World, alice: AccountId) -> None:
    """As a code is: something that one has."""
    key, session = Authenticator(flags=PRESENT), world.sign_in(alice)
    passkey = add(world, session, key)

    assert (passkey.name, passkey.signs_in_alone) == ("Security key", False)
    assert prove(world, session, signed(world, session, key)) == ProofGiven()


def test_account_without_passkeys_has_none_to_prove_with(world: World, alice: AccountId) -> None:
    """It gives a code."""
    assert world.run(own_passkeys.ask_proof, AskProof(), world.sign_in(alice)) == Refused("passkeys.none")
