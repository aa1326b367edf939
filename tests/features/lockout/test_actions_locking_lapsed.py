from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import attempts, locking
from doorward.features.lockout.model import Context, Factor, LockAccount
from tests.features.lockout.guessing import acts, guess, lock_of, set_rules
from tests.worlds import World


def test_lock_9_what_was_loaded_before_it_lapsed_clears_no_other_lock(world: World) -> None:
    """Nor what nobody has locked any more: it is recorded once, and a lock by hand stays (LOCK-5)."""
    set_rules(world, failures_before_lock=1, hours_locked=2)
    bram = world.add("bram")
    guess(world, bram)
    loaded = world.standing(bram)
    world.pass_time(hours=2)
    with world.writing() as call:
        for _ in range(2):
            locking.clear_lapsed(call, loaded)
    world.run(locking.lock_account, LockAccount(bram, "left"))
    with world.writing() as call:
        locking.clear_lapsed(call, loaded)

    assert acts(world) == ["lockout.locked", "lockout.lapsed", "lockout.locked"]
    assert lock_of(world, bram) is LockReason.ADMINISTRATOR


def test_lock_9_a_lapsed_lock_that_another_replaces_is_recorded(world: World) -> None:
    """An operator's comes before the worker did."""
    set_rules(world, failures_before_lock=1, hours_locked=2)
    bram = world.add("bram")
    guess(world, bram)
    world.pass_time(hours=2)
    world.run(locking.lock_account, LockAccount(bram, "left"))

    assert acts(world) == ["lockout.locked", "lockout.lapsed", "lockout.locked"]


def test_lock_9_a_session_guesses_anew_after_a_lapsed_lock(world: World) -> None:
    """Failures before the lock's end count no more, whoever comes first (LOCK-4): no guess locks at once again."""
    set_rules(world, second_factor_failures_before_lock=2, hours_locked=2)
    bram, asked = world.add("bram"), (Factor.SECOND_FACTOR, Context.SESSION)
    for count in (2, 1):
        with world.writing() as call:
            before = world.standing(bram)
            may = attempts.may_try(call, before, *asked)
            lock = attempts.count_failures(call, bram, asked[0], before, count=count, context=asked[1])
        assert (may, lock is not None) == (True, count == 2)
        world.pass_time(hours=2)

    assert acts(world) == ["lockout.locked", "lockout.lapsed"]


def test_lock_9_a_failure_counts_anew_after_a_lapsed_lock(world: World) -> None:
    """Where the lock ended between the reservation and its conclusion."""
    set_rules(world, failures_before_lock=2, hours_locked=2)
    bram = world.add("bram")
    guess(world, bram)
    guess(world, bram)
    world.pass_time(hours=2)
    with world.writing() as call:
        lock = attempts.count_failures(call, bram, Factor.PASSWORD, world.standing(bram))

    assert lock is None
    assert acts(world) == ["lockout.locked", "lockout.lapsed"]


def test_lock_4_the_end_of_a_lock_clears_the_counter(world: World) -> None:
    """After it, the account has all its guesses again."""
    set_rules(world, failures_before_lock=2, hours_locked=1)
    bram = world.add("bram")
    guess(world, bram)
    guess(world, bram)
    world.pass_time(hours=1)

    compared = [guess(world, bram) for _ in range(3)]

    assert compared == [True, True, False]
