from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.audit import actions as audit
from doorward.features.directory import actions
from doorward.features.directory.model import (
    AccountShown,
    HistoryShown,
    LockStory,
    MeShown,
    ViewAccount,
    ViewHistory,
    ViewMe,
)
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount, FactorState
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer, Caller, SessionFacts
from doorward.kernel.events import Event, Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, OWNER, World


def view(world: World, account: AccountId, caller: Caller = OWNER) -> AccountShown:
    """Open an account."""
    outcome = world.run(actions.view_account, ViewAccount(account), caller)
    assert isinstance(outcome, AccountShown)
    return outcome


def me(world: World, caller: Caller) -> MeShown:
    """Open one's own page."""
    outcome = world.run(actions.view_me, ViewMe(), caller)
    assert isinstance(outcome, MeShown)
    return outcome


def guess(world: World, account: AccountId, times: int, act: str = "signin.password") -> None:
    """Write the entries of wrong guesses, a second apart."""
    for _ in range(times):
        with world.writing() as call:
            audit.record(call, Event(act, "checked", Result.WRONG, target=account))
        world.pass_time(seconds=1)


def lock_now(world: World) -> None:
    """Lock everybody because of their last wrong password."""
    with world.writing() as call:
        call.sql.exec_driver_sql(
            "UPDATE account_state SET locked_at = (SELECT max(at) FROM audit_entries), lock_reason = 'Failures', "
            "lock_factor = 'password'"
        )


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def test_lapsed_lock_is_not_shown(world: World) -> None:
    """It counts as open at once (LOCK-9)."""
    anna = world.add("anna", locked_at=NOON - timedelta(hours=1), lock_reason="Failures", lock_ends_at=NOON)

    assert view(world, anna).account.lock is None
    assert view(world, anna).lock_story is None


def test_lock_is_explained(world: World) -> None:
    """How many wrong guesses, of what, whence and since when; what came before a sign-in plays no part."""
    anna = world.add("anna")
    guess(world, anna, 2)
    with world.writing() as call:
        audit.record(call, Event("signin.completed", "done", target=anna))
    world.pass_time(seconds=1)
    guess(world, anna, 3)
    lock_now(world)

    assert view(world, anna).lock_story == LockStory(
        failures=3,
        factor="password",
        addresses=("192.0.2.7",),
        first_at=NOON + timedelta(seconds=3),
        last_at=NOON + timedelta(seconds=5),
    )


def test_lock_is_explained_however_many_guess_on(world: World) -> None:
    """Guesses that are refused unchecked come after the lock, and do not bury what caused it."""
    anna = world.add("anna")
    guess(world, anna, 3)
    lock_now(world)
    world.pass_time(seconds=1)
    with world.writing() as call:
        for _ in range(250):
            audit.record(call, Event("signin.password", "refused", target=anna))

    story = view(world, anna).lock_story
    assert story is not None
    assert (story.failures, story.addresses) == (3, ("192.0.2.7",))


def test_lock_by_hand_is_explained(world: World) -> None:
    """Who locked it, and the reason that was typed."""
    admin, anna = world.add_operator("ada", "administrator"), world.add("anna")
    world.run(lock_account, LockAccount(anna, "left us"), admin)
    story = view(world, anna).lock_story
    assert story is not None

    assert (story.failures, story.by, story.why) == (0, "ada", "left us")


def test_account_shows_what_is_known_of_its_factor(world: World) -> None:
    """Since when, when last used, how many recovery codes; never the key."""
    anna = world.add("anna")
    with world.writing() as call:
        otp.bind_key(call, anna, b"k" * 20, 59_000_000)
        recovery_codes.make_codes(call, anna)
    shown = view(world, anna)

    assert shown.key is not None
    assert (shown.key.confirmed_at, shown.key.clock_jumped, shown.recovery_codes_left) == (NOON, False, 10)
    assert shown.account.second_factor is FactorState.SET_UP


