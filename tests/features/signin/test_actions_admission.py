from typing import Any

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.allowlist import withdraw_set_up
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    DeleteSecretKey,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    TemporaryAccessCodeIssued,
    WithdrawSetUp,
)
from doorward.features.sessions.actions import authenticate
from doorward.features.signin.actions.codes import give_code, give_device_code, show_pending
from doorward.features.signin.model import (
    GiveCode,
    GiveDeviceCode,
    Next,
    PendingToken,
    ShowPending,
    SignedIn,
    SignInGoesOn,
)
from doorward.kernel.act import Bearer, SessionFacts
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import PASSWORD, Walk, allow, authenticator, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def set_rules(walk: Walk, **changes: Fact) -> None:
    """Set password rules."""
    walk.world.run(change_password_rules, ChangePasswordRules(changes))


def give_mailed(walk: Walk, pending: PendingToken, *, set_up: bool = False) -> Any:
    """Give the code from the mail."""
    return walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code(), set_up)))


def session_of(walk: Walk, outcome: object) -> SessionFacts:
    """Look at the session that a complete sign-in has opened."""
    assert isinstance(outcome, SignedIn), outcome
    parsed = parse_token(outcome.token.reveal())
    assert parsed is not None
    with walk.world.reading() as call:
        found = authenticate(call, Bearer(*parsed))
    assert isinstance(found, SessionFacts)
    return found


def code_of(outcome: object) -> str:
    """Say with which code something was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_dev_2_the_mailed_code_comes_before_the_second_factor(walk: Walk) -> None:
    """Where the rules ask for it: password, code by e-mail, code of the key."""
    key = walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True)
    asked = walk.give_password("bram")
    pending = token_of(asked)
    mailed = give_mailed(walk, pending)
    done = walk.code_for(pending, key)

    assert asked.next is Next.DEVICE_CODE
    assert mailed == SignInGoesOn(Next.CODE, expires_at=mailed.expires_at)
    assert session_of(walk, done).used_second_factor is True


def test_dev_2_no_code_is_mailed_by_default(walk: Walk) -> None:
    """The second factor follows the password."""
    walk.with_key("bram")

    assert walk.give_password("bram").next is Next.CODE
    assert walk.world.collect_mail() == []


def test_dev_2_the_code_of_the_key_is_not_taken_first(walk: Walk) -> None:
    """A step belongs to its input; the sign-in still waits for the mail's."""
    key = walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True)
    pending = token_of(walk.give_password("bram"))

    assert code_of(walk.take(give_code(GiveCode(pending, authenticator(key, walk.world))))) == "signin.expired"
    assert give_mailed(walk, pending).next is Next.CODE


def test_lock_11_a_wrong_password_mails_nothing(walk: Walk) -> None:
    """Whoever does not know the password learns nothing of devices, and fills no mailbox."""
    walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True)

    assert code_of(walk.give_password("bram", "wrong")) == "signin.refused"
    assert walk.world.collect_mail() == []


def test_dev_1_wrong_mailed_codes_of_a_sign_in_lock(walk: Walk) -> None:
    """They are second-factor failures, and a right one gives no guess at the key back."""
    walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True, second_factor_failures_before_lock=3)
    pending = token_of(walk.give_password("bram"))
    right = walk.mailed_code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(2):
        assert code_of(walk.take(give_device_code(GiveDeviceCode(pending, wrong)))) == "devices.wrong_code"
    walk.take(give_device_code(GiveDeviceCode(pending, right)))

    assert code_of(walk.take(give_code(GiveCode(pending, wrong)))) == "signin.locked"


def test_dev_1_the_fourth_sign_in_within_a_quarter_of_an_hour_is_sent_nothing(walk: Walk) -> None:
    """It stops at this step all the same, and says from when a resend works."""
    walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True)
    walk.world.pass_time(minutes=15)
    asked = [walk.give_password("bram") for _ in range(4)]

    assert [one.next for one in asked] == [Next.DEVICE_CODE] * 4
    assert [one.sent_to is None for one in asked] == [False, False, False, True]
    assert asked[3].resend_at is not None


def test_an_excluded_account_is_sent_no_code(walk: Walk) -> None:
    """A service signs in by its password, and reads no mail (KEY's table)."""
    walk.person("robot", excluded=True)
    set_rules(walk, device_code_at_sign_in=True)

    assert isinstance(walk.give_password("robot"), SignedIn)


@pytest.mark.parametrize("method", ["app opt-in", "email"])
@pytest.mark.parametrize("allowed", [True, False])
def test_dev_2_an_account_without_a_past_goes_in_by_the_mailed_code(walk: Walk, method: str, *, allowed: bool) -> None:
    """Allowlist or not; its session has no second factor."""
    account = walk.person("bram")
    if allowed:
        allow(walk.world, account)
    set_rules(walk, device_method=method)
    asked = walk.give_password("bram")
    done = give_mailed(walk, token_of(asked))

    assert asked.next is Next.DEVICE_CODE
    assert (session_of(walk, done).used_second_factor, session_of(walk, done).own_page_only) == (False, False)
    assert walk.world.entries()[-1].details["opened_with"] == "device_code"


def test_dev_2_app_mandatory_asks_for_the_set_up(walk: Walk) -> None:
    """And blocks whoever may not."""
    walk.person("carl")
    allow(walk.world, walk.person("bram"))

    assert give_mailed(walk, token_of(walk.give_password("bram"))).next is Next.SET_UP
    assert code_of(walk.give_password("carl")) == "signin.set_up_not_available"


