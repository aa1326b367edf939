from datetime import timedelta

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.editing import edit_account, start_password_reset
from doorward.features.administration.model import EditAccount, PasswordResetStarted, StartPasswordReset
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.signin.actions.new_password import give_new_password, open_link, use_set_password_link
from doorward.features.signin.model import (
    GiveNewPassword,
    LinkOpened,
    Next,
    OpenLink,
    PasswordSet,
    PendingToken,
    SignedIn,
    SignInGoesOn,
    UseSetPasswordLink,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import PASSWORD, Walk, token_of
from tests.worlds import World

NEW = "an otter in the river"


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def code_of(outcome: object) -> str:
    """Say with which code something was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def stored(world: World, name: str) -> str:
    """Read the hash of somebody's password."""
    with world.reading() as call:
        standing = accounts.find(call, name)
        assert standing is not None
        found = passwords.find(call, standing.account.id)
    assert found is not None
    return found.hash


def marked(walk: Walk) -> str:
    """Add Alice with a key and a password that must be changed; give her key."""
    key = walk.with_key("alice")
    with walk.world.reading() as call:
        alice = accounts.find(call, "alice")
    assert alice is not None
    walk.world.run(edit_account, EditAccount(alice.account.id, None, must_change_password=True))
    return key


def link_for(world: World, account: AccountId) -> PendingToken:
    """Start a password reset as the server's owner, and read the link."""
    started = world.run(start_password_reset, StartPasswordReset(account, "forgotten"))
    assert isinstance(started, PasswordResetStarted)
    assert started.link is not None
    parsed = parse_token(started.link.reveal().removeprefix("/set-password/"))
    assert parsed is not None
    return PendingToken(*parsed)


def test_pass_3_the_new_password_comes_after_the_code_and_before_the_session(walk: Walk) -> None:
    """The old one stays valid until then."""
    key = marked(walk)
    pending = token_of(walk.give_password("alice"))

    asked = walk.code_for(pending, key)
    before = stored(walk.world, "alice")
    done = walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert isinstance(asked, SignInGoesOn)
    assert asked.next is Next.NEW_PASSWORD
    assert before == f"new${PASSWORD}"
    assert isinstance(done, SignedIn)
    assert stored(walk.world, "alice") == f"new${NEW}"


def test_pass_3_a_new_password_before_the_code_is_refused(walk: Walk) -> None:
    """Steps cannot be skipped (T31)."""
    marked(walk)
    pending = token_of(walk.give_password("alice"))

    assert code_of(walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))) == "signin.expired"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "passwords.min_length"),
        ("password1234", "passwords.common"),
        ("alice and the rabbit", "passwords.contains_name"),
        (PASSWORD, "passwords.previous"),
    ],
)
def test_pass_2_a_bad_new_password_names_its_rule_and_keeps_the_step(walk: Walk, password: str, code: str) -> None:
    """After it a good one is taken."""
    key = marked(walk)
    pending = token_of(walk.give_password("alice"))
    walk.code_for(pending, key)

    refused = walk.take(give_new_password(GiveNewPassword(pending, Secret(password))))
    done = walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert code_of(refused) == code
    assert isinstance(done, SignedIn)


def test_pass_3_an_expired_password_is_asked_anew(walk: Walk) -> None:
    """After its days."""
    walk.world.run(change_password_rules, ChangePasswordRules({"days_valid": 90}))
    key = walk.with_key("alice")
    walk.world.pass_time(days=90)

    asked = walk.code_for(token_of(walk.give_password("alice")), key)

    assert isinstance(asked, SignInGoesOn)
    assert asked.next is Next.NEW_PASSWORD


def test_a_new_password_ends_the_sign_ins_that_gave_the_old_one(walk: Walk) -> None:
    """Whoever knows the old one and waits at the same step does not replace the new one."""
    account = walk.person("robot", excluded=True)
    walk.world.run(edit_account, EditAccount(account, None, must_change_password=True))
    thief, owner = (token_of(walk.give_password("robot")) for _ in range(2))

    done = walk.take(give_new_password(GiveNewPassword(owner, Secret(NEW))))
    late = walk.take(give_new_password(GiveNewPassword(thief, Secret("a thief in the night"))))

    assert isinstance(done, SignedIn)
    assert code_of(late) == "signin.expired"
    assert stored(walk.world, "robot") == f"new${NEW}"


def test_a_new_password_ends_the_links_to_set_one(walk: Walk) -> None:
    """A mail that was not opened in time opens nothing later."""
    key = marked(walk)
    with walk.world.reading() as call:
        alice = accounts.find(call, "alice")
    assert alice is not None
    link = link_for(walk.world, alice.account.id)
    pending = token_of(walk.give_password("alice"))
    walk.code_for(pending, key)
    walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert code_of(walk.take(open_link(OpenLink("set-password", link)))) == "signin.expired"


def test_pass_3_a_lock_before_the_session_leaves_the_old_password(walk: Walk) -> None:
    """The new one is valid when a session exists, and not before."""
    walk.world.run(change_password_rules, ChangePasswordRules({"failures_before_lock": 1}))
    key = marked(walk)
    pending = token_of(walk.give_password("alice"))
    walk.code_for(pending, key)
    walk.give_password("alice", "a guess of a stranger")

    refused = walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert code_of(refused) == "signin.expired"
    assert stored(walk.world, "alice") == f"new${PASSWORD}"


def test_pass_6_a_link_sets_a_password_once_and_opens_no_session(walk: Walk) -> None:
    """Opening it changes nothing; the second use is refused; the old password is dead."""
    account = walk.person("alice", factors=1)
    link = link_for(walk.world, account)

    opened = walk.take(open_link(OpenLink("set-password", link)))
    used = walk.take(use_set_password_link(UseSetPasswordLink(link, Secret(NEW))))
    again = walk.take(use_set_password_link(UseSetPasswordLink(link, Secret("another good one"))))

    assert isinstance(opened, LinkOpened)
    assert used == PasswordSet("alice")
    assert code_of(again) == "signin.expired"
    assert code_of(walk.give_password("alice")) == "signin.refused"
    assert isinstance(walk.give_password("alice", NEW), SignInGoesOn)


def test_pass_6_a_link_is_over_after_its_time(walk: Walk) -> None:
    """After 72 hours."""
    link = link_for(walk.world, walk.person("alice"))
    walk.world.clock.turn(timedelta(hours=72))

    assert code_of(walk.take(open_link(OpenLink("set-password", link)))) == "signin.expired"


def test_lock_4_a_password_set_by_a_link_clears_the_password_counter(walk: Walk) -> None:
    """But lifts no lock."""
    walk.world.run(change_password_rules, ChangePasswordRules({"failures_before_lock": 2}))
    account = walk.person("alice", factors=1)
    walk.give_password("alice", "wrong")
    link = link_for(walk.world, account)
    walk.take(use_set_password_link(UseSetPasswordLink(link, Secret(NEW))))

    walk.give_password("alice", "wrong")
    outcome = walk.give_password("alice", NEW)

    assert isinstance(outcome, SignInGoesOn)


def test_a_set_password_link_is_no_rescue_link(walk: Walk) -> None:
    """Each kind of link opens its own page only."""
    link = link_for(walk.world, walk.person("alice"))

    assert code_of(walk.take(open_link(OpenLink("rescue", link)))) == "signin.expired"
