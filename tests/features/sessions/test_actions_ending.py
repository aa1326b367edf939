from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import DeleteSecretKey, ResetSecretKey
from doorward.features.sessions import actions
from doorward.features.sessions.model import (
    EndSessionsOf,
    ListSessionsOf,
    NoSessions,
    SessionsEnded,
    SessionShown,
    SessionsListed,
    ShowSession,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, who has a second factor."""
    return world.add("bram", factors=1)


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor; another one can administer too."""
    world.add("deputy", "administrator", factors=1)
    return world.add_operator("grace", "administrator")


def stands(world: World, bearer: Bearer) -> bool:
    """Tell whether a session is still good for anything."""
    return isinstance(world.run(actions.show_session, ShowSession(), bearer), SessionShown)


def listed(world: World, account: AccountId, by: Bearer) -> list[UUID]:
    """List an account's sessions as an operator."""
    outcome = world.run(actions.list_sessions_of, ListSessionsOf(account), by)
    assert isinstance(outcome, SessionsListed)
    return [row.session for row in outcome.sessions]


def disable(world: World, account: AccountId, by: Bearer) -> None:
    """Disable an account."""
    world.run(disable_account, DisableAccount(account, "left"), by)


def lock(world: World, account: AccountId, by: Bearer) -> None:
    """Lock an account by hand."""
    world.run(lock_account, LockAccount(account, "odd"), by)


def reset(world: World, account: AccountId, by: Bearer) -> None:
    """Reset an account's key."""
    world.run(reset_secret_key, ResetSecretKey(account, "lost"), by)


def delete(world: World, account: AccountId, by: Bearer) -> None:
    """Delete an account's key."""
    world.run(delete_secret_key, DeleteSecretKey(account, "stolen"), by)


@pytest.mark.parametrize("act", [disable, lock, reset, delete])
def test_operators_act_ends_all_sessions_at_once(
    world: World, bram: AccountId, grace: Bearer, act: Callable[[World, AccountId, Bearer], None]
) -> None:
    """Disable, lock by hand, Reset and Delete: the next look at a session finds none (SESS-3)."""
    before = [world.sign_in(bram), world.sign_in(bram)]
    act(world, bram, grace)

    assert [stands(world, one) for one in before] == [False, False]
    assert listed(world, bram, grace) == []
    assert stands(world, grace)


def test_live_sessions_are_listed_newest_first(world: World, bram: AccountId, grace: Bearer) -> None:
    """Sessions that idled too long, or that an epoch ended, are not."""
    world.sign_in(bram)
    world.pass_time(minutes=14)
    first = world.sign_in(bram)
    world.pass_time(minutes=1)
    grace = world.sign_in(grace.account)
    second = world.sign_in(bram)
    shown = [world.run(actions.show_session, ShowSession(), one) for one in (second, first)]

    assert listed(world, bram, grace) == [one.session.id for one in shown if isinstance(one, SessionShown)]


def test_listing_is_a_view_of_the_account(world: World, bram: AccountId, grace: Bearer) -> None:
    """It is recorded as one (AUDIT-1)."""
    listed(world, bram, grace)

    entry = world.entries()[-1]
    assert (entry.act, entry.actor_name, entry.target_name) == ("accounts.viewed", "grace", "bram")


def test_one_session_of_another_is_ended(world: World, bram: AccountId, grace: Bearer) -> None:
    """The others go on; what is over already is unchanged (SESS-2)."""
    one, other = world.sign_in(bram), world.sign_in(bram)
    shown = world.run(actions.show_session, ShowSession(), one)
    assert isinstance(shown, SessionShown)
    command = EndSessionsOf(bram, shown.session.id, "asked for")

    assert world.run(actions.end_sessions_of, command, grace) == SessionsEnded(1)
    assert world.run(actions.end_sessions_of, command, grace) == NoSessions()
    assert (stands(world, one), stands(world, other)) == (False, True)


def test_every_session_of_another_is_ended(world: World, bram: AccountId, grace: Bearer) -> None:
    """The entry says how many, by whom and why."""
    sessions = [world.sign_in(bram) for _ in range(3)]

    assert world.run(actions.end_sessions_of, EndSessionsOf(bram, reason="odd"), grace) == SessionsEnded(3)
    assert not any(stands(world, one) for one in sessions)
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name, entry.reason, entry.details) == (
        "sessions.ended", "done", "grace", "bram", "odd", {"count": 3},
    )  # fmt: skip


def test_operator_ends_their_own_other_sessions(world: World, grace: Bearer) -> None:
    """Whoever sees a session of theirs that they do not know ends it."""
    strange = world.sign_in(grace.account)
    shown = world.run(actions.show_session, ShowSession(), strange)
    assert isinstance(shown, SessionShown)

    outcome = world.run(actions.end_sessions_of, EndSessionsOf(grace.account, shown.session.id), grace)
    assert outcome == SessionsEnded(1)
    assert (stands(world, strange), stands(world, grace)) == (False, True)


def test_nobody_ends_sessions_of_whoever_holds_more(world: World, grace: Bearer) -> None:
    """A super user cannot disarm an administrator (RIGHT-4)."""
    sam = world.add_operator("sam", "super-user")

    refused = world.run(actions.end_sessions_of, EndSessionsOf(grace.account), sam)
    assert refused == Refused("rights.higher_target")
    assert stands(world, grace)


def test_session_of_another_account_is_not_ended(world: World, bram: AccountId, grace: Bearer) -> None:
    """A session's id counts under its own account alone."""
    shown = world.run(actions.show_session, ShowSession(), grace)
    assert isinstance(shown, SessionShown)

    assert world.run(actions.end_sessions_of, EndSessionsOf(bram, shown.session.id), grace) == NoSessions()
    assert stands(world, grace)


def test_expired_sessions_are_purged(world: World, bram: AccountId) -> None:
    """After their absolute limit, and not before."""
    world.sign_in(bram)
    world.pass_time(hours=12, seconds=-1)
    with world.writing() as call:
        early = actions.purge(call)
    world.pass_time(seconds=1)
    with world.writing() as call:
        late = actions.purge(call)

    assert (early, late) == (0, 1)
    assert world.clock.now() == NOON + timedelta(hours=12)
