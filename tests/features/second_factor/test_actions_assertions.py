from collections.abc import Callable
from typing import Any

import pytest

from doorward.edges.steps import PlainDriver
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import (
    AccountLocked,
    AlreadyLocked,
    LockAccount,
    UnlockAccount,
)
from doorward.features.passkeys.model.acts import PasskeyAsked
from doorward.features.passkeys.model.facts import SignedChange
from doorward.features.second_factor.actions.own_key import begin_new_key
from doorward.features.second_factor.actions.protection import prove
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import NewKey, ResetSecretKey
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Nobody
from doorward.kernel.outcome import Refused
from tests.authenticators import PRESENT, VERIFIED, Authenticator, new_key
from tests.features.second_factor.adding import add
from tests.features.second_factor.protecting import (
    OVER,
    REQUIRED,
    failures,
    fresh_at,
    lock,
    lock_reason,
    operator,
    protect,
    wrong,
)
from tests.features.second_factor.regenerating import saved
from tests.features.second_factor.signing import Desk, ask, named, send, turned
from tests.features.signin.walking import hash_now
from tests.keys import OTHER_SECRET
from tests.worlds import API, World

NOT_OURS = "an answer to no challenge of ours"


@pytest.fixture
def desk(world: World) -> Desk:
    """Put everybody in place."""
    grace, phone = operator(world, "grace", "administrator"), Authenticator()
    add(world, grace, phone, "Phone")
    return Desk(world, grace, phone, protect(world, world.add("bram", factors=1)))


def test_passkey_alone_is_a_proof(desk: Desk) -> None:
    """In place of password and code; the entry says so, and nothing is left for later (PROT-1, PROT-2)."""
    before = fresh_at(desk.world, desk.grace)
    outcome = desk.lock(desk.signed())
    entry = desk.world.entries()[-1]

    assert isinstance(outcome, AccountLocked)
    assert (entry.outcome, entry.actor_name, entry.details) == (
        "done", "grace", {"account_protection": "passkey", "lock_reason": "Administrator"},
    )  # fmt: skip
    assert failures(desk.world, desk.grace.account) == 0
    assert desk.world.run(unlock_account, UnlockAccount(desk.bram, "back"), desk.grace) == REQUIRED
    assert fresh_at(desk.world, desk.grace) == before


def test_options_ask_for_the_person_and_name_what_will_do(world: World) -> None:
    """Security keys that have verified nobody are not named; whoever has no other is told so."""
    grace, bram = operator(world, "grace", "administrator"), world.add("bram")
    add(world, grace, Authenticator(credential_id=b"a key", flags=PRESENT))
    without = ask(world, grace, named(bram))
    add(world, grace, Authenticator())
    asked = ask(world, grace, named(bram))

    assert without == Refused("passkeys.none")
    assert isinstance(asked, PasskeyAsked)
    assert asked.options.verified
    assert [one.credential_id for one in asked.options.allowed] == [Authenticator().credential_id]


def another_act(desk: Desk, given: SignedChange) -> Any:
    """Turn the lock into a reset."""
    change = named(desk.bram, "reset-secret-key")
    return send(desk.world, reset_secret_key, ResetSecretKey(desk.bram, "left"), desk.grace, turned(given, change))


def another_target(desk: Desk, given: SignedChange) -> Any:
    """Turn Bram's lock into Carl's."""
    carl = protect(desk.world, desk.world.add("carl"))
    return send(desk.world, lock_account, lock(carl), desk.grace, turned(given, named(carl)))


def other_parameters(desk: Desk, given: SignedChange) -> Any:
    """Give another reason."""
    command = LockAccount(desk.bram, "other")
    return send(desk.world, lock_account, command, desk.grace, turned(given, named(desk.bram, reason="other")))


def another_session(desk: Desk, given: SignedChange) -> Any:
    """Take it into another session of the same person."""
    return desk.lock(given, desk.world.sign_in(desk.grace.account))


def another_actor(desk: Desk, given: SignedChange) -> Any:
    """Let somebody else send it."""
    return desk.lock(given, operator(desk.world, "olga", "administrator", secret=OTHER_SECRET))


def too_late(desk: Desk, given: SignedChange) -> Any:
    """Wait until the challenge has run out."""
    desk.world.pass_time(minutes=5)
    return desk.lock(given)


@pytest.mark.parametrize(
    ("substitute", "refused", "counted"),
    [
        (another_act, wrong(NOT_OURS), 1),
        (another_target, wrong(NOT_OURS), 1),
        (other_parameters, wrong(NOT_OURS), 1),
        (another_session, wrong(NOT_OURS), 1),
        (another_actor, wrong("unknown passkey"), 0),
        (too_late, Refused("passkeys.expired", cause="the challenge has run out"), 0),
    ],
)
def test_t37_assertion_serves_nothing_else(
    desk: Desk, substitute: Callable[[Desk, SignedChange], Any], refused: Refused, counted: int
) -> None:
    """Six substitutions, none of which changes anything; in its own change it would have served (PROT-2)."""
    given = desk.signed()
    outcome = substitute(desk, given)

    assert outcome == refused
    assert lock_reason(desk.world, desk.bram) is None
    assert desk.world.standing(desk.bram).state.factors == 1
    assert failures(desk.world, desk.grace.account) == counted
    assert isinstance(desk.lock(given), Refused if substitute is too_late else AccountLocked)


