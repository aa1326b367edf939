from typing import Any

import pytest

from doorward.edges.call import Resumed
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionShown, ShowSession
from doorward.features.signin.actions.new_password import use_set_password_link
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.model import ChangeOwnPassword, PasswordSet, SignInGoesOn, UseSetPasswordLink
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused, Wait
from doorward.kernel.ports import Secret
from tests.features.signin.test_actions_new_password import link_for
from tests.features.signin.walking import PASSWORD, Walk
from tests.worlds import World

NEW = "a swim in the lake"
WRONG = Refused("session.wrong_password")
OVER = Refused("session.required", cause="no guess is left in the session")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


@pytest.fixture
def alice(walk: Walk) -> AccountId:
    """Add Alice, who has a password and a second factor, since two days ago."""
    account = walk.person("alice", factors=1)
    walk.world.pass_time(hours=48)
    return account


def change(walk: Walk, session: Bearer, password: str = PASSWORD, new: str = NEW) -> Any:
    """Change a password on one's own page."""
    return walk.take(change_own_password(ChangeOwnPassword(session, Secret(password), Secret(new))))


def rules(world: World, **changes: int) -> None:
    """Change the password rules."""
    world.run(change_password_rules, ChangePasswordRules(changes))


def stands(world: World, session: Bearer) -> bool:
    """Tell whether a session is still good for anything."""
    return isinstance(world.run(sessions.show_session, ShowSession(), session), SessionShown)


def test_a_person_changes_their_password(walk: Walk, alice: AccountId) -> None:
    """The new one signs in, the old one does not; other sessions end, this one goes on (PASS-1)."""
    here, other = walk.world.sign_in(alice), walk.world.sign_in(alice)
    outcome = change(walk, here)

    assert outcome == PasswordSet("alice")
    assert [stands(walk.world, one) for one in (here, other)] == [True, False]
    assert isinstance(walk.give_password("alice", NEW), SignInGoesOn)
    assert isinstance(walk.give_password("alice"), Refused)


def test_a_change_is_recorded_and_told(walk: Walk, alice: AccountId) -> None:
    """As the person's own, with a mail to them; neither holds a password."""
    change(walk, walk.world.sign_in(alice))
    (entry,) = walk.world.entries()
    ((recipient, letter),) = walk.world.collect_mail()

    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name) == (
        "passwords.changed", "done", "alice", "alice",
    )  # fmt: skip
    assert (recipient, letter.kind) == ("alice@example.org", "password_changed")
    assert NEW not in f"{entry}{letter.facts}"


def test_a_change_ends_sign_ins_under_way(walk: Walk, alice: AccountId) -> None:
    """Whoever gave the old password and waits for the next step starts again."""
    here = walk.world.sign_in(alice)
    pending = walk.give_password("alice")
    change(walk, here)

    assert isinstance(pending, SignInGoesOn)
    with walk.world.database.read() as sql:
        assert sql.exec_driver_sql("SELECT count(*) FROM pending_sign_ins").scalar_one() == 0


def test_a_wrong_present_password_changes_nothing(walk: Walk, alice: AccountId) -> None:
    """It is recorded, and counted where no stranger can fill the counter (PROT-1)."""
    here = walk.world.sign_in(alice)
    outcome = change(walk, here, "a guess")
    (entry,) = walk.world.entries()

    assert outcome == WRONG
    assert (entry.act, entry.outcome, entry.code, entry.actor_name) == (
        "passwords.changed", "refused", "session.wrong_password", "alice",
    )  # fmt: skip
    assert entry.session_id is not None
    assert isinstance(walk.give_password("alice"), SignInGoesOn)


def test_wrong_ones_lock_the_account_and_end_the_session(walk: Walk, alice: AccountId) -> None:
    """At the limit of the rules, and not before (LOCK-1, PROT-1)."""
    rules(walk.world, failures_before_lock=3)
    here = walk.world.sign_in(alice)
    outcomes = [change(walk, here, "a guess") for _ in range(4)]

    assert outcomes == [WRONG, WRONG, OVER, Refused("session.required")]
    assert walk.world.standing(alice).state.lock is not None
    assert not stands(walk.world, here)


def test_guesses_at_the_door_leave_the_session_alone(walk: Walk, alice: AccountId) -> None:
    """A stranger who locks the account by guessing does not keep its owner from a new password (PROT-1)."""
    rules(walk.world, failures_before_lock=3)
    here = walk.world.sign_in(alice)
    for _ in range(3):
        walk.give_password("alice", "a guess")

    assert walk.world.standing(alice).state.lock is not None
    assert change(walk, here, "a slip") == WRONG
    assert change(walk, here) == PasswordSet("alice")


