import pytest

from doorward.features.audit import actions as audit
from doorward.features.directory import actions
from doorward.features.directory.model import OwnHistoryShown, ViewOwnHistory
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.sessions.actions import end_session
from doorward.features.sessions.model import EndSession
from doorward.kernel.act import Bearer
from doorward.kernel.events import Door, Event, Origin, Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import World

DESK = Origin(Door.CONSOLE, address="10.0.0.9", user_agent="desk/1", reference="r-2")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, who has a second factor."""
    return world.add("bram", factors=1)


def history(world: World, bearer: Bearer, limit: int = 50, before: str | None = None) -> OwnHistoryShown:
    """Open one's own history."""
    shown = world.run(actions.view_own_history, ViewOwnHistory(limit, before), bearer)
    assert isinstance(shown, OwnHistoryShown)
    return shown


def test_a_person_reads_what_was_done_to_their_sign_in(world: World, bram: AccountId) -> None:
    """In plain words, newest first: who and why, whence only of what nobody else did by name."""
    grace = world.add_operator("grace", "administrator")
    with world.writing() as call:
        audit.record(call, Event("signin.password", "checked", Result.WRONG, target=bram))
    world.pass_time(seconds=1)
    world.run(lock_account, LockAccount(bram, "odd mails"), grace, DESK)
    world.pass_time(seconds=1)
    world.run(unlock_account, UnlockAccount(bram, "cleared up"), grace, DESK)
    shown = history(world, world.sign_in(bram))

    assert [(one.said, one.entry.address, one.entry.user_agent) for one in shown.entries] == [
        ("Unlocked by grace: cleared up", "", ""),
        ("Locked by grace: odd mails", "", ""),
        ("Wrong password from 192.0.2.7", "192.0.2.7", "tests/1"),
    ]
    assert shown.next_id is None


def test_nobody_reads_what_was_done_to_others(world: World, bram: AccountId) -> None:
    """What a person has done to another stands in the other's history; reading it writes no entry."""
    grace = world.add_operator("grace", "administrator")
    world.run(lock_account, LockAccount(bram, "odd mails"), grace)

    assert history(world, grace).entries == ()
    assert len(world.entries()) == 1


def test_a_history_comes_in_pages(world: World, bram: AccountId) -> None:
    """Each names where the next begins."""
    for _ in range(3):
        world.run(lock_account, LockAccount(bram, "odd mails"))
        world.pass_time(seconds=1)
    world.run(unlock_account, UnlockAccount(bram, "cleared up"))
    here = world.sign_in(bram)
    first = history(world, here, limit=3)
    second = history(world, here, limit=3, before=first.next_id)

    assert [len(page.entries) for page in (first, second)] == [3, 1]
    assert second.next_id is None


def test_a_page_that_nobody_has_given_out_is_refused(world: World, bram: AccountId) -> None:
    """Where it would begin cannot be read."""
    outcome = world.run(actions.view_own_history, ViewOwnHistory(before_id="here"), world.sign_in(bram))

    assert outcome == Refused("list.cursor")


def test_a_history_takes_a_session(world: World, bram: AccountId) -> None:
    """Neither a token that is over nor the command line has one."""
    here = world.sign_in(bram)
    world.run(end_session, EndSession(), here)

    assert world.run(actions.view_own_history, ViewOwnHistory(), here) == Refused("session.required")
    assert world.run(actions.view_own_history, ViewOwnHistory()) == Refused("session.required")