def test_assertion_serves_its_own_change_once(desk: Desk) -> None:
    """Sent again it is refused, and is no guess."""
    given = desk.signed()
    answers = [desk.lock(given) for _ in range(2)]

    assert isinstance(answers[0], AccountLocked)
    assert answers[1] == wrong("the challenge was answered already")
    assert failures(desk.world, desk.grace.account) == 0


def test_assertion_of_before_regenerate_is_dead(desk: Desk) -> None:
    """The session goes on, its challenges do not: the epoch has moved (KEY-6)."""
    given = desk.signed()
    saved(desk.world, desk.grace)

    assert desk.lock(given) == wrong(NOT_OURS)
    assert isinstance(desk.lock(desk.signed()), AccountLocked)


@pytest.mark.parametrize(
    ("flags", "cause"),
    [(PRESENT, "the person was not verified"), (VERIFIED, "nobody touched the authenticator")],
)
def test_person_must_be_there_and_verified(desk: Desk, flags: int, cause: str) -> None:
    """A touch alone is half a proof (PROT-1)."""
    desk.phone.flags = flags

    assert desk.lock(desk.signed()) == wrong(cause)
    assert failures(desk.world, desk.grace.account) == 1


def test_security_key_with_a_new_pin_proves_nothing(desk: Desk) -> None:
    """Whoever finds one can set a PIN on it; it stands beside the password only."""
    key = Authenticator(credential_id=b"a key", flags=PRESENT)
    add(desk.world, desk.grace, key)
    key.flags = PRESENT | VERIFIED

    assert desk.lock(desk.signed(phone=key)) == wrong("the person was not verified when it was added")


def test_passkey_of_somebody_else_proves_nothing(desk: Desk) -> None:
    """Right for its owner, unknown here; nor does another key under the same name."""
    olga = operator(desk.world, "olga", "administrator", secret=OTHER_SECRET)
    hers = Authenticator(credential_id=b"Olga's")
    add(desk.world, olga, hers)
    forged = Authenticator(key=new_key(), user_handle=desk.phone.user_handle)
    answers = [desk.lock(desk.signed(phone=one)) for one in (hers, forged)]

    assert answers == [wrong("unknown passkey"), wrong("wrong signature")]
    assert (failures(desk.world, desk.grace.account), failures(desk.world, olga.account)) == (2, 0)


def test_assertion_is_not_looked_at_where_none_is_asked_for(desk: Desk) -> None:
    """On an account that is not protected it is not spent; whoever may not hears the guard's no."""
    carl, given = desk.world.add("carl"), desk.signed()
    hugo = operator(desk.world, "hugo", "help-desk", secret=OTHER_SECRET)

    assert isinstance(send(desk.world, lock_account, lock(carl), desk.grace, given), AccountLocked)
    assert desk.lock(given, hugo).code == "rights.missing"
    assert desk.lock(given, Nobody()) == OVER
    assert isinstance(desk.lock(given), AccountLocked)


def test_session_of_a_recovery_code_uses_no_passkey(desk: Desk) -> None:
    """Neither asked for nor taken, and nothing counted (KEY-1)."""
    given = desk.signed()
    lost = desk.world.sign_in(desk.grace.account, OpenedWith.RECOVERY_CODE)
    protect(desk.world, desk.grace.account)

    assert ask(desk.world, lost, given.change) == Refused("session.second_factor_required")
    assert send(desk.world, begin_new_key, NewKey(), lost, given) == Refused("session.second_factor_required")
    assert failures(desk.world, desk.grace.account) == 0


def test_one_request_is_proven_once(desk: Desk) -> None:
    """What it changes besides about the same account goes on under its assertion; nothing else does."""
    carl, given = protect(desk.world, desk.world.add("carl")), desk.signed()
    steps = prove(lock_account.act, lock(desk.bram), desk.grace, given)
    prover = PlainDriver(desk.world.runtime, hash_now).drive(steps, API)
    desk.world.runtime.run(lock_account, lock(desk.bram), desk.grace, API, prover)
    again = prover.again(desk.bram)

    assert isinstance(desk.world.runtime.run(lock_account, lock(desk.bram), desk.grace, API, again), AlreadyLocked)
    assert desk.world.runtime.run(lock_account, lock(carl), desk.grace, API, again) == REQUIRED


def test_account_that_is_protected_meanwhile_stays_as_it_is(desk: Desk) -> None:
    """What was sent for an unprotected account was looked at as such: the change is asked for again."""
    carl, given = desk.world.add("carl"), desk.signed()
    steps = prove(lock_account.act, lock(carl), desk.grace, given)
    prover = PlainDriver(desk.world.runtime, hash_now).drive(steps, API)
    protect(desk.world, carl)

    assert desk.world.runtime.run(lock_account, lock(carl), desk.grace, API, prover) == REQUIRED


def test_right_that_is_taken_meanwhile_spends_nothing(desk: Desk) -> None:
    """The guard is asked anew with the change; its no leaves the assertion as it is."""
    given = desk.signed()
    steps = prove(lock_account.act, lock(desk.bram), desk.grace, given)
    prover = PlainDriver(desk.world.runtime, hash_now).drive(steps, API)
    hugo = operator(desk.world, "hugo", "help-desk", secret=OTHER_SECRET)

    refused = desk.world.runtime.run(lock_account, lock(desk.bram), hugo, API, prover)

    assert isinstance(refused, Refused)
    assert refused.code == "rights.missing"
    assert isinstance(desk.lock(given), AccountLocked)
