import threading
from uuid import UUID

from doorward.features.recovery_codes import store
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
ONE, TWO = b"1" * 32, b"2" * 32


def put(world: World, account: AccountId, *hashes: bytes) -> None:
    """Write an account's set."""
    with world.writing() as call:
        store.replace_all(call.sql, account, hashes, NOON)


def left(world: World, account: AccountId = ALICE) -> int:
    """Count the account's unused codes."""
    with world.reading() as call:
        return store.left(call.sql, account)


def test_new_set_ends_the_one_before(world: World) -> None:
    """Codes of the old set are gone, used or not; another account keeps its own."""
    put(world, ALICE, ONE)
    put(world, BOB, ONE)
    put(world, ALICE, TWO)

    with world.reading() as call:
        assert [store.exists(call.sql, ALICE, one) for one in (ONE, TWO)] == [False, True]
    assert (left(world), left(world, BOB)) == (1, 1)


def test_code_is_used_once(world: World) -> None:
    """The second use finds it used; it still belongs to the set."""
    put(world, ALICE, ONE, TWO)
    with world.writing() as call:
        uses = [store.use(call.sql, ALICE, ONE, NOON) for _ in range(2)]
        there = store.exists(call.sql, ALICE, ONE)

    assert (uses, there, left(world)) == ([True, False], True, 1)


def test_code_is_of_no_use_to_another_account(world: World) -> None:
    """A code counts under its own account only."""
    put(world, ALICE, ONE)
    with world.writing() as call:
        used = store.use(call.sql, BOB, ONE, NOON)

    assert (used, left(world)) == (False, 1)


def test_deleted_set_is_counted(world: World) -> None:
    """Deleting tells how many codes there were, used ones too."""
    put(world, ALICE, ONE, TWO)
    with world.writing() as call:
        store.use(call.sql, ALICE, ONE, NOON)
        count = store.delete_all(call.sql, ALICE)

    assert (count, left(world)) == (2, 0)


def test_of_two_racing_uses_one_is_told_so(world: World) -> None:
    """Two processes at the same moment: the code is used by one of them."""
    put(world, ALICE, ONE)
    start, used = threading.Barrier(2), []

    def race() -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            used.append(store.use(sql, ALICE, ONE, NOON))
        database.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == [False, True]
