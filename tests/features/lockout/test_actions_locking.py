from datetime import UTC, datetime

from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import locking
from doorward.features.lockout.model import (
    AccountLocked,
    AccountUnlocked,
    AlreadyLocked,
    LockAccount,
    NotLocked,
    UnlockAccount,
)
from doorward.kernel.outcome import Refused
from tests.features.lockout.guessing import guess, lock_of, refused_as, set_rules
from tests.worlds import NOON, World


def test_lock_7_unlocking_clears_lock_and_counter_and_names_the_actor(world: World) -> None:
    """The help desk's act, with its reason, entry and mail."""
    set_rules(world, failures_before_lock=2)
    grace = world.add_operator("grace", "help-desk")
    bram = world.add("bram")
    guess(world, bram)
    guess(world, bram)

    outcome = world.run(locking.unlock_account, UnlockAccount(bram, "caller identified"), grace)

    state = world.standing(bram).state
    assert isinstance(outcome, AccountUnlocked)
    assert (state.lock, state.unlocked_by, state.unlocked_at) == (None, "grace", NOON)
    assert [guess(world, bram), guess(world, bram)] == [True, True]
    last = next(entry for entry in world.entries() if entry.act == "lockout.unlocked")
    assert (last.actor_name, last.target_name, last.outcome, last.reason) == (
        "grace",
        "bram",
        "done",
        "caller identified",
    )


def test_lock_7_unlocked_by_stays_when_the_account_locks_again(world: World) -> None:
    """It tells who opened it last."""
    set_rules(world, failures_before_lock=1)
    bram = world.add("bram")
    guess(world, bram)
    world.run(locking.unlock_account, UnlockAccount(bram, "known"))
    guess(world, bram)

    state = world.standing(bram).state
    assert state.lock is not None
    assert state.unlocked_by == "cli:root"


def test_lock_8_nobody_unlocks_themselves(world: World) -> None:
    """Not even an administrator."""
    bearer = world.add_operator("ada", "administrator")

    outcome = world.run(locking.unlock_account, UnlockAccount(bearer.account, "me"), bearer)

    assert isinstance(outcome, Refused)
    assert outcome.code == "lockout.self"


def test_lock_5_an_automatic_lock_takes_no_right_from_an_open_session(world: World) -> None:
    """A stranger who locks the operator does not disarm the operator."""
    set_rules(world, failures_before_lock=1)
    grace, bram = world.add_operator("grace", "help-desk"), world.add("bram")
    guess(world, bram)
    guess(world, grace.account)

    outcome = world.run(locking.unlock_account, UnlockAccount(bram, "known"), grace)

    assert lock_of(world, grace.account) is LockReason.FAILURES
    assert isinstance(outcome, AccountUnlocked)


def test_lock_5_a_lock_by_hand_replaces_an_automatic_one_and_ends_sessions(world: World) -> None:
    """The account's own sessions are dead with it."""
    set_rules(world, failures_before_lock=1)
    ada, bram = world.add_operator("ada", "administrator"), world.add_operator("bram")
    guess(world, bram.account)

    outcome = world.run(locking.lock_account, LockAccount(bram.account, "left the company"), ada)

    assert isinstance(outcome, AccountLocked)
    assert lock_of(world, bram.account) is LockReason.ADMINISTRATOR
    assert refused_as(world, bram) == "session.required"


def test_lock_5_failures_never_overwrite_a_lock_by_hand(world: World) -> None:
    """The reason stays Administrator however often somebody guesses."""
    set_rules(world, failures_before_lock=1)
    bram = world.add("bram")
    world.run(locking.lock_account, LockAccount(bram, "left"))

    compared = [guess(world, bram), guess(world, bram)]

    assert compared == [False, False]
    assert lock_of(world, bram) is LockReason.ADMINISTRATOR