def test_account_shows_its_password_without_it(world: World) -> None:
    """Whether there is one, since when, and whether another is due."""
    anna, bert = world.add("anna"), world.add("bert")
    with world.writing() as call:
        passwords.put(call, anna, "$argon2id$x", must_change=True)
    shown, without = view(world, anna), view(world, bert)

    assert (shown.has_password, shown.must_change_password, shown.account.password_changed_at) == (True, True, NOON)
    assert (without.has_password, without.must_change_password) == (False, False)


def test_account_shows_its_exclusion(world: World) -> None:
    """Who decided so, and why."""
    anna = world.add("anna", factors=1)
    world.run(exclude_account, ExcludeAccount(anna, "backup job"))
    shown = view(world, anna)

    assert shown.exclusion is not None
    assert (shown.exclusion.reason, shown.account.second_factor) == ("backup job", FactorState.EXCLUDED)


def test_account_says_what_the_actor_may_do(world: World, grace: Bearer) -> None:
    """The same answers as the guard's, to grey the buttons by."""
    permissions = view(world, world.add("anna"), grace).permissions

    assert (permissions["unlock"].allowed, permissions["edit"].allowed) == (True, False)


def test_unknown_account_is_not_found(world: World, grace: Bearer) -> None:
    """And neither are its history or row."""
    nobody = AccountId(UUID(int=5))
    with world.reading() as call:
        row = actions.account_row(call, nobody)

    assert world.run(actions.view_account, ViewAccount(nobody), grace) == Refused("accounts.not_found")
    assert world.run(actions.view_history, ViewHistory(nobody), grace) == Refused("accounts.not_found")
    assert row is None


def test_history_tells_what_happened_to_the_account(world: World, grace: Bearer) -> None:
    """Newest first, page by page; opening it is recorded too."""
    anna = world.add("anna", locked_at=NOON, lock_reason="Failures")
    world.run(unlock_account, UnlockAccount(anna, "phoned"), grace)
    world.pass_time(seconds=1)
    first = world.run(actions.view_history, ViewHistory(anna, limit=1), grace)
    world.pass_time(seconds=1)
    assert isinstance(first, HistoryShown)
    second = world.run(actions.view_history, ViewHistory(anna, limit=1), grace)
    assert isinstance(second, HistoryShown)
    third = world.run(actions.view_history, ViewHistory(anna, before_id=second.next_id), grace)
    assert isinstance(third, HistoryShown)

    assert [entry.act for entry in (*first.entries, *second.entries, *third.entries)] == [
        "lockout.unlocked", "accounts.viewed", "lockout.unlocked",
    ]  # fmt: skip


def test_forged_place_in_a_history_is_refused(world: World) -> None:
    """It is no id."""
    outcome = world.run(actions.view_history, ViewHistory(world.add("anna"), before_id="x"))

    assert outcome == Refused("list.cursor")


def test_own_page_needs_no_right(world: World) -> None:
    """Everybody with a session sees their own account, factor and sessions (RIGHT-6)."""
    anna = world.add_operator("anna")
    shown = me(world, anna)

    assert (shown.account.id, shown.key, shown.recovery_codes_left, shown.own_page_only) == (
        anna.account,
        None,
        0,
        False,
    )
    assert [session.opened_with for session in shown.sessions] == [OpenedWith.SECRET_KEY]


def test_own_page_says_how_far_a_new_key_is(world: World) -> None:
    """Begun, then proven, then neither."""
    anna = world.add_operator("anna")
    before = me(world, anna)
    with world.writing() as call:
        session = sessions.authenticate(call, anna)
        assert isinstance(session, SessionFacts)
        otp.begin_candidate(call, session)
    begun = me(world, anna)

    assert (before.new_key_under_way, begun.new_key_under_way, begun.new_key_proven) == (False, True, False)


def test_own_page_after_a_recovery_code_says_so(world: World) -> None:
    """Such a session reaches this page and no other (KEY-1)."""
    anna = world.sign_in(world.add("anna", factors=1), OpenedWith.RECOVERY_CODE)

    assert me(world, anna).own_page_only is True


def test_own_page_of_nobody_is_refused(world: World) -> None:
    """The server's owner has no account."""
    assert world.run(actions.view_me, ViewMe()) == Refused("session.required")
