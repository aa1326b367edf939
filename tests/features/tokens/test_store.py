import threading
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from doorward.features.tokens import store
from doorward.features.tokens.model import Returned, TokenState
from doorward.features.tokens.store import Filed
from doorward.kernel.ids import AccountId, TokenId
from tests.features.tokens.stock import COUNTING
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
TOKEN = TokenId(UUID(int=77))


def add(world: World) -> None:
    """Insert a token."""
    with world.writing() as call:
        store.add_many(call.sql, [Filed(TOKEN, COUNTING, b"sealed")], NOON)


def race(world: World, *moves: Callable[[Connection], bool]) -> list[bool]:
    """Let two processes write at once; give who has."""
    start, won = threading.Barrier(len(moves)), []

    def run(move: Callable[[Connection], bool]) -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            won.append(move(sql))
        database.close()

    threads = [threading.Thread(target=run, args=(move,)) for move in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(won)


def state(world: World) -> tuple[TokenState, AccountId | None]:
    """Load where the token is."""
    with world.reading() as call:
        found = store.by_id(call.sql, TOKEN)
    assert found is not None
    return found.state, found.account


def test_of_two_who_take_a_token_at_once_one_has_it(world: World) -> None:
    """The other one is told so."""
    add(world)

    won = race(world, *(lambda sql, one=one: store.take(sql, TOKEN, one, NOON) for one in (ALICE, BOB)))

    assert won == [False, True]
    assert state(world)[0] is TokenState.ASSIGNED


def test_of_taking_and_retiring_at_once_one_happens(world: World) -> None:
    """Nobody holds a token whose seed is erased."""
    add(world)

    won = race(world, lambda sql: store.take(sql, TOKEN, ALICE, NOON), lambda sql: store.retire(sql, TOKEN, NOON))

    assert won == [False, True]
    with world.reading() as call:
        erased = store.sealed_seed(call.sql, TOKEN) is None
    assert erased is (state(world)[0] is TokenState.RETIRED)


def test_of_two_who_give_a_token_back_at_once_one_does(world: World) -> None:
    """Its memory is written once."""
    add(world)
    with world.writing() as call:
        store.take(call.sql, TOKEN, ALICE, NOON)

    won = race(world, *(lambda sql, n=n: store.give_back(sql, Returned(TOKEN, ALICE, n, 0), NOON) for n in (5, 6)))

    assert won == [False, True]
    assert state(world) == (TokenState.IN_STOCK, None)


def test_a_known_serial_number_is_found_in_its_one_form(world: World) -> None:
    """With its maker, in theirs."""
    with world.writing() as call:
        store.add_many(call.sql, [Filed(TOKEN, replace(COUNTING, serial="AB", manufacturer="Acme "), b"x")], NOON)
        assert store.known(call.sql, ["ab", "cd"]) == {("acme", "ab")}
        assert store.known(call.sql, ["AB"]) == set()
        assert [one.id for one in store.by_serial(call.sql, " ab")] == [TOKEN]