def test_locking_twice_by_hand_changes_nothing(world: World) -> None:
    """The first lock stands, with its date."""
    bram = world.add("bram")
    world.run(locking.lock_account, LockAccount(bram, "left"))
    world.pass_time(hours=1)

    outcome = world.run(locking.lock_account, LockAccount(bram, "left"))

    assert isinstance(outcome, AlreadyLocked)
    assert outcome.lock.at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_lock_12_the_help_desk_does_not_lift_a_lock_by_hand(world: World) -> None:
    """That takes `users:modify`."""
    grace, bram = world.add_operator("grace", "help-desk"), world.add("bram")
    world.run(locking.lock_account, LockAccount(bram, "left"))

    outcome = world.run(locking.unlock_account, UnlockAccount(bram, "please"), grace)

    assert isinstance(outcome, Refused)
    assert lock_of(world, bram) is LockReason.ADMINISTRATOR


def test_unlocking_an_open_account_is_recorded_as_unchanged(world: World) -> None:
    """Nothing changes and nobody is told."""
    grace, bram = world.add_operator("grace", "help-desk"), world.add("bram")

    outcome = world.run(locking.unlock_account, UnlockAccount(bram, "known"), grace)

    assert isinstance(outcome, NotLocked)
    assert world.entries()[-1].outcome == "unchanged"
    assert world.collect_mail() == []


def test_right_5_the_last_able_administrator_is_locked_for_fifteen_minutes_only(world: World) -> None:
    """However the rules say, by failures; and by hand not at all."""
    set_rules(world, failures_before_lock=1)
    ada = world.add("ada", "administrator", factors=1)
    guess(world, ada)

    by_hand = world.run(locking.lock_account, LockAccount(ada, "sabotage"))

    lock = world.standing(ada).state.lock
    assert lock is not None
    assert lock.ends_at == datetime(2026, 5, 4, 12, 15, tzinfo=UTC)
    assert isinstance(by_hand, Refused)
    assert by_hand.code == "rights.last_administrator"


def test_right_5_a_stranger_cannot_lock_every_administrator_for_good(world: World) -> None:
    """Of two who are guessed at, the second is locked for fifteen minutes only, though the first one counts as able."""
    set_rules(world, failures_before_lock=1)
    ada, hugo = (world.add(name, "administrator", factors=1) for name in ("ada", "hugo"))
    guess(world, ada)
    guess(world, hugo)

    first, second = world.standing(ada).state.lock, world.standing(hugo).state.lock
    assert first is not None
    assert second is not None
    assert first.ends_at is None
    assert second.ends_at == datetime(2026, 5, 4, 12, 15, tzinfo=UTC)


def test_lock_1_an_account_that_nobody_uses_locks_when_somebody_tries(world: World) -> None:
    """After thirty days, counted from its creation; nothing is compared, and the reason says why."""
    set_rules(world, days_inactive_before_lock=30)
    bram = world.add("bram")
    world.pass_time(days=29)
    used = guess(world, bram)
    world.pass_time(days=1)
    too_late = guess(world, bram)

    assert (used, too_late) == (True, False)
    assert lock_of(world, bram) is LockReason.INACTIVITY


def test_lock_1_unlocking_begins_the_days_anew(world: World) -> None:
    """Whoever is unlocked has the whole time again."""
    set_rules(world, days_inactive_before_lock=30)
    bram = world.add("bram")
    world.pass_time(days=31)
    guess(world, bram)
    world.run(locking.unlock_account, UnlockAccount(bram, "back from leave"))
    world.pass_time(days=29)

    assert guess(world, bram) is True


def test_right_5_the_last_open_administrator_is_never_locked_for_inactivity(world: World) -> None:
    """Somebody must be able to come back."""
    set_rules(world, days_inactive_before_lock=30)
    ada = world.add("ada", "administrator", factors=1)
    world.pass_time(days=300)

    assert guess(world, ada) is True
    assert lock_of(world, ada) is None
