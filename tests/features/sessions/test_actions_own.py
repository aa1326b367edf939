from uuid import UUID

import pytest

from doorward.features.sessions import actions
from doorward.features.sessions.model import (
    EndOwnSessions,
    EndSession,
    ListOwnSessions,
    NoSessions,
    OpenedWith,
    OwnSessionsListed,
    SessionsEnded,
    SessionShown,
    ShowSession,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, who has a second factor."""
    return world.add("bram", factors=1)


def stands(world: World, bearer: Bearer) -> bool:
    """Tell whether a session is still good for anything."""
    return isinstance(world.run(actions.show_session, ShowSession(), bearer), SessionShown)


def present(world: World, bearer: Bearer) -> UUID:
    """Give the id of the session that asks."""
    listed = world.run(actions.list_own_sessions, ListOwnSessions(), bearer)
    assert isinstance(listed, OwnSessionsListed)
    return listed.present


def test_a_person_sees_their_own_sessions(world: World, bram: AccountId) -> None:
    """Newest first, with the one that asks named; nothing of anybody else, and no entry."""
    first = world.sign_in(bram)
    world.pass_time(minutes=1)
    second = world.sign_in(bram, OpenedWith.SET_UP)
    world.add_operator("carl")
    listed = world.run(actions.list_own_sessions, ListOwnSessions(), first)

    assert isinstance(listed, OwnSessionsListed)
    assert [row.opened_with for row in listed.sessions] == [OpenedWith.SET_UP, OpenedWith.SECRET_KEY]
    assert [row.session for row in listed.sessions] == [present(world, second), listed.present]
    assert world.entries() == []


def test_a_person_ends_one_of_their_sessions(world: World, bram: AccountId) -> None:
    """That one alone; the entry says how many (SESS-2)."""
    here, lost, other = (world.sign_in(bram) for _ in range(3))
    ended = EndOwnSessions(present(world, lost))
    outcomes = [world.run(actions.end_own_sessions, ended, here) for _ in range(2)]

    assert outcomes == [SessionsEnded(1), NoSessions()]
    assert [stands(world, one) for one in (here, lost, other)] == [True, False, True]
    told = [(one.act, one.outcome, one.actor_name, one.target_name, one.details) for one in world.entries()]
    assert told == [
        ("sessions.ended", "done", "bram", "bram", {"count": 1}),
        ("sessions.ended", "unchanged", "bram", "bram", {"count": 0}),
    ]


def test_a_person_ends_all_sessions_but_this_one(world: World, bram: AccountId) -> None:
    """Those that were over by themselves are not counted."""
    world.sign_in(bram)
    world.pass_time(minutes=20)
    here, lost, other = (world.sign_in(bram) for _ in range(3))
    outcomes = [world.run(actions.end_own_sessions, EndOwnSessions(), here) for _ in range(2)]

    assert outcomes == [SessionsEnded(2), NoSessions()]
    assert [stands(world, one) for one in (here, lost, other)] == [True, False, False]


def test_nobody_ends_anothers_session_as_their_own(world: World, bram: AccountId) -> None:
    """An id of somebody else's session names nothing here."""
    here, carl = world.sign_in(bram), world.add_operator("carl")
    outcome = world.run(actions.end_own_sessions, EndOwnSessions(present(world, carl)), here)

    assert outcome == NoSessions()
    assert stands(world, carl)


@pytest.mark.parametrize("all_others", [True, False])
def test_whoever_has_signed_out_sees_and_ends_nothing(world: World, bram: AccountId, *, all_others: bool) -> None:
    """The token is dead."""
    here, other = world.sign_in(bram), world.sign_in(bram)
    ended = EndOwnSessions(None if all_others else present(world, other))
    world.run(actions.end_session, EndSession(), here)

    assert world.run(actions.end_own_sessions, ended, here) == Refused("session.required")
    assert world.run(actions.list_own_sessions, ListOwnSessions(), here) == Refused("session.required")
    assert stands(world, other)


def test_the_servers_owner_has_no_sessions_of_their_own(world: World) -> None:
    """The command line is no session."""
    assert world.run(actions.end_own_sessions, EndOwnSessions()) == Refused("session.required")
    assert world.run(actions.list_own_sessions, ListOwnSessions()) == Refused("session.required")