@pytest.mark.parametrize("method", ["app opt-in", "email"])
@pytest.mark.parametrize("deed", ["deleted", "reset", "taken off"])
def test_dev_2_an_account_that_was_deleted_or_reset_needs_a_factor_again(walk: Walk, method: str, deed: str) -> None:
    """Whatever the method: a deleted one is blocked, a reset one sets up."""
    account = walk.person("bram")
    set_rules(walk, device_method=method)
    if deed == "deleted":
        walk.world.run(delete_secret_key, DeleteSecretKey(account, "left the team"))
        assert code_of(walk.give_password("bram")) == "signin.set_up_not_available"
        return
    walk.world.run(reset_secret_key, ResetSecretKey(account, "new phone"))
    if deed == "taken off":
        walk.world.run(withdraw_set_up, WithdrawSetUp(account, "a mistake"))
        assert code_of(walk.give_password("bram")) == "signin.set_up_not_available"
        return

    assert give_mailed(walk, token_of(walk.give_password("bram"))).next is Next.SET_UP


def test_t30_an_account_with_a_key_is_asked_for_it_under_every_method(walk: Walk) -> None:
    """Nothing is downgraded to e-mail."""
    key = walk.with_key("bram")
    set_rules(walk, device_method="email", device_code_at_sign_in=True)
    pending = token_of(walk.give_password("bram"))

    assert give_mailed(walk, pending).next is Next.CODE
    assert session_of(walk, walk.code_for(pending, key)).used_second_factor is True


def test_dev_2_a_set_up_may_be_chosen_where_apps_are_welcome(walk: Walk) -> None:
    """By whoever is on the allowlist, under *app opt-in* alone."""
    allow(walk.world, walk.person("bram"))
    walk.person("carl")
    set_rules(walk, device_method="app opt-in")
    bram, carl = token_of(walk.give_password("bram")), token_of(walk.give_password("carl"))
    shown = walk.take(show_pending(ShowPending(bram)))
    walk.world.collect_mail()
    other = token_of(walk.give_password("bram"))

    assert (shown.then, shown.offers_set_up) == (Next.DONE, True)
    assert walk.take(show_pending(ShowPending(carl))).offers_set_up is False
    assert give_mailed(walk, other, set_up=True).next is Next.SET_UP


def test_dev_2_no_set_up_is_offered_under_email(walk: Walk) -> None:
    """The wish is passed over, and the person is in."""
    allow(walk.world, walk.person("bram"))
    set_rules(walk, device_method="email")
    pending = token_of(walk.give_password("bram"))

    assert walk.take(show_pending(ShowPending(pending))).offers_set_up is False
    assert isinstance(give_mailed(walk, pending, set_up=True), SignedIn)


def test_dev_2_rules_that_are_tightened_hold_for_sign_ins_under_way(walk: Walk) -> None:
    """What a code leads to is decided when it is given."""
    account = walk.person("bram")
    allow(walk.world, account)
    set_rules(walk, device_method="email")
    pending = token_of(walk.give_password("bram"))
    set_rules(walk, device_method="app mandatory")

    assert walk.take(show_pending(ShowPending(pending))).then is Next.SET_UP
    assert give_mailed(walk, pending).next is Next.SET_UP


def test_dev_2_a_code_leads_nowhere_where_the_rules_were_tightened(walk: Walk) -> None:
    """A blocked account is told so, and nothing is compared."""
    walk.person("bram")
    set_rules(walk, device_method="email")
    pending = token_of(walk.give_password("bram"))
    set_rules(walk, device_method="app mandatory")

    assert walk.take(show_pending(ShowPending(pending))).then is None
    assert code_of(give_mailed(walk, pending)) == "signin.set_up_not_available"


def test_key_10_a_temporary_code_opens_the_set_up_alone(walk: Walk) -> None:
    """An operator has seen it: it opens no session, whatever the method."""
    account = walk.person("bram")
    allow(walk.world, account)
    set_rules(walk, device_method="email")
    with walk.world.writing() as call:
        accounts_store.save_fields(call.sql, walk.world.standing(account).account, {"email": None}, call.now)
    issued = walk.world.run(issue_temporary_access_code, IssueTemporaryAccessCode(account, "no mailbox"))
    assert isinstance(issued, TemporaryAccessCodeIssued)
    pending = token_of(walk.give_password("bram"))

    assert walk.take(give_device_code(GiveDeviceCode(pending, issued.code.reveal()))).next is Next.SET_UP


def test_key_10_a_temporary_code_stands_in_where_every_sign_in_is_asked(walk: Walk) -> None:
    """Of whoever has a key and no usable address; the key is asked for after it."""
    key = walk.with_key("bram")
    set_rules(walk, device_code_at_sign_in=True)
    with walk.world.reading() as call:
        account = accounts_store.by_name(call.sql, "bram")
    assert account is not None
    with walk.world.writing() as call:
        accounts_store.save_fields(call.sql, account.account, {"email": None}, call.now)
    issued = walk.world.run(issue_temporary_access_code, IssueTemporaryAccessCode(account.account.id, "no mailbox"))
    assert isinstance(issued, TemporaryAccessCodeIssued)
    pending = token_of(walk.give_password("bram"))

    assert walk.take(give_device_code(GiveDeviceCode(pending, issued.code.reveal()))).next is Next.CODE
    assert isinstance(walk.code_for(pending, key), SignedIn)


def test_a_complete_sign_in_by_mail_clears_both_counters(walk: Walk) -> None:
    """LOCK-4: those of the factors used in it; the mailed code counts with the second factor."""
    walk.person("bram")
    set_rules(walk, device_method="email", failures_before_lock=3)
    for _ in range(2):
        walk.give_password("bram", "wrong")
    give_mailed(walk, token_of(walk.give_password("bram", PASSWORD)))

    assert code_of(walk.give_password("bram", "wrong")) == "signin.refused"
    assert isinstance(walk.give_password("bram"), SignInGoesOn)
