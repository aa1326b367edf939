from uuid import UUID

from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import attempts
from doorward.features.lockout.model import (
    Context,
    Factor,
    Reservation,
)
from doorward.features.lockout.rules import WaitForOthers
from doorward.kernel.ids import AccountId
from tests.features.lockout.guessing import guess, lock_of, set_rules
from tests.worlds import World


def test_lock_2_the_fifth_wrong_guess_locks_and_the_sixth_is_not_compared(world: World) -> None:
    """With five allowed, exactly five are compared."""
    set_rules(world, failures_before_lock=5)
    bram = world.add("bram")

    compared = [guess(world, bram) for _ in range(7)]

    assert compared == [True, True, True, True, True, False, False]
    assert lock_of(world, bram) is LockReason.FAILURES


def test_lock_13_a_lock_is_recorded_as_the_systems_and_told_to_the_person(world: World) -> None:
    """One entry and one mail for one lock."""
    set_rules(world, failures_before_lock=2)
    bram = world.add("bram")

    for _ in range(4):
        guess(world, bram)

    locked = [entry for entry in world.entries() if entry.act == "lockout.locked"]
    assert [(entry.actor_name, entry.target_name) for entry in locked] == [("system", "bram")]
    assert [letter.kind for _, letter in world.collect_mail()] == ["account_locked"]


def test_lock_2_an_attempt_waits_for_those_in_flight(world: World) -> None:
    """With one place and one guess under way, the next one waits instead of locking."""
    set_rules(world, failures_before_lock=1)
    bram = world.add("bram")
    with world.writing() as call:
        standing = world.standing(bram)
        first = attempts.reserve_attempt(call, bram, Factor.PASSWORD, standing)
        second = attempts.reserve_attempt(call, bram, Factor.PASSWORD, standing)

    assert isinstance(first, Reservation)
    assert isinstance(second, WaitForOthers)
    assert lock_of(world, bram) is None


def test_lock_2_a_right_answer_gives_its_place_back(world: World) -> None:
    """A hundred right passwords never lock."""
    set_rules(world, failures_before_lock=1)
    bram = world.add("bram")

    compared = [guess(world, bram, right=True) for _ in range(100)]

    assert all(compared)
    assert lock_of(world, bram) is None


def test_lock_2_a_dead_attempt_is_not_counted_twice(world: World) -> None:
    """An answer that comes after its attempt was counted as dead changes nothing, and is no success."""
    bram = world.add("bram")
    with world.writing() as call:
        late = attempts.reserve_attempt(call, bram, Factor.PASSWORD, world.standing(bram))
    world.pass_time(seconds=31)
    guess(world, bram)

    assert isinstance(late, Reservation)
    with world.writing() as call:
        there = attempts.release_attempt(call, late)

    assert there is False


def test_lock_3_the_second_factor_has_a_counter_of_its_own(world: World) -> None:
    """Nine wrong passwords and nine wrong codes lock nothing when each may fail ten times."""
    bram = world.add("bram")
    for _ in range(9):
        guess(world, bram)
    with world.writing() as call:
        for _ in range(9):
            attempts.count_failures(call, bram, Factor.SECOND_FACTOR, world.standing(bram))

    assert lock_of(world, bram) is None


def test_lock_11_a_name_nobody_has_is_counted_too(world: World) -> None:
    """The pseudo account takes the same road, and runs out of guesses like any other."""
    set_rules(world, failures_before_lock=2)
    pseudo = AccountId(UUID(int=7))
    compared = []
    for _ in range(4):
        with world.writing() as call:
            reserved = attempts.reserve_attempt(call, pseudo, Factor.PASSWORD, None)
            assert isinstance(reserved, Reservation)
            attempts.release_attempt(call, reserved)
            attempts.conclude_attempt(call, reserved, None, right=False)
            compared.append(reserved.counted)

    assert compared == [True, True, False, False]


def test_t27_attempts_that_died_before_the_clock_was_set_back_are_settled(world: World) -> None:
    """They are failures, as all that died are: nobody waits until the clock is where it was."""
    set_rules(world, failures_before_lock=3)
    bram = world.add("bram")
    with world.writing() as call:
        for _ in range(2):
            attempts.reserve_attempt(call, bram, Factor.PASSWORD, world.standing(bram))
    world.pass_time(hours=-1)

    assert [guess(world, bram), guess(world, bram)] == [True, False]
    assert lock_of(world, bram) is LockReason.FAILURES
    assert [entry.result for entry in world.entries() if entry.act == "signin.password"] == ["unknown", "unknown"]


def test_prot_1_proofs_inside_a_session_go_on_during_an_automatic_lock(world: World) -> None:
    """They have a counter of their own, which no stranger can fill."""
    set_rules(world, failures_before_lock=1, second_factor_failures_before_lock=2)
    bram = world.add("bram")
    guess(world, bram)
    with world.writing() as call:
        standing = world.standing(bram)
        at_sign_in = attempts.may_try(call, standing, Factor.SECOND_FACTOR)
        in_session = attempts.may_try(call, standing, Factor.SECOND_FACTOR, Context.SESSION)
        for _ in range(2):
            attempts.count_failures(call, bram, Factor.SECOND_FACTOR, standing, context=Context.SESSION)
        used_up = attempts.may_try(call, standing, Factor.SECOND_FACTOR, Context.SESSION)

    assert (at_sign_in, in_session, used_up) == (False, True, False)


def test_lock_2_a_lowered_limit_locks_at_the_next_guess(world: World) -> None:
    """Whoever finds no attempt left and none in flight locks the account; nothing is compared."""
    bram = world.add("bram")
    for _ in range(5):
        guess(world, bram)
    set_rules(world, failures_before_lock=3)

    compared = guess(world, bram)

    assert compared is False
    assert lock_of(world, bram) is LockReason.FAILURES


def test_lock_11_a_name_nobody_has_opens_again_when_an_account_would(world: World) -> None:
    """With locks of two hours, an unknown name that is full may be guessed at again after two hours."""
    set_rules(world, failures_before_lock=1, hours_locked=2)
    nobody = AccountId(UUID(int=7))
    counted: list[bool] = []
    for hours in (0, 1, 1):
        world.pass_time(hours=hours)
        with world.writing() as call:
            reserved = attempts.reserve_attempt(call, nobody, Factor.PASSWORD, None)
            assert isinstance(reserved, Reservation)
            attempts.release_attempt(call, reserved)
            attempts.conclude_attempt(call, reserved, None, right=False)
            counted.append(reserved.counted)

    assert counted == [True, False, True]
