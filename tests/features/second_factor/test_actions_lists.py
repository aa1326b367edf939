from datetime import timedelta

import pytest

from doorward.features.devices import actions as devices
from doorward.features.second_factor.actions import allowlist, exclusions, secret_key, states
from doorward.features.second_factor.model import (
    AccountExcluded,
    AllowlistEntry,
    AllowlistPage,
    AllowSetUp,
    Cause,
    ExcludeAccount,
    Exclusion,
    ExclusionLifted,
    ExclusionsPage,
    FactorState,
    LiftExclusion,
    ListAllowlist,
    ListExclusions,
    ListUnchanged,
    ResetSecretKey,
    SetUpAllowed,
    SetUpWithdrawn,
    WithdrawSetUp,
)
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionShown, ShowSession
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.keys import bind
from tests.worlds import NOON, World

UNTIL = NOON + timedelta(hours=72)


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, a super user, with her second factor."""
    return world.add_operator("grace", "super-user")


def state(world: World, account: AccountId) -> FactorState:
    """Say what follows the account's right password."""
    with world.reading() as call:
        return states.factor_state(call, world.standing(account))


def allow(world: World, account: AccountId, by: Bearer) -> SetUpAllowed | ListUnchanged | Refused:
    """Add the account to the allowlist."""
    return world.run(allowlist.allow_set_up, AllowSetUp(account, "back from leave"), by)


def withdraw(world: World, account: AccountId, by: Bearer) -> SetUpWithdrawn | ListUnchanged | Refused:
    """Take the account off the allowlist."""
    return world.run(allowlist.withdraw_set_up, WithdrawSetUp(account, "a mistake"), by)


def exclude(world: World, account: AccountId, by: Bearer) -> AccountExcluded | ListUnchanged | Refused:
    """Exclude the account."""
    return world.run(exclusions.exclude_account, ExcludeAccount(account, "robot"), by)


def lift(world: World, account: AccountId, by: Bearer) -> ExclusionLifted | ListUnchanged | Refused:
    """Lift the account's exclusion."""
    return world.run(exclusions.lift_exclusion, LiftExclusion(account, "retired"), by)


def test_blocked_account_is_allowed(world: World, grace: Bearer) -> None:
    """It may set up a key for 72 hours, and the entry says who allowed it, when and why (KEY-5, KEY-13)."""
    carl = world.add("carl")

    assert allow(world, carl, grace) == SetUpAllowed(UNTIL)
    with world.reading() as call:
        entry = states.entry_of(call, carl)
    assert entry == AllowlistEntry(carl, Cause.ALLOWED, NOON, "grace", grace.account, "back from leave", UNTIL)
    assert state(world, carl) is FactorState.MAY_SET_UP


def test_allowing_is_recorded_and_told(world: World, grace: Bearer) -> None:
    """One entry and one mail."""
    allow(world, world.add("carl"), grace)

    (recorded,) = world.entries()
    assert (recorded.act, recorded.outcome, recorded.reason) == ("allowlist.added", "done", "back from leave")
    assert recorded.details == {"until": "2026-05-07T12:00:00Z"}
    assert [(mail.recipient, mail.kind) for mail in world.mails()] == [("carl@example.org", "allowed_to_set_up")]


def test_allowing_twice_changes_nothing(world: World, grace: Bearer) -> None:
    """The entry keeps its first end."""
    carl = world.add("carl")
    allow(world, carl, grace)
    world.pass_time(minutes=10)

    assert allow(world, carl, grace) == ListUnchanged()
    with world.reading() as call:
        entry = states.entry_of(call, carl)
    assert entry is not None
    assert entry.expires_at == UNTIL


def test_account_with_a_key_is_not_allowed_another(world: World, grace: Bearer) -> None:
    """Reset is what takes a key away."""
    carl = world.add("carl")
    bind(world, carl)

    assert allow(world, carl, grace) == ListUnchanged()
    assert state(world, carl) is FactorState.SET_UP


def test_expired_entry_is_made_anew(world: World, grace: Bearer) -> None:
    """A blocked account is allowed again (KEY-13)."""
    carl = world.add("carl")
    allow(world, carl, grace)
    world.pass_time(hours=72)
    again = world.sign_in(grace.account)

    assert state(world, carl) is FactorState.BLOCKED
    assert allow(world, carl, again) == SetUpAllowed(UNTIL + timedelta(hours=72))


def test_withdrawn_account_is_blocked(world: World, grace: Bearer) -> None:
    """Its temporary access code is of no use any more; a second time changes nothing."""
    carl = world.add("carl")
    allow(world, carl, grace)
    with world.writing() as call:
        code, _ = devices.issue_temporary_code(call, carl)

    assert [withdraw(world, carl, grace) for _ in range(2)] == [SetUpWithdrawn(), ListUnchanged()]
    assert state(world, carl) is FactorState.BLOCKED
    with world.writing() as call:
        assert devices.check_device_code(call, carl, b"p" * 32, code.reveal()) is Result.WRONG


def test_excluded_account_stays_so_on_the_allowlist(world: World, grace: Bearer) -> None:
    """Both lists are edited apart: lifting the exclusion finds the entry there."""
    carl = world.add("carl")
    exclude(world, carl, grace)

    assert allow(world, carl, grace) == SetUpAllowed(UNTIL)
    assert state(world, carl) is FactorState.EXCLUDED
    assert lift(world, carl, grace) == ExclusionLifted()
    assert state(world, carl) is FactorState.MAY_SET_UP


