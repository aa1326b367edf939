from uuid import UUID

from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import attempts, upkeep
from doorward.features.lockout.model import Factor
from doorward.kernel.ids import AccountId
from tests.features.lockout.guessing import acts, guess, lock_of, set_rules
from tests.worlds import World


def test_lock_2_an_attempt_whose_process_died_is_a_failure_and_may_lock(world: World) -> None:
    """After 30 s the worker counts it, and records that nobody knows how it would have ended."""
    set_rules(world, failures_before_lock=1)
    bram = world.add("bram")
    with world.writing() as call:
        attempts.reserve_attempt(call, bram, Factor.PASSWORD, world.standing(bram))
    world.pass_time(seconds=31)

    with world.writing() as call:
        settled = upkeep.settle_dead_attempts(call, 10)

    assert settled == 1
    assert lock_of(world, bram) is LockReason.FAILURES
    assert [(entry.act, entry.result) for entry in world.entries()[1:]] == [
        ("signin.password", "unknown"),
        ("lockout.locked", None),
    ]


def test_t27_the_worker_finds_attempts_of_before_the_clock_was_set_back(world: World) -> None:
    """Within seconds; a clock that is less than 30 s off has killed none."""
    bram = world.add("bram")
    with world.writing() as call:
        attempts.reserve_attempt(call, bram, Factor.PASSWORD, world.standing(bram))
    settled = []
    for seconds in (-30, -1):
        world.pass_time(seconds=seconds)
        with world.writing() as call:
            settled.append((upkeep.has_dead_attempts(call), upkeep.settle_dead_attempts(call, 10)))

    assert settled == [(False, 0), (True, 1)]


def test_lock_11_an_unknown_name_is_forgotten_after_a_day(world: World) -> None:
    """What was counted for it is deleted by the worker."""
    pseudo = AccountId(UUID(int=7))
    with world.writing() as call:
        attempts.count_failures(call, pseudo, Factor.PASSWORD, None)
    world.pass_time(hours=25)

    with world.writing() as call:
        forgotten = upkeep.purge(call)

    assert forgotten == 1


def test_lock_9_a_lapsed_lock_is_cleared_and_recorded_once(world: World) -> None:
    """Whoever meets it first; unlocked by stays as it was."""
    set_rules(world, failures_before_lock=1, hours_locked=2)
    bram = world.add("bram")
    guess(world, bram)
    world.pass_time(hours=2)

    with world.writing() as call:
        cleared = [upkeep.clear_lapsed_locks(call, 10), upkeep.clear_lapsed_locks(call, 10)]

    assert cleared == [1, 0]
    assert acts(world) == ["lockout.locked", "lockout.lapsed"]
    assert world.standing(bram).state.unlocked_by is None


def test_lock_5_attempts_that_died_lock_once(world: World) -> None:
    """Though the limit was lowered meanwhile: one lock, one entry, one mail."""
    set_rules(world, failures_before_lock=5)
    bram = world.add("bram")
    for _ in range(5):
        with world.writing() as call:
            attempts.reserve_attempt(call, bram, Factor.PASSWORD, world.standing(bram))
    set_rules(world, failures_before_lock=2)
    world.pass_time(seconds=31)
    with world.writing() as call:
        upkeep.settle_dead_attempts(call, 10)

    assert acts(world).count("lockout.locked") == 1
    assert [letter.kind for _, letter in world.collect_mail()] == ["account_locked"]
