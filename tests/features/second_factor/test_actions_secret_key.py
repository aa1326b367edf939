import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.edges.sql.engine import SqliteDatabase
from doorward.features.accounts import actions as accounts
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind
from doorward.features.devices import actions as devices
from doorward.features.otp import actions as otp
from doorward.features.policy import actions as policy
from doorward.features.policy.model import ChangeTwoFactor
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import allowlist, exclusions, secret_key, states
from doorward.features.second_factor.model import (
    AllowlistEntry,
    AllowSetUp,
    AlreadyBlocked,
    Cause,
    DeleteSecretKey,
    ExcludeAccount,
    FactorState,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    SecretKeyDeleted,
    SecretKeyReset,
    TemporaryAccessCodeIssued,
)
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionShown, ShowSession
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.keys import SECRET, bind, code
from tests.worlds import API, NOON, OWNER, World

PENDING = b"p" * 32
UNTIL = NOON + timedelta(hours=72)
EXTERNAL = AccountKind.EXTERNAL


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


def state(world: World, account: AccountId) -> FactorState:
    """Say what follows the account's right password."""
    with world.reading() as call:
        return states.factor_state(call, world.standing(account))


def entry(world: World, account: AccountId) -> AllowlistEntry | None:
    """Load the account's allowlist entry."""
    with world.reading() as call:
        return states.entry_of(call, account)


def reset(world: World, account: AccountId, by: Bearer) -> SecretKeyReset | Refused:
    """Reset the account's secret key."""
    return world.run(secret_key.reset_secret_key, ResetSecretKey(account, "lost phone"), by)


def delete(world: World, account: AccountId, by: Bearer) -> SecretKeyDeleted | AlreadyBlocked | Refused:
    """Delete the account's secret key."""
    return world.run(secret_key.delete_secret_key, DeleteSecretKey(account, "left the firm"), by)


def alive(world: World, session: Bearer) -> bool:
    """Tell whether a session still stands."""
    shown = world.run(sessions.show_session, ShowSession(), session)
    return isinstance(shown, SessionShown)


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
    assert letter.facts == {
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

    assert reset(world, bram, grace) == SecretKeyReset(UNTIL, factors_deleted=1)
    assert state(world, bram) is FactorState.EXCLUDED


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


def test_external_account_cannot_be_deleted(world: World, grace: Bearer) -> None:
    """It is to be disabled instead; its key stays (KEY-4)."""
    eve = world.add("eve", kind=EXTERNAL)
    bind(world, eve)

    assert delete(world, eve, grace) == Refused("second_factor.internal_only")
    assert state(world, eve) is FactorState.SET_UP


def test_excluded_account_cannot_be_deleted(world: World, grace: Bearer, bram: AccountId) -> None:
    """The exclusion is to be lifted first; the key stays (KEY-4)."""
    world.run(exclusions.exclude_account, ExcludeAccount(bram, "robot"), grace)

    assert delete(world, bram, grace) == Refused("second_factor.excluded")
    assert world.standing(bram).state.factors == 1


def test_external_account_can_be_reset(world: World, grace: Bearer) -> None:
    """Customers lose phones too."""
    eve = world.add("eve", kind=EXTERNAL)
    bind(world, eve)

    assert reset(world, eve, grace) == SecretKeyReset(UNTIL, factors_deleted=1)


@pytest.mark.parametrize("act", [reset, delete])
def test_nobody_does_it_to_themselves(world: World, grace: Bearer, act: object) -> None:
    """Neither reset nor delete (KEY-4)."""
    assert callable(act)

    assert act(world, grace.account, grace) == Refused("second_factor.self")


@pytest.mark.parametrize("act", [reset, delete])
def test_the_right_and_the_factor_are_asked(world: World, bram: AccountId, act: object) -> None:
    """Help desk lacks the right; a super user whose session used no factor lacks that (KEY-7)."""
    assert callable(act)
    desk = world.add_operator("hugo", "help-desk")
    sam = world.add("sam", "super-user", factors=1)
    by_recovery = world.sign_in(sam, OpenedWith.RECOVERY_CODE)
    robin = world.add("robin", "super-user", excluded=True)
    by_password = world.sign_in(robin, OpenedWith.PASSWORD)

    codes = [act(world, bram, by).code for by in (desk, by_recovery, by_password)]
    assert codes == ["rights.missing", "session.second_factor_required", "session.second_factor_required"]
    assert state(world, bram) is FactorState.SET_UP


def test_nobody_resets_whoever_holds_more(world: World, grace: Bearer) -> None:
    """A super user cannot reset an administrator (RIGHT-4)."""
    boss = world.add("boss", "administrator", factors=1)
    world.add("deputy", "administrator", factors=1)

    assert reset(world, boss, grace) == Refused("rights.higher_target")


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (secret_key.reset_secret_key, ResetSecretKey),
        (secret_key.delete_secret_key, DeleteSecretKey),
        (exclusions.exclude_account, ExcludeAccount),
    ],
)
def test_last_able_administrator_stays(world: World, action: object, command: type[ResetSecretKey]) -> None:
    """Not even the server's owner resets, deletes or excludes the last one (RIGHT-5, RIGHT-8)."""
    boss = world.add("boss", "administrator")
    bind(world, boss)

    refused = world.run(action, command(boss, "a mistake"), OWNER)  # type: ignore[arg-type]
    assert refused == Refused("rights.last_administrator")
    assert state(world, boss) is FactorState.SET_UP