def test_allowlist_is_read_page_by_page(world: World, grace: Bearer) -> None:
    """By full name; each page has its names and says where the next begins; expired entries are left out."""
    early = world.add("early")
    allow(world, early, grace)
    world.pass_time(hours=71)
    again = world.sign_in(grace.account)
    cem, ann, ben = (world.add(name) for name in ("cem", "ann", "ben"))
    for one in (ben, cem, ann):
        allow(world, one, again)
    world.pass_time(hours=1)
    again = world.sign_in(grace.account)
    first = world.run(allowlist.list_allowlist, ListAllowlist(limit=2), again)
    assert isinstance(first, AllowlistPage)
    second = world.run(allowlist.list_allowlist, ListAllowlist(limit=2, after=first.next), again)

    assert isinstance(second, AllowlistPage)
    assert ([one.account for one in first.entries], first.next) == ([ann, ben], ben)
    assert ([one.account for one in second.entries], second.next) == ([cem], None)
    assert {one.user_name for page in (first, second) for one in page.people.values()} == {"ann", "ben", "cem"}


def test_reading_the_lists_takes_a_right(world: World) -> None:
    """Help desk has none over permissions, an auditor reads; neither list writes an entry (AUDIT-1)."""
    desk, auditor = world.add_operator("hugo", "help-desk"), world.add_operator("arno", "auditor")
    refused = Refused("rights.missing", {"right": "user-permissions:read"})

    assert world.run(allowlist.list_allowlist, ListAllowlist(), desk) == refused
    assert world.run(exclusions.list_exclusions, ListExclusions(), desk) == refused
    assert world.run(allowlist.list_allowlist, ListAllowlist(), auditor) == AllowlistPage((), None)
    assert world.run(exclusions.list_exclusions, ListExclusions(), auditor) == ExclusionsPage((), None)
    assert world.entries() == []


def test_excluded_account_signs_in_by_password(world: World, grace: Bearer) -> None:
    """The exclusion says who made it, when and why; its key stays beneath."""
    robot = world.add("robot")
    bind(world, robot)

    assert exclude(world, robot, grace) == AccountExcluded()
    with world.reading() as call:
        exclusion = states.exclusion_of(call, robot)
    assert exclusion == Exclusion(robot, NOON, "grace", grace.account, "robot")
    assert (state(world, robot), world.standing(robot).state.factors) == (FactorState.EXCLUDED, 1)


def test_excluding_twice_changes_nothing(world: World, grace: Bearer) -> None:
    """So does lifting what is not there."""
    robot = world.add("robot")

    assert [exclude(world, robot, grace) for _ in range(2)] == [AccountExcluded(), ListUnchanged()]
    assert [lift(world, robot, grace) for _ in range(2)] == [ExclusionLifted(), ListUnchanged()]


def test_lifted_exclusion_ends_password_sessions(world: World, grace: Bearer) -> None:
    """What the password alone has opened ends; the account asks for its factor again."""
    robot = world.add("robot")
    bind(world, robot)
    exclude(world, robot, grace)
    session = world.sign_in(robot, OpenedWith.PASSWORD)
    before = world.run(sessions.show_session, ShowSession(), session)
    lift(world, robot, grace)
    after = world.run(sessions.show_session, ShowSession(), session)

    assert (isinstance(before, SessionShown), after) == (True, Refused("session.required"))
    assert state(world, robot) is FactorState.SET_UP


def test_excluded_operator_administers_nothing(world: World, grace: Bearer) -> None:
    """Not even in a session that was opened with the factor before."""
    carl = world.add("carl")
    hugo = world.add_operator("hugo", "super-user")
    exclude(world, hugo.account, grace)

    refused = allow(world, carl, hugo)
    assert isinstance(refused, Refused)
    assert refused.code == "session.second_factor_required"


def test_lists_are_changed_with_the_factor_only(world: World) -> None:
    """All four acts ask for a session opened with the second factor, on another's account (KEY-7)."""
    carl = world.add("carl")
    sam = world.add("sam", "super-user", factors=1)
    by_recovery = world.sign_in(sam, OpenedWith.RECOVERY_CODE)
    own = world.sign_in(sam)

    others = [act(world, carl, by_recovery) for act in (allow, withdraw, exclude, lift)]
    assert [one.code for one in others if isinstance(one, Refused)] == ["session.second_factor_required"] * 4
    selves = [act(world, sam, own) for act in (allow, withdraw, exclude, lift)]
    assert selves == [Refused("second_factor.self")] * 4


def test_exclusions_are_read_page_by_page(world: World, grace: Bearer) -> None:
    """Each page has its names and says where the next begins."""
    cem, ann, ben = (world.add(name) for name in ("cem", "ann", "ben"))
    for one in (ann, ben, cem):
        exclude(world, one, grace)
    first = world.run(exclusions.list_exclusions, ListExclusions(limit=2), grace)
    assert isinstance(first, ExclusionsPage)
    second = world.run(exclusions.list_exclusions, ListExclusions(limit=2, after=first.next), grace)

    assert isinstance(second, ExclusionsPage)
    assert ([one.account for one in first.entries], first.next) == ([ann, ben], ben)
    assert ([one.account for one in second.entries], second.next) == ([cem], None)
    assert {one.user_name for page in (first, second) for one in page.people.values()} == {"ann", "ben", "cem"}


def test_reset_shows_on_the_allowlist(world: World, grace: Bearer) -> None:
    """Its cause stands there, since it decides about password links (PASS-5)."""
    carl = world.add("carl")
    bind(world, carl)
    world.run(secret_key.reset_secret_key, ResetSecretKey(carl, "lost phone"), grace)
    page = world.run(allowlist.list_allowlist, ListAllowlist(), grace)

    assert isinstance(page, AllowlistPage)
    assert [(one.account, one.cause) for one in page.entries] == [(carl, Cause.RESET)]
