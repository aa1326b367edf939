from collections.abc import Callable
from datetime import timedelta

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.directory.actions import check_sessions
from doorward.features.directory.model import SessionChecked
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.sessions.actions import end_sessions_of, show_session
from doorward.features.sessions.model import EndSessionsOf, OpenedWith, ShowSession
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.plans import plans_of
from tests.worlds import NOON, World


def check(world: World, *bearers: Bearer) -> list[SessionChecked | None]:
    """Check sessions as the gate does."""
    with world.reading() as call:
        found = check_sessions(call, bearers)
    return [found.get(bearer) for bearer in bearers]


def bram(world: World, *roles: str, opened_with: OpenedWith = OpenedWith.SECRET_KEY) -> tuple[AccountId, Bearer]:
    """Add Bram and sign him in."""
    account = world.add("bram", *roles, factors=1)
    return account, world.sign_in(account, opened_with)


def locked_automatically(world: World, account: AccountId) -> None:
    """Lock an account as failures do: its sessions stay."""
    with world.writing() as call:
        accounts_store.set_state(call.sql, account, locked_at=NOON, lock_reason="Failures")


def excluded(world: World, account: AccountId) -> None:
    """Let an account sign in without its factor."""
    with world.writing() as call:
        accounts_store.set_state(call.sql, account, excluded=True)


WHAT_HAPPENS: dict[str, Callable[[World, AccountId], object]] = {
    "nothing": lambda *_: None,
    "14 minutes pass": lambda world, _: world.pass_time(minutes=14),
    "15 minutes pass": lambda world, _: world.pass_time(minutes=15),
    "a day passes": lambda world, _: world.pass_time(days=1),
    "the lock of failures": locked_automatically,
    "a lock by hand": lambda world, account: world.run(lock_account, LockAccount(account, "left")),
    "disabling": lambda world, account: world.run(disable_account, DisableAccount(account, "left")),
    "an end": lambda world, account: world.run(end_sessions_of, EndSessionsOf(account)),
    "an exclusion": excluded,
}


@pytest.mark.parametrize("what", WHAT_HAPPENS)
@pytest.mark.parametrize("opened_with", [OpenedWith.SECRET_KEY, OpenedWith.RECOVERY_CODE])
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_a_check_says_what_the_act_says(world: World, what: str, opened_with: OpenedWith, role: str) -> None:
    """The quick way and the guarded one agree, whatever has happened to the account meanwhile."""
    account, bearer = bram(world, role, "help-desk", opened_with=opened_with)
    WHAT_HAPPENS[what](world, account)
    shown = world.run(show_session, ShowSession(), bearer)
    checked = check(world, bearer)[0]

    assert (None if checked is None else checked.shown) == (None if isinstance(shown, Refused) else shown)


def test_an_external_account_has_no_rights_to_use(world: World) -> None:
    """Whatever was given to it before it became one."""
    account = world.add("eva", "administrator", kind=AccountKind.EXTERNAL, factors=1)
    checked = check(world, world.sign_in(account))[0]

    assert checked is not None
    assert checked.shown.rights == ()


def test_many_sessions_are_told_apart(world: World) -> None:
    """Two of one account, one of another, and a token that opens nothing."""
    account, first = bram(world, "help-desk")
    second, zoe = world.sign_in(account, OpenedWith.RECOVERY_CODE), world.sign_in(world.add("zoe", factors=1))
    told = check(world, zoe, Bearer(account, b"x" * 32), second, first)

    names = [one and (one.shown.session.user_name, len(one.shown.rights)) for one in told]
    assert names == [("zoe", 0), None, ("bram", 0), ("bram", 2)]


def test_a_token_opens_nothing_under_another_account(world: World) -> None:
    """A hash is looked up together with its account."""
    _, bearer = bram(world)
    other = world.add("zoe", factors=1)

    assert check(world, Bearer(other, bearer.token_hash)) == [None]


@pytest.mark.parametrize(("seconds", "due"), [(0, False), (59, False), (60, True)])
def test_use_is_due_to_be_written_after_a_minute(world: World, seconds: int, *, due: bool) -> None:
    """At most once a minute (SESS-1)."""
    _, bearer = bram(world)
    world.clock.turn(timedelta(seconds=seconds))
    checked = check(world, bearer)[0]

    assert checked is not None
    assert checked.due_to_touch is due


def test_nobody_asks_for_nothing(world: World) -> None:
    """An empty question has an empty answer."""
    assert check(world) == []


@pytest.mark.sqlite("SQLite's own plan is read")
def test_sessions_are_found_by_their_key(world: World) -> None:
    """However many there are, each costs one step down the index."""
    bearers = [bram(world)[1], world.sign_in(world.add("zoe", factors=1))]
    with world.reading() as call:
        plan = next(one for one in plans_of(call.sql, lambda: check_sessions(call, bearers)) if "sessions" in one)

    steps = [step for step in plan.splitlines() if "SCAN" in step or "SEARCH sessions" in step]
    assert steps == ["SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (account_id=? AND token_hash=?)"]
