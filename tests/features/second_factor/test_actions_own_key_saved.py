import base64
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import own_key, secret_key
from doorward.features.second_factor.model import (
    CheckNewKey,
    DiscardNewKey,
    KeyDiscarded,
    KeyHeld,
    KeySaved,
    NewKey,
    NothingToDiscard,
    ResetSecretKey,
    SaveNewKey,
    ShowNewKey,
)
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.regenerating import (
    NO_NEW_KEY,
    WRONG,
    alive,
    begin,
    begun,
    check,
    key_of,
    save,
    saved,
)
from tests.keys import NOON_STEP, SECRET, bind, code
from tests.worlds import API, NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def test_wrong_code_keeps_the_key(world: World, alice: AccountId) -> None:
    """It changes nothing, is no failure of the account, and the page shows the same key again (KEY-1, KEY-2)."""
    session = world.sign_in(alice)
    shown = begin(world, session)

    assert check(world, session, "000000") == WRONG
    assert world.run(own_key.show_new_key, ShowNewKey(), session) == shown
    assert key_of(world, alice) == SECRET
    assert save(world, session) == Refused("second_factor.not_confirmed")


@pytest.mark.parametrize("given", ["", "12345", "abcdef", "１２３４５６"])
def test_malformed_code_is_told_so(world: World, alice: AccountId, given: str) -> None:
    """Six ASCII digits and nothing else (KEY-9)."""
    session = world.sign_in(alice)
    begin(world, session)

    assert check(world, session, given) == Refused("otp.malformed")


def test_proven_key_waits_to_be_saved(world: World, alice: AccountId) -> None:
    """Until then the old one is in force; a second check with the same code is used up (KEY-2, KEY-9)."""
    session = world.sign_in(alice)
    secret = begun(world, session)

    assert check(world, session, code(secret)) == KeyHeld(NOON + timedelta(minutes=10))
    assert check(world, session, code(secret)) == Refused("otp.used")
    assert key_of(world, alice) == SECRET


def test_saved_key_is_in_force(world: World, alice: AccountId) -> None:
    """The old one is wrong, and the code that proved the new one is used (KEY-9)."""
    session = world.sign_in(alice)
    secret, outcome = saved(world, session)

    assert outcome.signed_out is False
    with world.writing() as call:
        assert otp.check_code(call, alice, code(SECRET)) is Result.WRONG
        assert otp.check_code(call, alice, code(secret)) is Result.USED
        assert otp.check_code(call, alice, code(secret, steps=1)) is Result.RIGHT


def test_save_keeps_its_own_session_only(world: World, alice: AccountId) -> None:
    """Every other session of the account is dead (KEY-6)."""
    other, session = world.sign_in(alice), world.sign_in(alice)
    saved(world, session)

    assert (alive(world, session), alive(world, other)) == (True, False)


def test_session_of_a_recovery_code_ends_with_the_save(world: World, alice: AccountId) -> None:
    """The person signs in with the new key (KEY-1)."""
    session = world.sign_in(alice, OpenedWith.RECOVERY_CODE)
    secret, outcome = saved(world, session)

    assert outcome.signed_out is True
    assert not alive(world, session)
    assert key_of(world, alice) == secret


def test_new_recovery_codes_come_with_the_key(world: World, alice: AccountId) -> None:
    """The set before ends: what was used or lost with the old key is of no use any more."""
    with world.writing() as call:
        old = recovery_codes.make_codes(call, alice)
    _, outcome = saved(world, world.sign_in(alice, OpenedWith.RECOVERY_CODE))

    assert len(outcome.recovery_codes) == 10
    with world.writing() as call:
        assert recovery_codes.use_code(call, alice, old[1]) is Result.WRONG
        assert recovery_codes.use_code(call, alice, outcome.recovery_codes[0]) is Result.RIGHT


def test_save_is_recorded_and_told(world: World, alice: AccountId) -> None:
    """Begin, check and save each leave an entry about the own account, without key or code; the save a mail."""
    secret, outcome = saved(world, world.sign_in(alice))

    entries = world.entries()
    assert {(one.act, one.outcome, one.actor_name, one.target_name) for one in entries} == {
        ("second_factor.new_key_begun", "done", "alice", "alice"),
        ("second_factor.new_key_checked", "done", "alice", "alice"),
        ("second_factor.regenerated", "done", "alice", "alice"),
    }
    ((recipient, letter),) = world.collect_mail()
    assert (recipient, letter.kind) == ("alice@example.org", Kind.SECOND_FACTOR_REGENERATED)
    facts = dict(letter.facts)
    assert str(facts.pop("not_me")).startswith("https://login.example.org/not-me/")
    assert facts == {
        "user_name": "alice", "by": "alice", "at": "2026-05-04T12:00:00Z", "contact": "",
        "address": "192.0.2.7", "user_agent": "tests/1",
    }  # fmt: skip
    written = f"{entries} {letter} {outcome}"
    assert base64.b32encode(secret).decode() not in written
    assert not [one for one in outcome.recovery_codes if one in written]


