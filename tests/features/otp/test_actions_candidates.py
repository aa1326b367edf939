from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from doorward.edges.sql.tables.otp import otp_candidates
from doorward.features.otp import actions
from doorward.features.otp.model import Candidate, CodeAccepted
from doorward.kernel.act import SessionFacts
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Refused
from tests.keys import NOON_STEP, OTHER_SECRET, SECRET, bind, code
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, with a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def session_of(account: AccountId, number: int = 7) -> SessionFacts:
    """Give a session of the account."""
    return SessionFacts(
        id=SessionId(UUID(int=number)), account=account, user_name="alice", used_second_factor=True,
        own_page_only=False, fresh_at=NOON, opened_at=NOON, expires_at=NOON + timedelta(hours=12),
    )  # fmt: skip


def begin(world: World, session: SessionFacts) -> Candidate:
    """Begin a new key."""
    with world.writing() as call:
        return actions.begin_candidate(call, session)


def under_way(world: World, session: SessionFacts) -> Candidate | None:
    """Load the key that a session is setting up."""
    with world.reading() as call:
        return actions.find_candidate(call, session)


def prove(world: World, candidate: Candidate, given: str) -> CodeAccepted | Refused:
    """Give a code made from a key that is being set up."""
    with world.writing() as call:
        return actions.check_candidate(call, candidate, given)


def test_key_being_set_up_is_its_sessions_own(world: World, alice: AccountId) -> None:
    """Another session of the same account has none."""
    begun = begin(world, session_of(alice))

    assert under_way(world, session_of(alice)) == begun
    assert under_way(world, session_of(alice, 8)) is None


def test_key_being_set_up_is_sealed_at_rest(world: World, alice: AccountId) -> None:
    """The row does not hold the key itself (KEY-16)."""
    begun = begin(world, session_of(alice))
    with world.reading() as call:
        sealed = call.sql.execute(select(otp_candidates.c.sealed_secret)).scalar_one()

    assert begun.secret not in sealed


@pytest.mark.parametrize(("seconds", "left"), [(599, 1), (600, 0)])
def test_key_that_is_not_saved_dies_in_10_minutes(world: World, alice: AccountId, seconds: int, left: int) -> None:
    """Whoever comes later begins again (KEY-2)."""
    begin(world, session_of(alice))
    world.pass_time(seconds=seconds)

    assert [under_way(world, session_of(alice))].count(None) == 1 - left


def test_key_is_proven_by_its_code(world: World, alice: AccountId) -> None:
    """A wrong code changes nothing, a right one is remembered, and it is not taken twice."""
    session = session_of(alice)
    begun = begin(world, session)
    wrong = prove(world, begun, code(SECRET))
    right = prove(world, begun, code(begun.secret))
    proven = under_way(world, session)
    assert proven is not None
    again = prove(world, proven, code(begun.secret))

    assert (wrong, right, again) == (Refused("otp.wrong"), CodeAccepted(NOON_STEP), Refused("otp.used"))
    assert proven == replace(begun, confirmed_step=NOON_STEP)


def test_key_being_set_up_is_forgotten(world: World, alice: AccountId) -> None:
    """Leaving discards it, once."""
    begin(world, session_of(alice))
    with world.writing() as call:
        dropped = [actions.drop_candidate(call, session_of(alice)) for _ in range(2)]

    assert dropped == [True, False]


def test_bound_key_ends_every_set_up(world: World, alice: AccountId) -> None:
    """What another session had begun can no longer replace it."""
    begin(world, session_of(alice, 8))
    bind(world, alice, OTHER_SECRET)

    assert under_way(world, session_of(alice, 8)) is None


def test_purge_deletes_what_was_never_saved(world: World, alice: AccountId) -> None:
    """Keys of ten minutes ago go, younger ones stay."""
    begin(world, session_of(alice, 7))
    world.pass_time(minutes=10)
    begin(world, session_of(alice, 8))
    with world.writing() as call:
        count = actions.purge(call)

    assert count == 1
    assert under_way(world, session_of(alice, 8)) is not None
