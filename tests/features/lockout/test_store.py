import threading
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.lockout import store
from doorward.features.lockout.actions import attempts
from doorward.features.lockout.model import Context, Counter, Factor, InFlight, Reservation
from doorward.features.lockout.store import Key
from doorward.kernel.ids import AccountId
from tests.features.lockout.guessing import lock_of, set_rules
from tests.worlds import NOON, World

BRAM = AccountId(UUID(int=1))
PASSWORD = Key(BRAM, Factor.PASSWORD)
ALIVE = InFlight(NOON - timedelta(seconds=30), NOON + timedelta(seconds=30))


def attempt(number: int, *, counted: bool = True) -> Reservation:
    """Make a reservation of Bram's."""
    return Reservation(UUID(int=number), BRAM, Factor.PASSWORD, counted)


@pytest.mark.parametrize(
    "other",
    [
        Key(AccountId(UUID(int=2)), Factor.PASSWORD),
        Key(BRAM, Factor.SECOND_FACTOR),
        Key(BRAM, Factor.PASSWORD, Context.SESSION),
    ],
)
def test_lock_3_each_account_factor_and_context_has_its_own_counter(world: World, other: Key) -> None:
    """Failures of one are no failures of another."""
    with world.writing() as call:
        store.add_failures(call.sql, PASSWORD, 3, NOON, unknown_name=False)

        assert store.counter(call.sql, other, ALIVE).failures == 0
        assert store.counter(call.sql, PASSWORD, ALIVE) == Counter(3, 0, changed_at=NOON)


def test_failures_add_up(world: World) -> None:
    """Each call gives the new number."""
    with world.writing() as call:
        counts = [store.add_failures(call.sql, PASSWORD, 1, NOON, unknown_name=False) for _ in range(3)]

    assert counts == [1, 2, 3]


def test_lock_2_attempts_in_flight_and_dead_ones_are_told_apart(world: World) -> None:
    """What is older than the span, or later, is dead too; what does not count is not in flight."""
    with world.writing() as call:
        for number, seconds in enumerate((0, -30, 30, -31, 31)):
            store.reserve(call.sql, attempt(number), NOON + timedelta(seconds=seconds))
        store.reserve(call.sql, attempt(9, counted=False), NOON)

        assert store.counter(call.sql, PASSWORD, ALIVE) == Counter(0, 5, 2)
        assert store.accounts_with_stale(call.sql, ALIVE, 9) == [BRAM]


def test_a_reservation_is_released_once(world: World) -> None:
    """The second release finds nothing."""
    with world.writing() as call:
        store.reserve(call.sql, attempt(1), NOON)
        released = [store.release(call.sql, BRAM, UUID(int=1)) for _ in range(2)]

    assert released == [True, False]


def test_dead_attempts_are_taken_once_and_only_those_that_count(world: World) -> None:
    """Whoever takes them counts them."""
    old = NOON - timedelta(minutes=5)
    with world.writing() as call:
        store.reserve(call.sql, attempt(1), old)
        store.reserve(call.sql, attempt(2, counted=False), old)
        store.reserve(call.sql, attempt(3), NOON)
        later = Reservation(UUID(int=4), BRAM, Factor.PASSWORD, True, Context.SESSION)
        store.reserve(call.sql, later, NOON + timedelta(seconds=31))
        first, second = store.take_stale(call.sql, BRAM, ALIVE), store.take_stale(call.sql, BRAM, ALIVE)

        assert (first, second) == ([(Factor.PASSWORD, Context.EVERYWHERE), (Factor.PASSWORD, Context.SESSION)], [])
        assert store.counter(call.sql, PASSWORD, ALIVE).reserved == 1


def test_clearing_one_factor_leaves_the_other(world: World) -> None:
    """And clearing all leaves none; attempts in flight stay (LOCK-4)."""
    codes = Key(BRAM, Factor.SECOND_FACTOR)
    with world.writing() as call:
        store.reserve(call.sql, attempt(1), NOON)
        store.add_failures(call.sql, PASSWORD, 2, NOON, unknown_name=False)
        store.add_failures(call.sql, codes, 2, NOON, unknown_name=False)
        store.clear(call.sql, BRAM, Factor.PASSWORD, NOON)
        one = store.counter(call.sql, PASSWORD, ALIVE), store.counter(call.sql, codes, ALIVE)
        store.clear_accounts(call.sql, [BRAM], NOON)
        both = store.counter(call.sql, PASSWORD, ALIVE), store.counter(call.sql, codes, ALIVE)

    assert one == (Counter(0, 1, changed_at=NOON), Counter(2, 0, changed_at=NOON))
    assert both == (Counter(0, 1, changed_at=NOON), Counter(0, 0, changed_at=NOON))


def test_lock_11_only_names_nobody_has_are_forgotten(world: World) -> None:
    """An account's own failures are kept however old they are."""
    with world.writing() as call:
        store.add_failures(call.sql, PASSWORD, 1, NOON, unknown_name=False)
        store.add_failures(call.sql, Key(AccountId(UUID(int=9)), Factor.PASSWORD), 1, NOON, unknown_name=True)
        forgotten = store.forget_unknown(call.sql, NOON + timedelta(days=9))

        assert forgotten == 1
        assert store.counter(call.sql, PASSWORD, ALIVE).failures == 1


def test_lock_2_of_many_guessers_at_once_exactly_as_many_are_compared_as_allowed(world: World) -> None:
    """Forty threads, five guesses: five reservations are counted, and one lock is written."""
    set_rules(world, failures_before_lock=5)
    bram = world.add("bram")
    counted: list[bool] = []
    start = threading.Barrier(40)

    def guess() -> None:
        start.wait()
        reserved: object = None
        while not isinstance(reserved, Reservation):
            with world.writing() as call:
                standing = accounts.load(call, bram)
                reserved = attempts.reserve_attempt(call, bram, Factor.PASSWORD, standing)
        with world.writing() as call:
            attempts.release_attempt(call, reserved)
            attempts.conclude_attempt(call, reserved, accounts.load(call, bram), right=False)
        counted.append(reserved.counted)

    guessers = [threading.Thread(target=guess) for _ in range(40)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join()

    assert (sum(counted), len(counted)) == (5, 40)
    assert lock_of(world, bram) is not None
    assert [entry.act for entry in world.entries()].count("lockout.locked") == 1