def test_unsaved_key_dies_in_10_minutes(world: World, alice: AccountId) -> None:
    """A proven one too; the old key was valid all along (KEY-2)."""
    session = world.sign_in(alice)
    secret = begun(world, session)
    check(world, session, code(secret))
    world.pass_time(minutes=10)

    assert save(world, session) == Refused("second_factor.not_confirmed")
    assert check(world, session, code(secret, world.clock.now())) == NO_NEW_KEY
    assert key_of(world, alice) == SECRET


def test_discarded_key_is_forgotten(world: World, alice: AccountId) -> None:
    """Once; a second time there is nothing to discard."""
    session = world.sign_in(alice)
    begun(world, session)
    discards = [world.run(own_key.discard_new_key, DiscardNewKey(), session) for _ in range(2)]

    assert discards == [KeyDiscarded(), NothingToDiscard()]
    assert world.run(own_key.show_new_key, ShowNewKey(), session) == NO_NEW_KEY


def test_another_session_cannot_finish_it(world: World, alice: AccountId) -> None:
    """What one session began, no other sees, proves or saves."""
    session, other = world.sign_in(alice), world.sign_in(alice)
    secret = begun(world, session)
    check(world, session, code(secret))

    assert world.run(own_key.show_new_key, ShowNewKey(), other) == NO_NEW_KEY
    assert check(world, other, code(secret)) == NO_NEW_KEY
    assert save(world, other) == Refused("second_factor.not_confirmed")


def test_reset_overtakes_a_new_key(world: World, alice: AccountId) -> None:
    """Whatever was under way is dead with the session: a thief who holds one cannot outrun the help desk (KEY-6)."""
    grace = world.add_operator("grace", "super-user")
    session = world.sign_in(alice)
    secret = begun(world, session)
    check(world, session, code(secret))
    world.run(secret_key.reset_secret_key, ResetSecretKey(alice, "lost phone"), grace)

    assert save(world, session) == Refused("session.required")
    assert key_of(world, alice) is None


def test_nobody_without_a_session_gets_a_key(world: World) -> None:
    """The server's owner has none of their own, at the command line."""
    outcomes = [
        world.run(own_key.begin_new_key, NewKey()),
        world.run(own_key.show_new_key, ShowNewKey()),
        world.run(own_key.check_new_key, CheckNewKey("123456")),
        world.run(own_key.save_new_key, SaveNewKey()),
        world.run(own_key.discard_new_key, DiscardNewKey()),
    ]

    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["session.required"] * 5


def test_of_two_saves_at_once_one_is_in_force(world: World, alice: AccountId) -> None:
    """Two sessions save two proven keys: the first ends the other, and exactly one key is bound."""
    sessions_of_alice = [world.sign_in(alice), world.sign_in(alice)]
    secrets = [begun(world, session) for session in sessions_of_alice]
    for session, secret in zip(sessions_of_alice, secrets, strict=True):
        check(world, session, code(secret))
    databases = [world.database, world.another_process()]
    start, in_force = threading.Barrier(2), []

    def race(number: int) -> None:
        runtime = replace(world.runtime, database=databases[number])
        start.wait()
        outcome = runtime.run(own_key.save_new_key, SaveNewKey(), sessions_of_alice[number], API)
        if isinstance(outcome, KeySaved):
            in_force.append(secrets[number])

    threads = [threading.Thread(target=race, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    assert [key_of(world, alice)] == in_force


def test_step_of_the_proof_is_the_new_keys_first(world: World, alice: AccountId) -> None:
    """The key begins with the step by which it was proven, not with that of the save (KEY-9)."""
    session = world.sign_in(alice)
    secret = begun(world, session)
    check(world, session, code(secret, steps=-1))
    save(world, session)

    with world.reading() as call:
        key = otp.find_key(call, alice)
    assert key is not None
    assert key.last_step == NOON_STEP - 1
