import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from doorward.edges.sql.tables.otp import otp_keys
from doorward.features.otp import actions
from doorward.features.otp.model import KeyFacts, OtpKey, WrongCode
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import SealBroken
from tests.keys import NOON_STEP, OTHER_SECRET, SECRET, bind, code
from tests.worlds import API, NOON, World


def check(world: World, account: AccountId, given: str) -> Result:
    """Give a code in a transaction of its own."""
    with world.writing() as call:
        return actions.check_code(call, account, given)


def key_of(world: World, account: AccountId) -> OtpKey:
    """Load the account's key, which is there."""
    with world.reading() as call:
        key = actions.find_key(call, account)
    assert key is not None
    return key


def facts_of(world: World, account: AccountId) -> KeyFacts | None:
    """Ask what operators may see of the key."""
    with world.reading() as call:
        return actions.key_facts(call, account)


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, with a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def test_bound_key_is_the_accounts_factor(world: World, alice: AccountId) -> None:
    """The account has one factor, which remembers its set-up step."""
    key = key_of(world, alice)

    assert (key.secret, key.last_step, key.confirmed_at) == (SECRET, NOON_STEP - 100, NOON)
    assert world.standing(alice).state.factors == 1


def test_only_the_keys_own_place_among_the_factors_changes(world: World) -> None:
    """A factor of another kind stays counted when the key is bound, replaced, disabled or deleted."""
    bram = world.add("bram", factors=1)
    counts = []
    for change in (
        lambda call: actions.bind_key(call, bram, SECRET, NOON_STEP),
        lambda call: actions.bind_key(call, bram, OTHER_SECRET, NOON_STEP),
        lambda call: actions.disable_key(call, bram),
        lambda call: actions.delete_keys(call, bram),
    ):
        with world.writing() as call:
            change(call)
        counts.append(world.standing(bram).state.factors)

    assert counts == [2, 2, 1, 1]


def test_new_key_replaces_the_one_before(world: World, alice: AccountId) -> None:
    """The account has one key, and the old one's codes are wrong."""
    bind(world, alice, OTHER_SECRET)

    assert key_of(world, alice).secret == OTHER_SECRET
    assert check(world, alice, code(SECRET)) is Result.WRONG
    assert check(world, alice, code(OTHER_SECRET)) is Result.RIGHT


@pytest.mark.usefixtures("alice")
def test_secret_is_sealed_at_rest(world: World) -> None:
    """Neither the row nor the file holds the key itself."""
    with world.reading() as call:
        sealed = call.sql.execute(select(otp_keys.c.sealed_secret)).scalar_one()
    stored = world.stored()

    assert SECRET not in sealed
    assert sealed in stored
    assert SECRET not in stored


def test_key_moved_to_another_account_does_not_open(world: World, alice: AccountId) -> None:
    """A sealed value belongs to its row."""
    bob = world.add("bob")
    with world.writing() as call:
        call.sql.execute(update(otp_keys).where(otp_keys.c.account_id == alice).values(account_id=bob))

    with world.reading() as call, pytest.raises(SealBroken):
        actions.find_key(call, bob)


def test_facts_of_a_key_need_no_opening(world: World, alice: AccountId) -> None:
    """A key that does not open can still be looked at, and reset."""
    with world.writing() as call:
        call.sql.execute(update(otp_keys).values(sealed_secret=b"broken" * 20))

    assert facts_of(world, alice) == KeyFacts(NOON, None, None, clock_jumped=False)


def test_code_is_right_once(world: World, alice: AccountId) -> None:
    """The second time it is used, and the step stays as it was (KEY-9)."""
    given = code(SECRET)

    assert [check(world, alice, given) for _ in range(3)] == [Result.RIGHT, Result.USED, Result.USED]
    assert key_of(world, alice).last_step == NOON_STEP


def test_earlier_step_is_used_after_a_later_one(world: World, alice: AccountId) -> None:
    """A code that is still inside the window is refused once its successor was taken."""
    check(world, alice, code(SECRET))

    assert check(world, alice, code(SECRET, steps=-1)) is Result.USED
    assert check(world, alice, code(SECRET, steps=1)) is Result.RIGHT


def test_code_of_the_set_up_is_used(world: World) -> None:
    """A new key begins with the step that proved it (KEY-9)."""
    bob = world.add("bob")
    bind(world, bob, SECRET, NOON_STEP)

    assert check(world, bob, code(SECRET)) is Result.USED


