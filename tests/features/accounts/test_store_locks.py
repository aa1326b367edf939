import threading
from datetime import timedelta
from uuid import UUID

from doorward.features.accounts import store
from doorward.features.accounts.model import Lock, LockReason, Unlocker
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

CARL = AccountId(UUID(int=12))
LATER = NOON + timedelta(hours=1)
LOCK = Lock(NOON, LockReason.FAILURES, LATER, "password")


def test_lock_is_written_and_cleared(world: World) -> None:
    """All four fields survive; clearing leaves who unlocked last as it was (LOCK-7)."""
    bram = world.add("bram")
    with world.database.write() as sql:
        store.set_unlocked(sql, [bram], Unlocker("grace", CARL, NOON))
        store.set_lock(sql, bram, LOCK)
    locked = world.standing(bram).state
    with world.database.write() as sql:
        store.set_lock(sql, bram, None)
    cleared = world.standing(bram).state

    assert (locked.lock, cleared.lock) == (LOCK, None)
    assert (locked.unlocked_by, cleared.unlocked_by, cleared.unlocked_by_id) == ("grace", "grace", CARL)


def test_unlock_clears_the_lock_and_names_who(world: World) -> None:
    """The owner has a name and no id."""
    bram = world.add("bram")
    with world.database.write() as sql:
        store.set_lock(sql, bram, LOCK)
        store.set_unlocked(sql, [bram], Unlocker("cli:root", None, LATER))
    state = world.standing(bram).state

    assert (state.lock, state.unlocked_by, state.unlocked_by_id, state.unlocked_at) == (None, "cli:root", None, LATER)


def test_many_are_unlocked_at_once(world: World) -> None:
    """And nobody else."""
    bram, other, third = (
        world.add(name, locked_at=NOON, lock_reason="Failures") for name in ("bram", "other", "third")
    )
    with world.database.write() as sql:
        store.set_lock(sql, bram, LOCK)
        store.set_unlocked(sql, [bram, other], Unlocker("grace", CARL, LATER))
    states = [world.standing(one).state for one in (bram, other, third)]

    assert [(one.unlocked_by, one.lock is None) for one in states] == [
        ("grace", True), ("grace", True), (None, False),
    ]  # fmt: skip


def test_lock_is_ended_unless_another_stands_by_now(world: World) -> None:
    """One by hand has no end, and a later one has another."""
    bram = world.add("bram")
    ended = []
    with world.database.write() as sql:
        for lock in (
            Lock(NOON, LockReason.ADMINISTRATOR),
            Lock(LATER, LockReason.FAILURES, NOON + timedelta(hours=2)),
            LOCK,
        ):
            store.set_lock(sql, bram, lock)
            ended.append(store.end_lock(sql, bram, LATER))

    assert ended == [False, False, True]
    assert world.standing(bram).state.lock is None


def test_of_two_who_end_a_lock_at_once_one_does(world: World) -> None:
    """Whoever comes second is told that it was not there any more (LOCK-9)."""
    bram, both = world.add("bram"), threading.Barrier(2)
    with world.database.write() as sql:
        store.set_lock(sql, bram, LOCK)
    ended: list[bool] = []

    def end() -> None:
        both.wait()
        with world.database.write() as sql:
            ended.append(store.end_lock(sql, bram, LATER))

    racing = [threading.Thread(target=end) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(ended) == [False, True]
