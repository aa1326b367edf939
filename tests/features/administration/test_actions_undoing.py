import threading
from datetime import timedelta

import pytest

from doorward.features.accounts.model import AccountState
from doorward.features.administration.actions.undoing import undo_unlock, undoable_until
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import (
    AccountUnlocked,
    LockAccount,
    UndoUnlock,
    UnlockAccount,
    UnlockUndone,
)
from doorward.features.notices.model import Kind
from doorward.kernel.act import Actor, Bearer, Caller
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, OWNER, World

YESTERDAY = NOON - timedelta(days=1)
CHANGED, NOTHING = Refused("lockout.undo_changed"), Refused("lockout.undo_nothing")


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, locked for failures until tonight; somebody unlocked him yesterday."""
    return world.add(
        "bram", locked_at=NOON, lock_reason="Failures", lock_factor="password", lock_ends_at=NOON + timedelta(hours=9),
        unlocked_by="henk", unlocked_at=YESTERDAY,
    )  # fmt: skip


def unlock(world: World, account: AccountId, by: Caller) -> AccountState:
    """Unlock an account; give its state of before."""
    before = world.standing(account).state
    assert isinstance(world.run(unlock_account, UnlockAccount(account, "a slip"), by), AccountUnlocked)
    return before


def undo(world: World, account: AccountId, by: Caller) -> UnlockUndone | Refused:
    """Take the unlock back."""
    return world.run(undo_unlock, UndoUnlock(account), by)


def test_the_lock_comes_back_exactly(world: World, bram: AccountId, grace: Bearer) -> None:
    """Date, reason, end and factor; and Unlocked by as it was (LOCK-7)."""
    before = unlock(world, bram, grace)
    world.pass_time(seconds=10)
    outcome = undo(world, bram, grace)

    assert before.lock is not None
    assert outcome == UnlockUndone(before.lock)
    assert world.standing(bram).state == before


def test_it_is_recorded_and_the_person_is_told_again(world: World, bram: AccountId, grace: Bearer) -> None:
    """By whom, and which lock; the mail names no address, since the operator's is not the guesser's."""
    unlock(world, bram, grace)
    world.collect_mail()
    undo(world, bram, grace)
    entry, (told,) = world.entries()[-1], [letter for _, letter in world.collect_mail()]

    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id) == (
        "lockout.unlock_undone", "done", "grace", bram,
    )  # fmt: skip
    assert entry.details == {"lock_reason": "Failures", "locked_at": "2026-05-04T12:00:00Z"}
    assert told.kind is Kind.ACCOUNT_LOCKED
    assert told.facts["address"] == ""


def test_of_two_undos_one_is_done(world: World, bram: AccountId, grace: Bearer) -> None:
    """Two at the same moment put the lock back once."""
    unlock(world, bram, grace)
    start, came = threading.Barrier(2), []

    def race() -> None:
        start.wait()
        came.append(undo(world, bram, grace))

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(one).__name__ for one in came) == ["Refused", "UnlockUndone"]
    assert CHANGED in came


def test_not_after_a_new_lock(world: World, bram: AccountId, grace: Bearer) -> None:
    """What was set since stands."""
    unlock(world, bram, grace)
    world.run(lock_account, LockAccount(bram, "on purpose"))
    before = world.standing(bram).state

    assert undo(world, bram, grace) == CHANGED
    assert world.standing(bram).state == before


def test_not_after_a_sign_in(world: World, bram: AccountId, grace: Bearer) -> None:
    """Whoever is in is not shut out by it."""
    unlock(world, bram, grace)
    world.pass_time(seconds=2)
    with world.writing() as call:
        call.sql.exec_driver_sql(
            "UPDATE account_state SET last_sign_in_at = (SELECT max(at) FROM audit_entries) WHERE unlocked_by = 'grace'"
        )

    assert undo(world, bram, grace) == CHANGED


def test_not_later_and_not_by_others(world: World, bram: AccountId, grace: Bearer) -> None:
    """Ten seconds, by whoever unlocked."""
    unlock(world, bram, grace)
    others = undo(world, bram, world.add_operator("henk", "help-desk")), undo(world, bram, OWNER)
    world.pass_time(seconds=10.1)

    assert others == (NOTHING, NOTHING)
    assert undo(world, bram, grace) == Refused("lockout.undo_late")


def test_not_where_somebody_else_unlocked_since(world: World, bram: AccountId, grace: Bearer) -> None:
    """The last unlock is theirs."""
    unlock(world, bram, grace)
    undo(world, bram, grace)
    unlock(world, bram, OWNER)

    assert undo(world, bram, grace) == NOTHING
    assert isinstance(undo(world, bram, OWNER), UnlockUndone)


def test_nothing_to_take_back(world: World, grace: Bearer) -> None:
    """An account that nobody unlocked; an unlock that changed nothing."""
    zoe = world.add("zoe")
    world.run(unlock_account, UnlockAccount(zoe, "a slip"), grace)

    assert undo(world, zoe, grace) == NOTHING


def test_a_lock_by_hand_takes_its_right_again(world: World) -> None:
    """It bars every way in again, and ends what was begun since; the right may be gone meanwhile (LOCK-12)."""
    ada, bram = world.add_operator("ada", "administrator"), world.add("bram")
    world.run(lock_account, LockAccount(bram, "left"), ada)
    before = unlock(world, bram, ada)
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE role_assignments SET role = 'help-desk'")
    refused = undo(world, bram, ada)
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE role_assignments SET role = 'administrator'")
    done = undo(world, bram, ada)

    assert refused == Refused("rights.missing", {"right": "users:modify"})
    assert isinstance(done, UnlockUndone)
    assert world.standing(bram).state.lock == before.lock
    assert world.standing(bram).state.epoch == before.epoch + 1


def test_not_where_nobody_able_to_administer_would_remain(world: World) -> None:
    """The last open administrator is not locked again (RIGHT-5)."""
    world.add("eve", "administrator", factors=1, locked_at=NOON, lock_reason="Failures")
    ada = world.add("ada", "administrator", factors=1, locked_at=NOON, lock_reason="Failures")
    unlock(world, ada, OWNER)

    assert undo(world, ada, OWNER) == Refused("rights.last_administrator")
    assert world.standing(ada).state.lock is None


def test_not_ones_own_and_not_of_the_higher(world: World, grace: Bearer) -> None:
    """It passes the guard as an unlock does (LOCK-8, RIGHT-4)."""
    ada = world.add("ada", "administrator", factors=1)

    assert undo(world, grace.account, grace) == Refused("lockout.self")
    assert undo(world, ada, grace) == Refused("rights.higher_target")


def test_a_page_knows_how_long_it_can_be_offered(world: World, bram: AccountId, grace: Bearer) -> None:
    """To whoever unlocked, for as long as it would work."""
    unlock(world, bram, grace)
    world.pass_time(seconds=4)
    actor = Actor(grace.account, "grace")
    with world.reading() as call:
        offered = undoable_until(call, bram, actor)
        others = undoable_until(call, bram, Actor(bram, "bram"))
    undo(world, bram, grace)
    with world.reading() as call:
        gone = undoable_until(call, bram, actor), undoable_until(call, grace.account, actor)

    assert offered == NOON + timedelta(seconds=10)
    assert (others, gone) == (None, (None, None))