def test_wrong_codes_are_counted_on_the_key(world: World, alice: AccountId) -> None:
    """Wrong ones count, used ones do not, and a right one ends the row (LOCK-14)."""
    check(world, alice, "000000")
    check(world, alice, "000000")
    counted = key_of(world, alice).consecutive_failures
    check(world, alice, code(SECRET))
    check(world, alice, code(SECRET))

    assert counted == 2
    assert key_of(world, alice).consecutive_failures == 0


def test_right_code_is_noted(world: World, alice: AccountId) -> None:
    """Operators see when the key was last used."""
    world.pass_time(minutes=5)
    check(world, alice, code(SECRET, steps=10))

    assert facts_of(world, alice) == KeyFacts(NOON, NOON + timedelta(minutes=5), None, clock_jumped=False)


def test_account_without_a_key_has_no_right_code(world: World) -> None:
    """There is nothing to compare with, and nothing to tell."""
    bob = world.add("bob")

    assert check(world, bob, code(SECRET)) is Result.WRONG
    assert facts_of(world, bob) is None


def test_disabled_key_has_no_right_code(world: World, alice: AccountId) -> None:
    """It counts as none (LOCK-14)."""
    with world.writing() as call:
        call.sql.execute(update(otp_keys).values(disabled_at=NOON))

    assert check(world, alice, code(SECRET)) is Result.WRONG


def test_one_code_given_many_times_at_once_is_accepted_once(world: World, alice: AccountId) -> None:
    """Eight requests in two processes: one yes, and the rest hear that it was used (KEY-9)."""
    start, given, results = threading.Barrier(8), code(SECRET), []
    databases = [world.database, world.another_process()]

    def give(number: int) -> None:
        runtime = replace(world.runtime, database=databases[number % 2])
        start.wait()
        with runtime.writing(API) as call:
            results.append(actions.check_code(call, alice, given))

    threads = [threading.Thread(target=give, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    assert sorted(results) == [Result.RIGHT] + [Result.USED] * 7


def slow_codes(world: World, account: AccountId, offset: int) -> None:
    """Give two successive wrong codes of a clock that is wrong by so many steps, a minute apart."""
    earlier = WrongCode(code(SECRET, steps=offset), NOON)
    world.pass_time(minutes=1)
    later = WrongCode(code(SECRET, steps=offset + 2), NOON + timedelta(minutes=1))
    with world.writing() as call:
        actions.note_clock_error(call, account, earlier, later)


@pytest.mark.parametrize(("offset", "minutes"), [(-8, -4), (9, 5)])
def test_wrong_clock_is_shown_to_operators(world: World, alice: AccountId, offset: int, minutes: int) -> None:
    """Two wrong codes with one offset say how wrong the clock is (KEY-15)."""
    slow_codes(world, alice, offset)

    facts = facts_of(world, alice)
    assert facts is not None
    assert facts.clock_error_minutes == minutes


def test_steps_of_a_wrong_clock_are_spent(world: World, alice: AccountId) -> None:
    """The code that was shown too early stays refused when its time has come (KEY-15)."""
    slow_codes(world, alice, 9)
    world.pass_time(minutes=4, seconds=30)

    assert check(world, alice, code(SECRET, steps=11)) is Result.USED
    assert check(world, alice, code(SECRET, steps=12)) is Result.RIGHT


def test_right_code_ends_the_clock_error(world: World, alice: AccountId) -> None:
    """Whoever has put the clock right is no longer told."""
    slow_codes(world, alice, -8)
    check(world, alice, code(SECRET, steps=2))

    facts = facts_of(world, alice)
    assert facts is not None
    assert facts.clock_error_minutes is None


@pytest.mark.parametrize("secret", [None, SECRET])
def test_unlike_wrong_codes_say_nothing_of_the_clock(world: World, secret: bytes | None) -> None:
    """Two guesses are two guesses, with a key and without."""
    bob = world.add("bob")
    if secret is not None:
        bind(world, bob, secret)
    with world.writing() as call:
        error = actions.note_clock_error(call, bob, WrongCode("000000", NOON), WrongCode("000000", NOON))

    assert error is None


def test_clock_that_jumped_is_shown(world: World) -> None:
    """A remembered step of next year shuts its owner out, and operators see it (KEY-9)."""
    bob = world.add("bob")
    bind(world, bob, SECRET, NOON_STEP + 1_051_200)

    assert facts_of(world, bob) == KeyFacts(NOON, None, None, clock_jumped=True)


def test_deleted_key_is_no_factor(world: World, alice: AccountId) -> None:
    """The count is told, and the account has none."""
    with world.writing() as call:
        count = actions.delete_keys(call, alice)

    assert (count, world.standing(alice).state.factors) == (1, 0)
    assert check(world, alice, code(SECRET)) is Result.WRONG
