import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from doorward.features.second_factor.actions.hardware_tokens import assign_token
from doorward.features.tokens.model import (
    AssignToken,
    TokenState,
)
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.second_factor.handing import (
    COUNTING,
    TICKING,
    assign,
    display,
    expiring,
    give,
    held,
    press,
    stock,
    unassign,
)
from tests.features.second_factor.operating import delete, reset
from tests.features.tokens.stock import SEED, token_of
from tests.keys import OTHER_SECRET, SECRET, bind
from tests.worlds import API, OWNER, World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who has a key of an app."""
    account = world.add("bram")
    bind(world, account, OTHER_SECRET)
    return account


@pytest.mark.parametrize("ended_by", ["unassign", "reset", "delete", "another key", "another token"])
def test_whatever_ends_the_key_puts_the_token_back_with_its_memory(
    world: World, bram: AccountId, ended_by: str
) -> None:
    """Each way in which the key goes (KEY-9)."""
    token, _ = stock(world, COUNTING, TICKING)
    grace = world.add_operator("grace", "super-user")
    assign(world, bram, "100", grace)
    give(world, bram, press(7))

    match ended_by:
        case "unassign":
            unassign(world, bram, grace)
        case "reset":
            reset(world, bram, grace)
        case "delete":
            delete(world, bram, grace)
        case "another token":
            assign(world, bram, "200", grace)
        case _:
            bind(world, bram, SECRET)

    back = token_of(world, token)
    assert (back.state, back.account, back.last_step) == (TokenState.IN_STOCK, None, 7)
    assert held(world, bram) is None or ended_by == "another token"


def test_an_old_code_never_works_again_for_the_next_holder(world: World, bram: AccountId) -> None:
    """By counter and by time, though the code is still inside its window."""
    stock(world, COUNTING, TICKING)
    dora = world.add("dora")
    assign(world, bram, "100")
    give(world, bram, press(2))
    unassign(world, bram)
    assign(world, dora, "100")
    by_counter = [give(world, dora, press(n)) for n in (1, 2, 3)]

    assign(world, bram, "200")
    shown = display(world)
    assert give(world, bram, shown) is Result.RIGHT
    unassign(world, bram)
    assign(world, bram, "200")

    assert by_counter == [Result.USED, Result.USED, Result.RIGHT]
    assert give(world, bram, shown) is Result.USED


def test_the_key_of_a_token_is_sealed_for_its_account(world: World, bram: AccountId) -> None:
    """It lies in the account's row as any other key, and nowhere in the clear."""
    stock(world, COUNTING)
    assign(world, bram, "100")

    with world.reading() as call:
        rows = call.sql.execute(text("SELECT sealed_secret FROM otp_keys")).scalars().all()
    stored = world.stored()
    assert len(rows) == 1
    assert SEED not in stored


def test_an_expired_token_opens_nothing(world: World, bram: AccountId) -> None:
    """From the instant on that its maker names: RFC 6030 section 5."""
    stock(world, expiring(TICKING, world, hours=1))
    assign(world, bram, "200")
    before = give(world, bram, display(world))
    world.pass_time(hours=1)

    assert (before, give(world, bram, display(world))) == (Result.RIGHT, Result.WRONG)


def test_of_two_who_are_given_one_token_at_once_one_has_it(world: World) -> None:
    """The other one is told that it is taken, and keeps the key of before."""
    stock(world, COUNTING)
    people = [world.add(name) for name in ("ada", "bob", "cid", "dan")]
    start, outcomes = threading.Barrier(len(people)), []

    def run(account: AccountId) -> None:
        runtime = replace(world.runtime, database=world.another_process())
        start.wait()
        outcomes.append(runtime.run(assign_token, AssignToken(account, None, "100", reason="x"), OWNER, API))
        runtime.database.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one.status for one in outcomes) == ["done", "refused", "refused", "refused"]
    assert sum(world.standing(one).state.factors for one in people) == 1
