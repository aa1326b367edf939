from datetime import timedelta

import pytest

from doorward.edges.call import BUSY
from doorward.edges.steps import Finished, advance
from doorward.features.accounts.model import LockReason
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.lockout.actions import upkeep as lockout
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import AccountLocked
from doorward.features.passwords import actions as passwords
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment
from doorward.features.second_factor.actions.protection import prove
from doorward.features.sessions.actions import end_session
from doorward.features.sessions.model import EndSession
from doorward.kernel.act import Bearer, unproven
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused, Wait
from tests.features.second_factor.protecting import (
    OVER,
    REQUIRED,
    RIGHT,
    WRONG_CODE,
    WRONG_PASSWORD,
    Typed,
    change,
    compare,
    failures,
    in_flight,
    limit,
    lock,
    lock_reason,
    operator,
    protect,
    wrong,
)
from tests.features.second_factor.regenerating import alive
from tests.features.signin.walking import Walk
from tests.keys import OTHER_SECRET, code
from tests.worlds import API, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return operator(world, "grace", "administrator")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, whose account is protected."""
    return protect(world, world.add("bram", factors=1))


@pytest.mark.parametrize("typed", [WRONG_PASSWORD, WRONG_CODE], ids=["password", "code"])
def test_t37_wrong_proofs_lock_the_actor_and_end_the_session(
    world: World, grace: Bearer, bram: AccountId, typed: Typed
) -> None:
    """At the limit of the second factor, also where passwords never lock (PROT-1)."""
    limit(world, second_factor_failures_before_lock=10, failures_before_lock=0)
    operator(world, "olga", "administrator", secret=OTHER_SECRET)
    outcomes = [change(world, lock_account, lock(bram), grace, typed).code for _ in range(11)]

    assert outcomes == ["protection.wrong"] * 10 + ["session.required"]
    assert lock_reason(world, grace.account) is LockReason.FAILURES
    assert lock_reason(world, bram) is None
    assert not alive(world, grace)
    assert [one.act for one in world.entries()].count("lockout.locked") == 11
    assert [letter.kind for _, letter in world.collect_mail()] == ["account_locked"]


def test_failures_of_both_kinds_count_together(world: World, grace: Bearer, bram: AccountId) -> None:
    """The limit is on wrong proofs, whichever half was wrong."""
    limit(world, second_factor_failures_before_lock=3)
    for typed in (WRONG_PASSWORD, WRONG_CODE, WRONG_PASSWORD):
        change(world, lock_account, lock(bram), grace, typed)

    assert lock_reason(world, grace.account) is LockReason.FAILURES
    assert not alive(world, grace)


def test_strangers_neither_fill_the_counter_nor_stop_the_proofs(world: World, grace: Bearer, bram: AccountId) -> None:
    """Whoever locks an operator by guessing at the door does not disarm them (LOCK-5, PROT-1)."""
    limit(world, failures_before_lock=2)
    for _ in range(2):
        Walk(world).give_password("grace", "a guess")

    assert lock_reason(world, grace.account) is LockReason.FAILURES
    assert change(world, lock_account, lock(bram), grace, WRONG_CODE) == wrong("wrong code")
    assert isinstance(change(world, lock_account, lock(bram), grace), AccountLocked)


def test_limit_ends_the_session_of_an_account_that_is_locked_already(
    world: World, grace: Bearer, bram: AccountId
) -> None:
    """A stranger's lock gives whoever sits at the session no more guesses than others have."""
    limit(world, failures_before_lock=1, second_factor_failures_before_lock=2)
    Walk(world).give_password("grace", "a guess")
    outcomes = [change(world, lock_account, lock(bram), grace, WRONG_CODE).code for _ in range(3)]

    assert outcomes == ["protection.wrong", "protection.wrong", "session.required"]
    assert not alive(world, grace)


def test_other_sessions_have_no_guess_left_either(world: World, grace: Bearer, bram: AccountId) -> None:
    """The counter is the account's: nothing is compared in another of its sessions, which ends as well."""
    limit(world, second_factor_failures_before_lock=2)
    other = world.sign_in(grace.account)
    for _ in range(2):
        change(world, lock_account, lock(bram), grace, WRONG_CODE)

    assert change(world, lock_account, lock(bram), other).code == "session.required"
    assert lock_reason(world, bram) is None
    assert not alive(world, other)


def test_a_hundred_wrong_codes_wear_out_the_key_here_too(world: World, grace: Bearer, bram: AccountId) -> None:
    """The key counts its wrong codes wherever they were typed (LOCK-14)."""
    limit(world, second_factor_failures_before_lock=100)
    operator(world, "olga", "administrator", secret=OTHER_SECRET)
    for _ in range(100):
        change(world, lock_account, lock(bram), grace, WRONG_CODE)

    assert world.standing(grace.account).state.factors == 0


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "", "１２３４５６"])
def test_code_that_is_none_is_refused_uncounted(world: World, grace: Bearer, bram: AccountId, typed: str) -> None:
    """A slip of the hand is no guess, and its password is not compared (KEY-9)."""
    assert change(world, lock_account, lock(bram), grace, Typed(code=typed)) == Refused("otp.malformed")
    assert change(world, lock_account, lock(bram), grace, Typed("a guess", typed)) == Refused("otp.malformed")
    assert failures(world, grace.account) == 0