def test_owner_needs_neither_right_nor_factor(world: World, bram: AccountId) -> None:
    """The command line acts as the server's owner, and is named so (RIGHT-8)."""
    outcome = world.run(secret_key.reset_secret_key, ResetSecretKey(bram, "lost phone"), OWNER)

    assert isinstance(outcome, SecretKeyReset)
    assert entry(world, bram) == AllowlistEntry(bram, Cause.RESET, NOON, "cli:root", None, "lost phone", UNTIL)


def test_of_two_operators_at_once_both_leave_one_state(world: World, bram: AccountId) -> None:
    """Reset and delete from two processes: one finds the factor, whoever is last decides, nothing is half done."""
    operators = [world.add_operator(name, "super-user") for name in ("grace", "hugo")]
    second = SqliteDatabase(world.database.path)
    start, deleted = threading.Barrier(2), {}

    def do_reset() -> None:
        start.wait()
        outcome = reset(world, bram, operators[0])
        deleted["reset"] = outcome.factors_deleted if isinstance(outcome, SecretKeyReset) else None

    def do_delete() -> None:
        runtime = replace(world.runtime, database=second)
        start.wait()
        outcome = runtime.run(secret_key.delete_secret_key, DeleteSecretKey(bram), operators[1], API)
        deleted["delete"] = outcome.factors_deleted if isinstance(outcome, SecretKeyDeleted) else None

    threads = [threading.Thread(target=one) for one in (do_reset, do_delete)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()

    blocked = state(world, bram) is FactorState.BLOCKED and entry(world, bram) is None
    assert deleted == ({"reset": 1, "delete": 0} if blocked else {"reset": 0, "delete": 1})
    assert blocked or state(world, bram) is FactorState.MAY_SET_UP


def issue(world: World, account: AccountId, by: Bearer) -> TemporaryAccessCodeIssued | Refused:
    """Issue a temporary access code."""
    return world.run(secret_key.issue_temporary_access_code, IssueTemporaryAccessCode(account, "at the counter"), by)


@pytest.fixture
def nomail(world: World) -> AccountId:
    """Add somebody on the allowlist whose address has just been changed, not by Grace."""
    account = world.add("nomail")
    with world.writing() as call:
        states.allow_on_creation(call, account)
        changed = {"email_changed_at": NOON - timedelta(hours=1)}
        assert accounts_store.save_fields(call.sql, world.standing(account).account, changed, NOON)
    world.pass_time(seconds=1)
    return account


def test_temporary_code_opens_the_step(world: World, grace: Bearer, nomail: AccountId) -> None:
    """It is shown once, lives 15 minutes, and is typed in place of the mailed code (KEY-10)."""
    issued = issue(world, nomail, grace)
    assert isinstance(issued, TemporaryAccessCodeIssued)

    with world.writing() as call:
        result = devices.check_device_code(call, nomail, PENDING, issued.code.reveal())
    assert (result, issued.expires_at) == (Result.RIGHT, NOON + timedelta(minutes=15, seconds=1))


def test_temporary_code_is_recorded_and_told_without_itself(world: World, grace: Bearer, nomail: AccountId) -> None:
    """Neither entry nor mail holds the code."""
    issued = issue(world, nomail, grace)
    assert isinstance(issued, TemporaryAccessCodeIssued)

    recorded = world.entries()[-1]
    ((_, letter),) = world.collect_mail()
    assert (recorded.act, recorded.reason) == ("second_factor.temporary_code", "at the counter")
    assert recorded.details == {"until": "2026-05-04T12:15:01Z"}
    assert letter.kind == "temporary_access_code_issued"
    assert issued.code.reveal() not in f"{recorded} {letter}"


def test_temporary_code_is_refused_where_mail_works(world: World, grace: Bearer) -> None:
    """The ordinary way is open."""
    carl = world.add("carl")
    with world.writing() as call:
        states.allow_on_creation(call, carl)

    assert issue(world, carl, grace) == Refused("second_factor.address_usable")


def test_temporary_code_is_refused_off_the_allowlist(world: World, grace: Bearer, bram: AccountId) -> None:
    """It stands in for a code before a set-up, for nothing else."""
    assert issue(world, bram, grace) == Refused("second_factor.not_allowed_to_set_up")


@pytest.mark.parametrize(("hours", "refused"), [(71.9, 1), (72.1, 0)])
def test_temporary_code_is_refused_to_whoever_set_the_credentials(
    world: World, grace: Bearer, nomail: AccountId, hours: float, refused: int
) -> None:
    """Within 72 hours an operator who changed password or address could sign in with it (KEY-10)."""
    with world.writing() as call:
        accounts_store.note_credential_change(call.sql, nomail, grace.account, "address", NOON - timedelta(hours=hours))

    assert [issue(world, nomail, grace)].count(Refused("second_factor.changed_by_actor")) == refused


def test_another_operator_may_issue_it(world: World, grace: Bearer, nomail: AccountId) -> None:
    """Two people are needed, not none."""
    with world.writing() as call:
        operator = replace(call, actor=replace(call.actor, account=grace.account))
        accounts.note_credential_change(operator, nomail, "address")
    other = world.add_operator("hugo", "super-user")

    assert issue(world, nomail, grace) == Refused("second_factor.changed_by_actor")
    assert isinstance(issue(world, nomail, other), TemporaryAccessCodeIssued)


def test_owner_is_not_asked_who_set_the_credentials(world: World, nomail: AccountId) -> None:
    """The 72 hours do not apply to the server's owner (RIGHT-8)."""
    outcome = world.run(secret_key.issue_temporary_access_code, IssueTemporaryAccessCode(nomail, "by hand"), OWNER)

    assert isinstance(outcome, TemporaryAccessCodeIssued)
