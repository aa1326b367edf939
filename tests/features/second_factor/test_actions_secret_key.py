from datetime import timedelta

import pytest

from doorward.features.devices import actions as devices
from doorward.features.otp import actions as otp
from doorward.features.policy import actions as policy
from doorward.features.policy.model import ChangeTwoFactor
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import allowlist, exclusions
from doorward.features.second_factor.model import (
    AllowlistEntry,
    AllowSetUp,
    AlreadyBlocked,
    Cause,
    ExcludeAccount,
    FactorState,
    SecretKeyDeleted,
    SecretKeyReset,
)
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.second_factor.operating import alive, delete, entry, reset, state
from tests.keys import SECRET, bind, code
from tests.worlds import NOON, World

PENDING = b"p" * 32
UNTIL = NOON + timedelta(hours=72)


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who has a key."""
    account = world.add("bram")
    bind(world, account)
    return account


def test_reset_puts_the_account_on_the_allowlist(world: World, grace: Bearer, bram: AccountId) -> None:
    """Every factor is gone, and one set-up is allowed for 72 hours (KEY-3, KEY-13)."""
    outcome = reset(world, bram, grace)

    assert outcome == SecretKeyReset(UNTIL, factors_deleted=1)
    assert state(world, bram) is FactorState.MAY_SET_UP
    assert entry(world, bram) == AllowlistEntry(bram, Cause.RESET, NOON, "grace", grace.account, "lost phone", UNTIL)
    assert world.standing(bram).state.factors == 0


def test_reset_ends_whatever_stood_in_for_the_factor(world: World, grace: Bearer, bram: AccountId) -> None:
    """Recovery codes, mailed codes and the temporary access code are wrong from then on."""
    with world.writing() as call:
        recovery_code = recovery_codes.make_codes(call, bram)[0]
        temporary, _ = devices.issue_temporary_code(call, bram)
        devices.issue_code(call, world.standing(bram), PENDING)
    mailed = str(world.collect_mail()[0][1].facts["code"])
    reset(world, bram, grace)

    with world.writing() as call:
        assert otp.check_code(call, bram, code(SECRET)) is Result.WRONG
        assert recovery_codes.use_code(call, bram, recovery_code) is Result.WRONG
        assert devices.check_device_code(call, bram, PENDING, mailed) is Result.WRONG
        assert devices.check_device_code(call, bram, PENDING, temporary.reveal()) is Result.WRONG


@pytest.mark.parametrize("act", [reset, delete])
def test_sessions_are_dead_at_once(world: World, grace: Bearer, bram: AccountId, act: object) -> None:
    """Reset and delete move the epoch (KEY-6); the operator's own session goes on."""
    his = world.sign_in(bram)
    epoch = world.standing(bram).state.epoch
    assert callable(act)
    act(world, bram, grace)

    assert not alive(world, his)
    assert alive(world, grace)
    assert world.standing(bram).state.epoch == epoch + 1


def test_reset_is_recorded_and_told(world: World, grace: Bearer, bram: AccountId) -> None:
    """The entry has actor, target, reason and what came of it; the person gets a mail in the same transaction."""
    reset(world, bram, grace)

    (recorded,) = world.entries()
    assert (recorded.act, recorded.outcome, recorded.actor_name, recorded.target_name, recorded.reason) == (
        "second_factor.reset", "done", "grace", "bram", "lost phone",
    )  # fmt: skip
    assert recorded.details == {"factors_deleted": 1, "until": "2026-05-07T12:00:00Z"}
    ((recipient, letter),) = world.collect_mail()
    assert (recipient, letter.kind) == ("bram@example.org", "second_factor_reset")
    facts = dict(letter.facts)
    assert str(facts.pop("not_me")).startswith("https://login.example.org/not-me/")
    assert facts == {
        "user_name": "bram", "by": "grace", "at": "2026-05-04T12:00:00Z", "contact": "",
        "until": "2026-05-07T12:00:00Z",
    }  # fmt: skip


