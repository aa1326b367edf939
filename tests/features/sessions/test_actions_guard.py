from dataclasses import dataclass
from uuid import UUID

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import AccountLocked, AccountUnlocked, LockAccount, UnlockAccount
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment
from doorward.features.sessions import actions
from doorward.features.sessions.model import EndSession, OpenedWith, SessionEnded
from doorward.kernel.act import (
    NOBODY,
    Act,
    Actor,
    Bearer,
    Caller,
    Denied,
    Granted,
    Needs,
    Nobody,
    OnBehalf,
    Owner,
    Target,
    Who,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, OWNER, World


@dataclass(frozen=True, slots=True)
class Nothing:
    """A command about nobody."""


@dataclass(frozen=True, slots=True)
class About:
    """A command about an account."""

    account: AccountId
    reason: str | None = None


NO_SESSION = Refused("session.required")
STRANGER = AccountId(UUID(int=99))


def act(who: Who, right: str | None = None, *needs: Needs) -> Act:
    """Describe an act as its declaration does."""
    return Act("some_act", who, right, "accounts.viewed", frozenset(needs), writes=True)


ANYBODYS, OWN, SERVERS = act(Who.ANYBODY), act(Who.SELF), act(Who.SERVER)
LOOK = act(Who.OPERATOR, "users:read")
LOCK = act(Who.OPERATOR, "users:modify", Needs.ANOTHER, Needs.ADMINISTRATOR_LEFT)
ALL_ACTS = [ANYBODYS, OWN, SERVERS, LOOK]


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def asked(world: World, asked_for: Act, caller: Caller, command: object = Nothing()) -> Granted | Denied:
    """Put the guard's question."""
    with world.reading() as call:
        return actions.guard(call, asked_for, command, caller)


def codes(world: World, caller: Caller, command: object = Nothing()) -> list[str]:
    """Ask for an act of each kind: `yes`, or the code of the no."""
    verdicts = [asked(world, one, caller, command) for one in ALL_ACTS]
    return ["yes" if isinstance(one, Granted) else one.refused.code for one in verdicts]


def test_nobody_may_do_what_anybody_may(world: World) -> None:
    """Without a session there is sign-in and nothing else."""
    assert codes(world, Nobody()) == ["yes", "session.required", "session.required", "session.required"]


def test_owner_may_do_all_but_has_no_account(world: World) -> None:
    """The command line on the data directory is asked for no right (RIGHT-8), and has nothing of its own to act on."""
    assert codes(world, OWNER) == ["yes", "session.required", "yes", "yes"]
    assert asked(world, SERVERS, Owner("cli:root")).actor == Actor(None, "cli:root", owner=True)


def test_operator_may_do_what_their_roles_say(world: World, grace: Bearer) -> None:
    """But nothing that is the server's own."""
    assert codes(world, grace) == ["yes", "yes", "session.required", "yes"]


def test_person_without_a_role_has_their_own_page(world: World) -> None:
    """An internal account without any role signs in to its own page only (RIGHT-6)."""
    assert codes(world, world.add_operator("bram")) == ["yes", "yes", "session.required", "rights.missing"]


def test_external_account_operates_nothing(world: World) -> None:
    """Whatever roles it may hold."""
    carl = world.add("carl", "administrator", kind=AccountKind.EXTERNAL, factors=1)

    assert codes(world, world.sign_in(carl))[-1] == "rights.missing"


def test_recovery_code_opens_the_own_page_alone(world: World) -> None:
    """A session opened with one operates nothing (KEY-1)."""
    hugo = world.sign_in(world.add("hugo", "administrator", factors=1), OpenedWith.RECOVERY_CODE)

    assert codes(world, hugo) == ["yes", "yes", "session.required", "session.second_factor_required"]


def test_token_that_opens_nothing(world: World, grace: Bearer) -> None:
    """Whoever sends one is nobody, also where anybody may: the refusal has no actor."""
    stolen = Bearer(grace.account, b"x" * 32)

    assert codes(world, stolen) == ["session.required"] * 4
    assert asked(world, LOOK, stolen) == Denied(NOBODY, None, NO_SESSION)


@pytest.mark.parametrize(
    ("used", "code"), [(True, "yes"), (False, "session.second_factor_required")], ids=["with factor", "without"]
)
def test_worker_goes_on_with_the_factor_of_then(world: World, grace: Bearer, code: str, *, used: bool) -> None:
    """What the session had when the job began is what counts (KEY-7)."""
    reset = act(Who.OPERATOR, "user-permissions:modify-object-acls", Needs.SECOND_FACTOR)
    verdict = asked(world, reset, OnBehalf(grace.account, used))

    assert ("yes" if isinstance(verdict, Granted) else verdict.refused.code) == code


def test_worker_goes_on_with_the_rights_of_now(world: World, grace: Bearer) -> None:
    """A right that was taken meanwhile is missing, and an account that is gone has none (LOCK-12)."""
    going_on = OnBehalf(grace.account, used_second_factor=True)
    assert isinstance(asked(world, LOOK, going_on), Granted)
    with world.writing() as call:
        rights_store.revoke(call.sql, grace.account, Assignment("administrator"))

    refused = asked(world, LOOK, going_on)
    assert isinstance(refused, Denied)
    assert refused.refused.code == "rights.missing"
    assert asked(world, LOOK, OnBehalf(STRANGER, used_second_factor=True)) == Denied(NOBODY, None, NO_SESSION)


def test_what_the_worker_goes_on_with_has_no_session(world: World, grace: Bearer) -> None:
    """The entry names the operator, and no session that was not there."""
    bram = world.add("bram", locked_at=world.clock.now(), lock_reason="Failures")
    world.run(unlock_account, UnlockAccount(bram), OnBehalf(grace.account, used_second_factor=True))

    entry = world.entries()[-1]
    assert (entry.act, entry.actor_name, entry.session_id) == ("lockout.unlocked", "grace", None)


def test_guard_says_who_acts_on_whom(world: World, grace: Bearer) -> None:
    """Actor and target come from the call and the database, for a yes and for a no."""
    bram = world.add("bram")
    yes, no = (
        asked(world, LOOK, grace, About(bram)),
        asked(world, LOOK, world.sign_in(world.add("ivy", factors=1)), About(bram)),
    )

    assert (yes.actor.account, yes.actor.name, yes.target) == (grace.account, "grace", Target(bram, "bram"))
    assert (no.actor.name, no.target) == ("ivy", Target(bram, "bram"))


@pytest.mark.parametrize("caller", ["owner", "grace"])
def test_unknown_account_is_not_found(world: World, grace: Bearer, caller: str) -> None:
    """By whoever may look; nobody else learns that it is not there."""
    verdict = asked(world, LOOK, OWNER if caller == "owner" else grace, About(STRANGER))
    ivy = asked(world, LOOK, world.sign_in(world.add("ivy", factors=1)), About(STRANGER))

    assert isinstance(verdict, Denied)
    assert verdict.refused == Refused("accounts.not_found")
    assert isinstance(ivy, Denied)
    assert ivy.refused.code == "rights.missing"


def test_last_administrator_is_kept_from_the_owner_too(world: World, grace: Bearer) -> None:
    """The one question about rights that the command line is asked (RIGHT-5, RIGHT-8)."""
    refused = Refused("rights.last_administrator")
    assert world.run(lock_account, LockAccount(grace.account, "test")) == refused

    world.add("deputy", "administrator", factors=1)
    assert isinstance(world.run(lock_account, LockAccount(grace.account, "test")), AccountLocked)


def test_last_administrator_is_asked_where_it_matters(world: World, grace: Bearer) -> None:
    """Acts that take nobody's ability away pass."""
    assert isinstance(asked(world, LOOK, OWNER, About(grace.account)), Granted)
    assert isinstance(asked(world, LOCK, OWNER, About(world.add("bram"))), Granted)


@pytest.mark.parametrize("caller", ["owner", "grace"])
@pytest.mark.parametrize(
    ("reason", "fits"), [(None, True), ("called back", True), ("r" * 500, True), ("", False), ("a\nb", False)]
)
def test_reason_must_be_one(world: World, grace: Bearer, caller: str, reason: str | None, *, fits: bool) -> None:
    """On every door alike, the owner's too: 1 to 500 characters, none of them a control character."""
    verdict = asked(world, LOOK, OWNER if caller == "owner" else grace, About(world.add("bram"), reason))

    assert isinstance(verdict, Granted) is fits
    assert fits or (isinstance(verdict, Denied) and verdict.refused == Refused("request.reason", {"most": 500}))


def lock(world: World, account: AccountId, reason: LockReason) -> None:
    """Lock an account without its act."""
    with world.writing() as call:
        accounts_store.set_lock(call.sql, account, Lock(call.now, reason))


def test_lock_5_automatic_lock_takes_no_right(world: World, grace: Bearer) -> None:
    """An operator whom a stranger has locked goes on working in the session opened before."""
    bram = world.add("bram")
    lock(world, grace.account, LockReason.FAILURES)
    lock(world, bram, LockReason.FAILURES)

    assert isinstance(world.run(unlock_account, UnlockAccount(bram), grace), AccountUnlocked)


@pytest.mark.parametrize("reason", [LockReason.ADMINISTRATOR, LockReason.REPORTED])
def test_lock_8_operator_locked_by_hand_acts_no_more(world: World, grace: Bearer, reason: LockReason) -> None:
    """Even where the session were still there."""
    lock(world, grace.account, reason)

    refused = world.run(unlock_account, UnlockAccount(world.add("bram")), grace)
    assert isinstance(refused, Refused)
    assert refused.code == "rights.missing"


def test_own_act_asks_for_a_session_and_no_more(world: World) -> None:
    """Anybody who is signed in may sign out."""
    bram = world.add_operator("bram")

    assert world.run(actions.end_session, EndSession(), bram) == SessionEnded()
    assert world.run(actions.end_session, EndSession(), bram) == NO_SESSION


UNLOCK = act(Who.OPERATOR, "users:unlock", Needs.ANOTHER, Needs.LIFTABLE_LOCK)
DELETE = act(Who.OPERATOR, "users:unlock", Needs.ANOTHER, Needs.DELETABLE_KEY)


@pytest.mark.parametrize("asked_for", [UNLOCK, DELETE, LOOK, LOCK, OWN])
@pytest.mark.parametrize("who", ["desk", "owner", "nobody", "gone", "disabled", "twice"])
def test_many_are_answered_as_each_alone(world: World, grace: Bearer, asked_for: Act, who: str) -> None:
    """Whoever asks, for whatever, about whomever: reason, reach, protection, state, somebody higher, nobody's id."""
    desk = world.add_operator("desk", "help-desk")
    two = world.add_operator("two", "help-desk", "auditor")
    off = world.add("off", "help-desk", factors=1)
    commands = [About(one) for one in (desk.account, grace.account, two.account, off, world.add("bram"), STRANGER)]
    commands += [About(off, reason="a reason"), About(off, reason=" ")]
    commands += [About(world.add("out", excluded=True)), About(world.add("customer", kind=AccountKind.EXTERNAL))]
    commands += [About(world.add("held", locked_at=NOON, lock_reason="Administrator"))]
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET enabled = (1 = 0), protected = (1 = 1) WHERE user_name = 'off'")
    callers: dict[str, Caller] = {
        "desk": OnBehalf(desk.account, used_second_factor=True), "owner": OWNER, "nobody": Nobody(),
        "gone": OnBehalf(STRANGER, used_second_factor=True), "disabled": OnBehalf(off, used_second_factor=True),
        "twice": OnBehalf(two.account, used_second_factor=False),
    }  # fmt: skip
    with world.reading() as call:
        alone = [actions.guard(call, asked_for, command, callers[who]) for command in commands]
        together = actions.guard_of_many(call, asked_for, commands, callers[who])

    assert together == alone
