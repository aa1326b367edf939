import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from doorward.edges.call import Call
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.sessions import actions, store
from doorward.features.sessions.model import (
    EndSession,
    OpenedWith,
    SessionEnded,
    SessionOpened,
    SessionShown,
    ShowSession,
)
from doorward.kernel.act import Bearer, Nobody, SessionFacts
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.worlds import NOON, World

NO_SESSION = Refused("session.required")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, who has a second factor."""
    return world.add("bram", factors=1)


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def open_for(world: World, account: AccountId, opened_with: OpenedWith, epoch: int = 1) -> SessionOpened | Refused:
    """Mint a session as the end of a sign-in does."""
    with world.writing() as call:
        return actions.open_session(call, account, epoch, opened_with)


def authenticated(world: World, bearer: Bearer) -> SessionFacts | Refused:
    """Look a token up."""
    with world.reading() as call:
        return actions.authenticate(call, bearer)


def live(world: World, account: AccountId) -> int:
    """Count the sessions of an account that still stand."""
    with world.reading() as call:
        return len(actions.live_sessions(call, world.standing(account)))


def touch(world: World, bearer: Bearer) -> bool:
    """Use a session; tell whether that was written."""
    with world.writing() as call:
        before = seen_at(call, bearer)
        actions.touch(call, bearer)
        return seen_at(call, bearer) != before


def seen_at(call: Call, bearer: Bearer) -> datetime | None:
    """Read when a session was last used, as it is written."""
    stored = store.by_token(call.sql, bearer.account, bearer.token_hash)
    return None if stored is None else stored.last_seen_at


@pytest.mark.parametrize(
    ("opened_with", "state", "facts"),
    [
        (OpenedWith.SECRET_KEY, {"factors": 1}, (True, False, True)),
        (OpenedWith.SET_UP, {"factors": 1}, (True, False, True)),
        (OpenedWith.RECOVERY_CODE, {"factors": 1}, (False, True, True)),
        (OpenedWith.PASSWORD, {"excluded": True}, (False, False, False)),
    ],
)
def test_session_says_how_it_was_opened(
    world: World, opened_with: OpenedWith, state: dict[str, Any], facts: tuple[bool, bool, bool]
) -> None:
    """Second factor used, own page only, fresh: by secret key, set-up, recovery code and password (KEY-1, KEY-7)."""
    found = authenticated(world, world.sign_in(world.add("carl", **state), opened_with))

    assert isinstance(found, SessionFacts)
    assert (found.used_second_factor, found.own_page_only, found.fresh_at == NOON) == facts


def test_token_is_shown_once_and_stored_as_its_hash(world: World, bram: AccountId) -> None:
    """What the database holds opens nothing."""
    opened = open_for(world, bram, OpenedWith.SECRET_KEY)
    assert isinstance(opened, SessionOpened)
    parsed = parse_token(opened.token.reveal())
    assert parsed is not None

    assert (opened.account, opened.expires_at) == (bram, NOON + timedelta(hours=12))
    with world.database.read() as sql:
        assert store.by_token(sql, *parsed) is not None
        assert store.by_token(sql, bram, hashlib.sha256(opened.token.reveal().encode()).digest()) is None


@pytest.mark.parametrize(
    ("opened_with", "state", "opens"),
    [
        (OpenedWith.SECRET_KEY, {"factors": 0}, False),
        (OpenedWith.SET_UP, {"factors": 0}, False),
        (OpenedWith.PASSWORD, {"factors": 1}, False),
        (OpenedWith.PASSWORD, {"factors": 0}, False),
        (OpenedWith.SECRET_KEY, {"factors": 1, "epoch": 2}, False),
        (OpenedWith.SECRET_KEY, {"factors": 1, "locked_at": NOON, "lock_reason": "Failures"}, False),
        (OpenedWith.SECRET_KEY, {"factors": 1, "locked_at": NOON, "lock_reason": "Administrator"}, False),
        (OpenedWith.PASSWORD, {"excluded": True, "locked_at": NOON, "lock_reason": "Inactivity"}, False),
        (OpenedWith.SECRET_KEY,
         {"factors": 1, "locked_at": NOON, "lock_reason": "Failures", "lock_ends_at": NOON}, True),
    ],
)  # fmt: skip
def test_minting_asks_again(world: World, opened_with: OpenedWith, state: dict[str, Any], *, opens: bool) -> None:
    """A sign-in that was right a moment ago opens nothing when factor, epoch or lock say otherwise by now."""
    outcome = open_for(world, world.add("carl", **state), opened_with)

    assert isinstance(outcome, SessionOpened) is opens
    assert opens or outcome == Refused("signin.expired", cause="the account changed during the sign-in")


def test_disabled_or_unknown_account_gets_no_session(world: World, bram: AccountId) -> None:
    """Nothing is minted for whoever may not sign in."""
    with world.database.write() as sql:
        accounts_store.save_fields(sql, world.standing(bram).account, {"enabled": False}, NOON)

    assert isinstance(open_for(world, bram, OpenedWith.SECRET_KEY), Refused)
    assert isinstance(open_for(world, AccountId(UUID(int=9)), OpenedWith.SECRET_KEY), Refused)


def test_session_ends_when_it_idles(world: World, bram: AccountId) -> None:
    """After fifteen minutes without activity; each activity begins them anew (SESS-1)."""
    bearer = world.sign_in(bram)
    world.pass_time(minutes=14)
    touch(world, bearer)
    world.pass_time(minutes=14, seconds=59)

    assert isinstance(authenticated(world, bearer), SessionFacts)
    world.pass_time(seconds=1)
    assert authenticated(world, bearer) == NO_SESSION


def test_session_ends_after_twelve_hours(world: World, bram: AccountId) -> None:
    """However busy it was (SESS-1)."""
    bearer = world.sign_in(bram)
    for _ in range(71):
        world.pass_time(minutes=10)
        touch(world, bearer)
    world.pass_time(minutes=9, seconds=59)

    assert isinstance(authenticated(world, bearer), SessionFacts)
    world.pass_time(seconds=1)
    assert authenticated(world, bearer) == NO_SESSION


def test_activity_is_written_once_a_minute(world: World, bram: AccountId) -> None:
    """A second use within a minute writes nothing."""
    bearer = world.sign_in(bram)
    world.pass_time(seconds=59)
    early = touch(world, bearer)
    world.pass_time(seconds=1)
    later = touch(world, bearer)
    with world.database.read() as sql:
        stored = store.by_token(sql, bearer.account, bearer.token_hash)
    assert stored is not None

    assert (early, later, stored.last_seen_at) == (False, True, NOON + timedelta(minutes=1))


def test_unknown_token_is_nobodys(world: World, bram: AccountId) -> None:
    """A token that was never made, or one of another account, is refused alike and touches nothing."""
    bearer = world.sign_in(bram)
    strangers = [Bearer(bram, b"x" * 32), Bearer(AccountId(UUID(int=9)), bearer.token_hash)]

    assert [authenticated(world, one) for one in strangers] == [NO_SESSION, NO_SESSION]
    assert [touch(world, one) for one in strangers] == [False, False]


def test_moved_epoch_ends_every_session(world: World, bram: AccountId) -> None:
    """But the one that is carried over: it regenerated the key (KEY-6)."""
    kept, other = world.sign_in(bram), world.sign_in(bram)
    facts = authenticated(world, kept)
    assert isinstance(facts, SessionFacts)
    with world.writing() as call:
        actions.carry_over(call, facts, accounts_store.next_epoch(call.sql, bram))

    assert isinstance(authenticated(world, kept), SessionFacts)
    assert authenticated(world, other) == NO_SESSION
    assert live(world, bram) == 1


def test_automatic_lock_ends_no_session(world: World, bram: AccountId) -> None:
    """A stranger cannot disarm people by locking them (LOCK-5)."""
    bearer = world.sign_in(bram)
    with world.writing() as call:
        accounts_store.set_lock(call.sql, bram, Lock(call.now, LockReason.FAILURES))

    assert isinstance(authenticated(world, bearer), SessionFacts)


def test_fresh_proof_is_noted_on_its_session(world: World, bram: AccountId) -> None:
    """A code given now counts from now (KEY-2)."""
    bearer = world.sign_in(bram)
    world.pass_time(minutes=7)
    facts = authenticated(world, bearer)
    assert isinstance(facts, SessionFacts)
    with world.writing() as call:
        actions.note_fresh(call, facts)
    noted = authenticated(world, bearer)
    assert isinstance(noted, SessionFacts)

    assert (facts.fresh_at, noted.fresh_at) == (NOON, NOON + timedelta(minutes=7))


@pytest.mark.parametrize(
    ("roles", "kind", "opened_with", "state", "rights"),
    [
        (("help-desk",), AccountKind.INTERNAL, OpenedWith.SECRET_KEY, {"factors": 1}, ("users:read", "users:unlock")),
        ((), AccountKind.INTERNAL, OpenedWith.SECRET_KEY, {"factors": 1}, ()),
        (("help-desk",), AccountKind.INTERNAL, OpenedWith.RECOVERY_CODE, {"factors": 1}, ()),
        (("help-desk",), AccountKind.INTERNAL, OpenedWith.PASSWORD, {"excluded": True}, ("users:read",)),
        (("help-desk",), AccountKind.EXTERNAL, OpenedWith.SECRET_KEY, {"factors": 1}, ()),
    ],
)
def test_session_shows_the_rights_it_can_use(  # noqa: PLR0913 - a row of the table
    world: World,
    *,
    roles: tuple[str, ...],
    kind: AccountKind,
    opened_with: OpenedWith,
    state: dict[str, Any],
    rights: tuple[str, ...],
) -> None:
    """What the guard would refuse is not shown (RIGHT-6, RIGHT-7)."""
    shown = world.run(
        actions.show_session, ShowSession(), world.sign_in(world.add("hugo", *roles, kind=kind, **state), opened_with)
    )

    assert isinstance(shown, SessionShown)
    assert (shown.full_name, shown.email, shown.kind, shown.rights) == ("Hugo", "hugo@example.org", kind.value, rights)


def test_nobody_has_a_session_to_show_or_end(world: World) -> None:
    """Both ask for one, and an attempt without it leaves no entry."""
    assert world.run(actions.show_session, ShowSession(), Nobody()) == NO_SESSION
    assert world.run(actions.end_session, EndSession(), Nobody()) == NO_SESSION
    assert world.entries() == []


def test_owner_has_no_session_either(world: World) -> None:
    """The command line acts without one."""
    assert world.run(actions.show_session, ShowSession()) == NO_SESSION
    assert world.run(actions.end_session, EndSession()) == NO_SESSION


def test_signing_out_ends_this_session(world: World, bram: AccountId) -> None:
    """The others go on; the entry names its own account."""
    bearer, other = world.sign_in(bram), world.sign_in(bram)

    assert world.run(actions.end_session, EndSession(), bearer) == SessionEnded()
    assert authenticated(world, bearer) == NO_SESSION
    assert isinstance(authenticated(world, other), SessionFacts)
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_id, entry.target_id, entry.target_name) == (
        "sessions.ended", "done", bram, bram, "bram",
    )  # fmt: skip
