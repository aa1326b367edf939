import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import Idle, LockReason
from doorward.features.administration.actions import inactivity
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.ids import AccountId
from tests.features.administration.test_actions_rule_sets import a_group, a_set
from tests.worlds import NOON, World

MOST = 5


def set_days(world: World, days: int) -> None:
    """Say after how many days an unused account locks; sessions outlast the waits of these tests."""
    world.run(change_password_rules, ChangePasswordRules({"days_inactive_before_lock": days}))


def find(world: World, after: AccountId | None = None, most: int = MOST) -> Idle:
    """Look for accounts that nobody uses."""
    with world.reading() as call:
        return inactivity.find_idle(call, after, most)


def lock(world: World, *found: AccountId) -> int:
    """Lock what was found."""
    with world.writing() as call:
        return inactivity.lock_idle(call, found)


def reason(world: World, account: AccountId) -> LockReason | None:
    """Say why an account is locked."""
    held = world.standing(account).state.lock
    return None if held is None else held.reason


def test_lock_1_nobody_is_looked_for_by_default(world: World) -> None:
    """0 days mean never."""
    world.add("bram")
    world.pass_time(days=3_000)

    assert find(world) == Idle((), None)


def test_lock_1_an_account_that_nobody_uses_is_found_and_locked(world: World) -> None:
    """After its days, with an entry of the server's and a mail (LOCK-13)."""
    set_days(world, 30)
    bram = world.add("bram")
    world.pass_time(days=30, microseconds=-1)
    before = find(world)
    world.pass_time(microseconds=1)
    found = find(world)
    locked = lock(world, *found.accounts)

    assert (before, found, locked) == (Idle((), None), Idle((bram,), None), 1)
    assert reason(world, bram) is LockReason.INACTIVITY
    entry = world.entries()[-1]
    assert (entry.act, entry.actor_name, entry.target_name, entry.details) == (
        "lockout.locked", "system", "bram", {"lock_reason": "Inactivity"},
    )  # fmt: skip
    assert [(mail.recipient, mail.kind) for mail in world.mails()] == [("bram@example.org", "account_locked")]
    assert find(world) == Idle((), None)


@pytest.mark.parametrize("column", ["last_sign_in_at", "unlocked_at", "enabled_at"])
def test_lock_1_the_days_run_from_the_latest_use(world: World, column: str) -> None:
    """Last complete sign-in, unlock, enabling, creation."""
    set_days(world, 30)
    bram = world.add("bram")
    world.pass_time(days=20)
    with world.writing() as call:
        accounts_store.set_state(call.sql, bram, **{column: call.now})
    world.pass_time(days=29)
    early = find(world)
    world.pass_time(days=1)

    assert (early.accounts, find(world).accounts) == ((), (bram,))


def test_lock_5_no_lock_is_overwritten(world: World) -> None:
    """Whatever its reason."""
    set_days(world, 30)
    held = {
        world.add(str(why.value).lower(), locked_at=NOON, lock_reason=why.value): why
        for why in (LockReason.FAILURES, LockReason.ADMINISTRATOR, LockReason.REPORTED)
    }
    world.pass_time(days=31)

    assert find(world) == Idle((), None)
    assert lock(world, *held) == 0
    assert {account: reason(world, account) for account in held} == held


def test_whoever_comes_back_between_finding_and_locking_is_not_locked(world: World) -> None:
    """What is found is looked at again in the transaction that locks."""
    set_days(world, 30)
    bram = world.add("bram")
    world.pass_time(days=31)
    found = find(world)
    with world.writing() as call:
        accounts_store.set_signed_in(call.sql, bram, call.now)

    assert found.accounts == (bram,)
    assert lock(world, *found.accounts) == 0
    assert reason(world, bram) is None


def test_a_disabled_account_is_left_as_it_is(world: World) -> None:
    """Enabling begins its days anew, and finds no lock waiting."""
    set_days(world, 30)
    bram = world.add("bram")
    with world.writing() as call:
        accounts_store.save_fields(call.sql, world.standing(bram).account, {"enabled": False}, call.now)
    world.pass_time(days=31)

    assert lock(world, *find(world).accounts) == 0


def test_right_5_one_administrator_stays_open(world: World) -> None:
    """Of all that nobody uses, the last able one without an automatic lock is never locked."""
    set_days(world, 30)
    admins = [world.add(name, "administrator", factors=1) for name in ("ada", "hugo", "vera")]
    world.pass_time(days=300)

    assert lock(world, *find(world).accounts) == 2
    assert [reason(world, one) for one in admins].count(None) == 1


def test_each_set_has_its_own_days(world: World) -> None:
    """Whoever is served by a named set is judged by it, the others by `default`."""
    set_days(world, 60)
    bram, carl, dora = (world.add(name) for name in ("bram", "carl", "dora"))
    a_set(world, "strict", days_inactive_before_lock=10)
    a_set(world, "never", days_inactive_before_lock=0)
    a_group(world, "Branch North", "strict", bram)
    a_group(world, "Branch South", "never", dora)
    world.pass_time(days=11)
    soon = find(world).accounts
    world.pass_time(days=60)

    assert soon == (bram,)
    assert dora not in find(world).accounts
    assert carl in find(world).accounts


def test_a_round_goes_on_where_it_stopped(world: World) -> None:
    """As many at a time as are asked for, each once."""
    set_days(world, 30)
    people = sorted(world.add(f"person {number}") for number in range(5))
    world.pass_time(days=31)
    first = find(world, most=2)
    second = find(world, first.next, most=2)
    third = find(world, second.next, most=2)

    assert [*first.accounts, *second.accounts, *third.accounts] == people
    assert third.next is None


def test_a_stretch_ends_with_its_last_account(world: World) -> None:
    """However many accounts there are, so many are looked through at once."""
    people = sorted(world.add(f"person {number}") for number in range(5))
    with world.reading() as call:
        ends = [accounts_store.stretch(call.sql, people[0], length) for length in (1, 3, 4, 5)]
        within = accounts_store.idle(call.sql, people[0], people[2], {"default": call.now}, 50)

    assert ends == [people[1], people[3], people[4], None]
    assert within == people[1:3]


def test_lock_7_an_unlock_begins_the_days_anew(world: World) -> None:
    """Whoever was away has the whole time again."""
    set_days(world, 30)
    bram = world.add("bram")
    world.pass_time(days=31)
    lock(world, *find(world).accounts)
    world.run(unlock_account, UnlockAccount(bram, "back from leave"))
    world.pass_time(days=29)

    assert find(world).accounts == ()
