import threading
from typing import Any

from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import AccountLocked, LockAccount
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from tests.authenticators import Authenticator
from tests.features.second_factor.adding import add
from tests.features.second_factor.protecting import (
    RIGHT,
    WRONG_CODE,
    Typed,
    change,
    failures,
    lock,
    operator,
    protect,
    wrong,
)
from tests.features.second_factor.signing import named, send, sign
from tests.keys import code
from tests.worlds import World

CROWD = 20


def at_once(world: World, by: Bearer, accounts: list[AccountId], typed: Typed) -> list[Any]:
    """Lock all these accounts in the same instant with the same proof."""
    start, outcomes = threading.Barrier(len(accounts)), dict[int, Any]()

    def take_part(turn: int) -> None:
        start.wait()
        outcomes[turn] = change(world, lock_account, LockAccount(accounts[turn], "race"), by, typed)

    threads = [threading.Thread(target=take_part, args=(turn,)) for turn in range(len(accounts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [outcomes[turn] for turn in range(len(accounts))]


def test_t37_one_code_makes_one_change(world: World) -> None:
    """Twenty requests with the same code, each for another account: one is done, none is counted as wrong."""
    grace = operator(world, "grace", "administrator")
    accounts = [protect(world, world.add(f"p{turn}")) for turn in range(CROWD)]
    outcomes = at_once(world, grace, accounts, Typed(code=code(RIGHT.secret, world.clock.now())))
    locked = [account for account in accounts if world.standing(account).state.lock is not None]

    assert [type(one) for one in outcomes].count(AccountLocked) == 1
    assert {one.code for one in outcomes if not isinstance(one, AccountLocked)} == {"protection.wrong"}
    assert len(locked) == 1
    assert world.standing(grace.account).state.lock is None


def test_t37_one_assertion_makes_one_change(world: World) -> None:
    """Twenty requests with the same assertion for the same change: one is done, none is counted as wrong."""
    grace, phone = operator(world, "grace", "administrator"), Authenticator()
    add(world, grace, phone)
    bram = protect(world, world.add("bram"))
    given = sign(world, grace, phone, named(bram))
    start, outcomes = threading.Barrier(CROWD), list[Any]()

    def take_part() -> None:
        start.wait()
        outcomes.append(send(world, lock_account, lock(bram), grace, given))

    threads = [threading.Thread(target=take_part) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [type(one) for one in outcomes].count(AccountLocked) == 1
    assert [one for one in outcomes if not isinstance(one, AccountLocked)] == [
        wrong("the challenge was answered already")
    ] * (CROWD - 1)
    assert failures(world, grace.account) == 0


def test_lock_2_so_many_wrong_proofs_are_compared_as_the_rules_allow(world: World) -> None:
    """Twenty guesses at once: ten are compared, then the account is locked and the session over."""
    grace = operator(world, "grace", "administrator")
    world.add("olga", "administrator", factors=1)
    accounts = [protect(world, world.add(f"p{turn}")) for turn in range(CROWD)]
    outcomes = at_once(world, grace, accounts, WRONG_CODE)
    codes = [one.code for one in outcomes]

    assert (codes.count("protection.wrong"), codes.count("session.required")) == (10, 10)
    assert world.standing(grace.account).state.lock is not None
    assert all(world.standing(account).state.lock is None for account in accounts)