def test_reset_without_a_factor_allows_a_set_up(world: World, grace: Bearer) -> None:
    """A blocked account comes back by it as well (KEY-8)."""
    carl = world.add("carl")

    assert reset(world, carl, grace) == SecretKeyReset(UNTIL, factors_deleted=0)
    assert state(world, carl) is FactorState.MAY_SET_UP


def test_second_reset_begins_the_time_anew(world: World, grace: Bearer, bram: AccountId) -> None:
    """Repeating is harmless: still one entry, which lasts from now."""
    reset(world, bram, grace)
    world.pass_time(minutes=10)

    assert reset(world, bram, grace) == SecretKeyReset(UNTIL + timedelta(minutes=10), factors_deleted=0)
    assert state(world, bram) is FactorState.MAY_SET_UP


def test_entry_of_a_reset_runs_out(world: World, grace: Bearer, bram: AccountId) -> None:
    """Afterwards the account is blocked until it is allowed again (KEY-13)."""
    reset(world, bram, grace)
    world.pass_time(hours=72)

    assert state(world, bram) is FactorState.BLOCKED


def test_entry_lasts_as_long_as_the_setting_says(world: World, grace: Bearer, bram: AccountId) -> None:
    """The time after a reset can be set."""
    world.run(policy.change_two_factor, ChangeTwoFactor({"allowlist_hours_after_reset": 5}))

    assert reset(world, bram, grace) == SecretKeyReset(NOON + timedelta(hours=5), factors_deleted=1)


def test_reset_leaves_an_exclusion(world: World, grace: Bearer, bram: AccountId) -> None:
    """The account stays excluded; beneath, its factor is gone and a set-up is allowed."""
    world.run(exclusions.exclude_account, ExcludeAccount(bram, "robot"), grace)

    assert reset(world, bram, grace) == SecretKeyReset(UNTIL, factors_deleted=1, excluded=True)
    assert state(world, bram) is FactorState.EXCLUDED
    assert world.collect_mail()[-1][1].facts["excluded"] is True


def test_reset_does_not_unlock(world: World, grace: Bearer) -> None:
    """Unlock and reset are independent (LOCK-10)."""
    carl = world.add("carl", locked_at=NOON, lock_reason="Failures")
    reset(world, carl, grace)

    assert world.standing(carl).state.lock is not None


def test_delete_blocks_the_account(world: World, grace: Bearer, bram: AccountId) -> None:
    """No factor, no entry: nothing is left to sign in with (KEY-4)."""
    outcome = delete(world, bram, grace)

    assert outcome == SecretKeyDeleted(factors_deleted=1)
    assert (state(world, bram), entry(world, bram)) == (FactorState.BLOCKED, None)


def test_delete_takes_an_account_off_the_allowlist(world: World, grace: Bearer, bram: AccountId) -> None:
    """Also when there is no factor to delete (KEY-8)."""
    reset(world, bram, grace)

    assert delete(world, bram, grace) == SecretKeyDeleted(factors_deleted=0)
    assert (state(world, bram), entry(world, bram)) == (FactorState.BLOCKED, None)


def test_second_delete_changes_nothing(world: World, grace: Bearer, bram: AccountId) -> None:
    """The epoch stays, nobody is told again, and the entry says so."""
    delete(world, bram, grace)
    epoch = world.standing(bram).state.epoch
    world.pass_time(seconds=1)

    assert delete(world, bram, grace) == AlreadyBlocked()
    assert world.standing(bram).state.epoch == epoch
    assert [mail.kind for mail in world.mails()] == ["second_factor_deleted"]
    assert [entry.outcome for entry in world.entries()] == ["done", "unchanged"]


def test_deleted_account_is_allowed_again(world: World, grace: Bearer, bram: AccountId) -> None:
    """The allowlist lets it in again, to set up a new key (KEY-5)."""
    delete(world, bram, grace)
    world.run(allowlist.allow_set_up, AllowSetUp(bram, "back"), grace)

    assert state(world, bram) is FactorState.MAY_SET_UP