def test_guesses_in_the_session_of_a_locked_account_come_to_an_end(walk: Walk, alice: AccountId) -> None:
    """The limit holds there too: then the session ends."""
    rules(walk.world, failures_before_lock=2)
    here = walk.world.sign_in(alice)
    for _ in range(2):
        walk.give_password("alice", "a guess")

    assert [change(walk, here, "a guess") for _ in range(3)] == [WRONG, WRONG, OVER]
    assert change(walk, here) == Refused("session.required")


@pytest.mark.parametrize(
    ("new", "code"),
    [("short", "passwords.min_length"), ("password1234", "passwords.common"), (PASSWORD, "passwords.previous")],
)
def test_a_new_password_keeps_to_the_rules(walk: Walk, alice: AccountId, new: str, code: str) -> None:
    """Each refusal names the rule; the old password stays (PASS-1, PASS-2)."""
    here = walk.world.sign_in(alice)
    outcome = change(walk, here, new=new)

    assert outcome.code == code
    assert isinstance(walk.give_password("alice"), SignInGoesOn)


def test_one_change_a_day(walk: Walk, alice: AccountId) -> None:
    """Where the rules ask for that; no guess is spent on it (PASS-1)."""
    rules(walk.world, one_change_a_day=True)
    here = walk.world.sign_in(alice)
    first, second = change(walk, here), change(walk, here, NEW, "a third one, and long")
    walk.world.pass_time(hours=24)
    later = change(walk, walk.world.sign_in(alice), NEW, "a third one, and long")

    assert (first, later) == (PasswordSet("alice"), PasswordSet("alice"))
    assert second.code == "passwords.one_change_a_day"


def test_pass_1_a_password_set_by_a_link_does_not_count_as_the_days_change(walk: Walk) -> None:
    """Neither does the one that came with the account: the person may change it at once, but then once."""
    rules(walk.world, one_change_a_day=True)
    bob = walk.person("bob", factors=1)
    first = change(walk, walk.world.sign_in(bob))
    linked = walk.take(use_set_password_link(UseSetPasswordLink(link_for(walk.world, bob), Secret("by a link, sent"))))
    second = change(walk, walk.world.sign_in(bob), "by a link, sent", "a third one, and long")
    walk.world.pass_time(hours=24)
    walk.take(use_set_password_link(UseSetPasswordLink(link_for(walk.world, bob), Secret("by another link"))))
    later = change(walk, walk.world.sign_in(bob), "by another link", "a fourth one, and long")

    assert (first, linked, later) == (PasswordSet("bob"),) * 3
    assert second.code == "passwords.one_change_a_day"


def test_a_session_of_a_recovery_code_changes_no_password(walk: Walk, alice: AccountId) -> None:
    """It is for a new key (KEY-1)."""
    here = walk.world.sign_in(alice, OpenedWith.RECOVERY_CODE)

    assert change(walk, here) == Refused("session.second_factor_required")


def test_an_account_without_a_password_has_none_to_change(walk: Walk) -> None:
    """There is nothing to compare with."""
    here = walk.world.add_operator("bob")

    assert change(walk, here) == Refused("session.required", cause="no password")


def test_a_lock_by_hand_ends_the_change(walk: Walk, alice: AccountId) -> None:
    """It has ended the session too."""
    here = walk.world.sign_in(alice)
    walk.world.run(lock_account, LockAccount(alice, "odd"))

    assert change(walk, here) == Refused("session.required")


def test_an_attempt_that_finds_no_room_waits(walk: Walk, alice: AccountId) -> None:
    """Attempts in flight may give theirs back; nobody gets a guess beyond the limit (LOCK-2)."""
    rules(walk.world, failures_before_lock=1)
    here = walk.world.sign_in(alice)
    command = ChangeOwnPassword(here, Secret("a guess"), Secret(NEW))
    in_flight, waiting = change_own_password(command), change_own_password(command)
    asked = [_begin(walk.world, one) for one in (in_flight, waiting)]

    assert [isinstance(one, Wait) for one in asked] == [False, True]
    in_flight.close()
    waiting.close()


def _begin(world: World, steps: Any) -> Any:
    """Run the first transaction of a step."""
    next(steps)
    with world.writing() as call:
        return steps.send(Resumed(call, True))