def test_rights_are_read_anew_after_the_comparison(world: World, grace: Bearer, bram: AccountId) -> None:
    """Whoever lost theirs while the password was compared changes nothing, and has used no code."""
    prover = compare(world, lock_account, lock(bram), grace)
    with world.writing() as call:
        rights_store.revoke(call.sql, grace.account, Assignment("administrator"))
    outcome = world.runtime.run(lock_account, lock(bram), grace, API, prover)

    assert outcome == Refused("rights.missing", {"right": "users:modify"})
    assert lock_reason(world, bram) is None
    assert (failures(world, grace.account), in_flight(world)) == (0, 0)


def test_guess_counts_though_the_session_ended_meanwhile(world: World, grace: Bearer, bram: AccountId) -> None:
    """It was compared; that its answer is another does not give it back."""
    prover = compare(world, lock_account, lock(bram), grace, WRONG_PASSWORD)
    world.run(end_session, EndSession(), grace)

    assert world.runtime.run(lock_account, lock(bram), grace, API, prover) == OVER
    assert (failures(world, grace.account), in_flight(world)) == (1, 0)


def test_account_protected_meanwhile_asks_for_what_did_not_come(world: World, grace: Bearer) -> None:
    """A proof that was not looked at is none."""
    carl = world.add("carl")
    prover = compare(world, lock_account, lock(carl), grace)
    protect(world, carl)

    assert prover is unproven
    assert world.runtime.run(lock_account, lock(carl), grace, API, prover) == REQUIRED


def test_account_opened_meanwhile_needs_no_code(world: World, grace: Bearer, bram: AccountId) -> None:
    """The code stays good for another change."""
    shown = Typed(code=code(RIGHT.secret, world.clock.now()))
    prover = compare(world, lock_account, lock(bram), grace, shown)
    world.run(edit_account, EditAccount(bram, None, protected=False, reason="test"))
    outcome = world.runtime.run(lock_account, lock(bram), grace, API, prover)
    carl = protect(world, world.add("carl"))

    assert isinstance(outcome, AccountLocked)
    assert isinstance(change(world, lock_account, lock(carl), grace, shown), AccountLocked)


def test_password_that_changed_meanwhile_is_wrong(world: World, grace: Bearer, bram: AccountId) -> None:
    """What was compared is no password of the account any more."""
    prover = compare(world, lock_account, lock(bram), grace)
    world.pass_time(seconds=1)
    with world.writing() as call:
        passwords.put(call, grace.account, "new$another one")

    assert world.runtime.run(lock_account, lock(bram), grace, API, prover) == wrong("wrong password")


def test_lock_2_proof_whose_process_died_counts_as_wrong(world: World, grace: Bearer, bram: AccountId) -> None:
    """Killing the process between the pieces buys no guess; who comes back after 30 s is too late."""
    prover = compare(world, lock_account, lock(bram), grace)
    world.pass_time(seconds=31)
    with world.writing() as call:
        lockout.settle_dead_attempts(call, 10)

    assert failures(world, grace.account) == 1
    outcome = world.runtime.run(lock_account, lock(bram), grace, API, prover)
    assert outcome == wrong("it took too long, and was counted as wrong")
    assert failures(world, grace.account) == 1


def test_lock_2_reserved_before_it_is_compared(world: World, grace: Bearer, bram: AccountId) -> None:
    """While as many are under way as the rules allow wrong, one more waits, and then is told to come again."""
    limit(world, second_factor_failures_before_lock=2)
    under_way = [compare(world, lock_account, lock(bram), grace, WRONG_CODE) for _ in range(2)]
    waits = 0
    steps = prove(lock_account.act, lock(bram), grace, RIGHT.proof(world))
    request: object = next(steps)
    while not isinstance(request, Finished):
        waits += isinstance(request, Wait)
        request = advance(world.runtime, steps, API, answer=True)
    outcome = world.runtime.run(lock_account, lock(bram), grace, API, request.outcome)

    assert (waits, outcome) == (100, BUSY)
    assert (world.entries()[-1].act, world.entries()[-1].code) == ("lockout.locked", "signin.busy")
    assert in_flight(world) == len(under_way)


def test_time_passes_between_the_pieces(world: World, grace: Bearer, bram: AccountId) -> None:
    """A code is judged by the clock of the change, not of the request."""
    shown = Typed(code=code(RIGHT.secret, world.clock.now()))
    prover = compare(world, lock_account, lock(bram), grace, shown)
    world.clock.turn(timedelta(seconds=29))

    assert isinstance(world.runtime.run(lock_account, lock(bram), grace, API, prover), AccountLocked)
