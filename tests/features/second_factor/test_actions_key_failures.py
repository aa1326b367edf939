import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import Context, UnlockAccount
from doorward.features.otp import actions as otp
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.actions.key_failures import Counted, count_wrong_code
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import AllowSetUp, FactorState, ResetSecretKey
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.operating import entry, state
from tests.features.second_factor.regenerating import WRONG, alive, begin
from tests.keys import OTHER_SECRET, SECRET, bind, code
from tests.worlds import NOON, OWNER, World

BLOCKED = Refused("second_factor.blocked", {"contact": ""})


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key; the fifth wrong code locks an account."""
    world.run(change_password_rules, ChangePasswordRules({"second_factor_failures_before_lock": 5}))
    account = world.add("alice")
    bind(world, account)
    return account


def guess(world: World, account: AccountId, times: int = 1, context: Context = Context.EVERYWHERE) -> list[Counted]:
    """Give so many wrong codes; an account that they lock is unlocked at once."""
    counted = []
    for _ in range(times):
        with world.writing() as call:
            assert otp.check_code(call, account, code(OTHER_SECRET)) is Result.WRONG
            counted.append(count_wrong_code(call, world.standing(account), context))
        if counted[-1].lock is not None:
            world.run(unlock_account, UnlockAccount(account, "called"))
    return counted


def test_hundredth_failure_disables_the_key(world: World, alice: AccountId) -> None:
    """20 times 5 wrong codes, with an unlock after each five: the key is gone with the hundredth (T05)."""
    counted = guess(world, alice, 100)

    assert [one.key_disabled for one in counted] == [False] * 99 + [True]
    assert sum(one.lock is not None for one in counted) == 20
    assert (state(world, alice), world.standing(alice).state.factors) == (FactorState.BLOCKED, 0)


def test_disabled_key_is_recorded_and_told(world: World, alice: AccountId) -> None:
    """One entry of the system's, with the count, and one letter."""
    guess(world, alice, 100)
    entries = [one for one in world.entries() if one.act == "second_factor.key_disabled"]

    assert [(one.actor_name, one.target_id, one.details["failures"]) for one in entries] == [("system", alice, 100)]
    assert [mail.kind.value for mail in world.mails()].count("second_factor_key_disabled") == 1


def test_right_code_begins_the_count_anew(world: World, alice: AccountId) -> None:
    """99 failures and a success are nothing; an unlock is no success."""
    guess(world, alice, 99)
    with world.writing() as call:
        assert otp.check_code(call, alice, code(SECRET)) is Result.RIGHT
    counted = guess(world, alice, 99)

    assert not any(one.key_disabled for one in counted)
    assert state(world, alice) is FactorState.SET_UP


def test_new_key_begins_its_own_count(world: World, alice: AccountId) -> None:
    """The count belongs to the key and ends with it."""
    guess(world, alice, 99)
    bind(world, alice, OTHER_SECRET)
    with world.reading() as call:
        assert otp.failures_in_a_row(call, alice) == 0


def test_codes_of_ones_own_session_count_for_the_key(world: World, alice: AccountId) -> None:
    """The fresh proof of KEY-2 is one of the key's codes as well."""
    guess(world, alice, 99)
    session = world.sign_in(alice)
    world.pass_time(minutes=6)

    assert begin(world, session, code(OTHER_SECRET)) == WRONG
    assert begin(world, session, code(SECRET, world.clock.now())) == BLOCKED


def test_fresh_session_cannot_replace_a_disabled_key(world: World, alice: AccountId) -> None:
    """Until somebody resets or allows it, the account has no key, and its owner's session makes none."""
    session = world.sign_in(alice)
    begin(world, session)
    guess(world, alice, 100)

    assert alive(world, session)
    assert begin(world, session) == BLOCKED


def test_disabling_takes_the_allowlist_entry_away(world: World) -> None:
    """What an exclusion or an earlier time has left on the allowlist opens nothing either."""
    other = world.add("bob")
    world.run(allow_set_up, AllowSetUp(other, "new"))
    bind(world, other)
    guess(world, other, 100)

    assert entry(world, other) is None


@pytest.mark.parametrize("mend", ["reset", "allow"])
def test_reset_or_allowing_mends_it(world: World, alice: AccountId, mend: str) -> None:
    """Either lets the person set up a new key, and nothing of the old one comes back."""
    guess(world, alice, 100)
    if mend == "reset":
        world.run(reset_secret_key, ResetSecretKey(alice, "worn out"), OWNER)
    else:
        world.run(allow_set_up, AllowSetUp(alice, "worn out"), OWNER)
    allowed = state(world, alice)
    bind(world, alice, OTHER_SECRET)

    assert (allowed, state(world, alice)) == (FactorState.MAY_SET_UP, FactorState.SET_UP)
    with world.reading() as call:
        assert (otp.failures_in_a_row(call, alice), otp.disabled_at(call, alice)) == (0, None)


def test_last_administrator_keeps_the_key_and_is_locked_each_time(world: World) -> None:
    """From the hundredth on each failure locks for 15 minutes, and no key is disabled (RIGHT-5)."""
    world.run(change_password_rules, ChangePasswordRules({"second_factor_failures_before_lock": 100}))
    root = world.add("root", "administrator", factors=1)
    bind(world, root)
    counted = guess(world, root, 102)
    locks = [one.lock for one in counted if one.lock is not None]

    assert [lock.reason for lock in locks] == [LockReason.FAILURES] * 3
    assert {lock.ends_at for lock in locks} == {NOON.replace(minute=15)}
    assert state(world, root) is FactorState.SET_UP


def test_one_of_two_administrators_loses_the_key(world: World) -> None:
    """Whoever is not the last one is like everybody else."""
    world.add("other", "administrator", factors=1)
    root = world.add("root", "administrator")
    bind(world, root)
    guess(world, root, 100)

    assert state(world, root) is FactorState.BLOCKED
