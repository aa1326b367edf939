import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.allowlist import withdraw_set_up
from doorward.features.second_factor.actions.secret_key import issue_temporary_access_code, reset_secret_key
from doorward.features.second_factor.model import (
    IssueTemporaryAccessCode,
    KeyShown,
    ResetSecretKey,
    TemporaryAccessCodeIssued,
    WithdrawSetUp,
)
from doorward.features.signin.actions.codes import (
    give_code,
    give_device_code,
    give_recovery_code,
    resend_device_code,
    show_pending,
)
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    GiveRecoveryCode,
    Next,
    PendingShown,
    PendingToken,
    ResendDeviceCode,
    ShowPending,
    ShowSetUp,
    SignedIn,
    SignInGoesOn,
)
from doorward.kernel.outcome import Refused
from tests.features.signin.walking import Walk, allow, authenticator, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def code_of(outcome: object) -> str:
    """Say with which code something was refused."""
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def wrong_code(key: str, world: World) -> str:
    """Make six digits that no step near now gives."""
    near = {authenticator(key, world, steps=step) for step in range(-30, 31)}
    return next(f"{number:06d}" for number in range(1_000_000) if f"{number:06d}" not in near)


def test_the_right_code_signs_in(walk: Walk) -> None:
    """Password, code, session; and the complete sign-in is recorded as the person's."""
    key = walk.with_key("alice")
    pending = token_of(walk.give_password("alice"))

    outcome = walk.code_for(pending, key)

    assert isinstance(outcome, SignedIn)
    last = walk.world.entries()[-1]
    assert (last.act, last.actor_name, last.details["opened_with"]) == ("signin.completed", "alice", "secret_key")


def test_key_9_a_code_is_taken_once(walk: Walk) -> None:
    """The same step never again, in any sign-in; not counted as a failure."""
    key = walk.with_key("alice")
    first, second = token_of(walk.give_password("alice")), token_of(walk.give_password("alice"))
    walk.code_for(first, key)

    again = walk.code_for(second, key)

    assert code_of(again) == "otp.used"
    assert [e.result for e in walk.world.entries() if e.act == "signin.code"][-1] == "used"


def test_key_9_the_set_up_code_is_spent_too(walk: Walk) -> None:
    """The code that proved a new key does not sign in a second time."""
    account = walk.person("alice")
    allow(walk.world, account)
    pending = token_of(walk.give_password("alice"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    key = walk.take(show_set_up(ShowSetUp(pending))).secret_key.reveal()
    walk.take(confirm_set_up(ConfirmSetUp(pending, authenticator(key, walk.world))))

    again = walk.code_for(token_of(walk.give_password("alice")), key)

    assert code_of(again) == "otp.used"


def test_lock_3_wrong_codes_lock_and_their_giver_is_told(walk: Walk) -> None:
    """Whoever locked the account by wrong codes sees the locked page; the sign-in is over (LOCK-11)."""
    key = walk.with_key("alice")
    walk.world.run(change_password_rules, ChangePasswordRules({"second_factor_failures_before_lock": 3}))
    pending = token_of(walk.give_password("alice"))
    wrong = wrong_code(key, walk.world)

    codes = [code_of(walk.take(give_code(GiveCode(pending, wrong)))) for _ in range(4)]

    assert codes == ["otp.wrong", "otp.wrong", "signin.locked", "signin.expired"]
    assert code_of(walk.give_password("alice")) == "signin.refused"


def test_lock_3_failures_survive_new_sign_ins(walk: Walk) -> None:
    """A right password in between clears nothing; no more codes are compared than allowed (T05)."""
    key = walk.with_key("alice")
    walk.world.run(change_password_rules, ChangePasswordRules({"second_factor_failures_before_lock": 4}))
    wrong = wrong_code(key, walk.world)
    before = sum(entry.act == "signin.code" for entry in walk.world.entries())

    for _ in range(8):
        started = walk.give_password("alice")
        if isinstance(started, SignInGoesOn):
            walk.take(give_code(GiveCode(token_of(started), wrong)))

    compared = [e for e in walk.world.entries() if e.act == "signin.code" and e.outcome == "checked"]
    assert len(compared) - before == 4


def test_key_15_a_wrong_clock_is_told(walk: Walk) -> None:
    """Two codes of a phone that is four minutes slow: the second answer says so."""
    key = walk.with_key("alice")
    pending = token_of(walk.give_password("alice"))
    walk.take(give_code(GiveCode(pending, authenticator(key, walk.world, steps=-8))))
    walk.world.pass_time(seconds=30)

    outcome = walk.take(give_code(GiveCode(pending, authenticator(key, walk.world, steps=-8))))

    assert outcome == Refused("otp.wrong", {"clock_error_minutes": -4, "token_in_step": False})


def test_key_1_a_recovery_code_opens_the_own_page_only(walk: Walk) -> None:
    """Once; the person is told by mail."""
    account = walk.person("alice")
    allow(walk.world, account)
    pending = token_of(walk.give_password("alice"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    key = walk.take(show_set_up(ShowSetUp(pending))).secret_key.reveal()
    done = walk.take(confirm_set_up(ConfirmSetUp(pending, authenticator(key, walk.world))))
    walk.world.collect_mail()
    recovery = done.recovery_codes[3]

    used = walk.take(give_recovery_code(GiveRecoveryCode(token_of(walk.give_password("alice")), recovery)))
    again = walk.take(give_recovery_code(GiveRecoveryCode(token_of(walk.give_password("alice")), recovery)))

    assert isinstance(used, SignedIn)
    assert used.own_page_only
    assert code_of(again) == "recovery_codes.wrong"
    assert [letter.kind for _, letter in walk.world.collect_mail()] == ["recovery_code_used"]


def test_key_10_after_a_reset_the_mailed_code_comes_before_the_set_up(walk: Walk) -> None:
    """The password alone opens neither the set-up page nor a session."""
    walk.with_key("alice")
    ada = walk.world.add_operator("ada", "administrator")
    with walk.world.reading() as call:
        alice = accounts.find(call, "alice")
    assert alice is not None
    walk.world.run(reset_secret_key, ResetSecretKey(alice.account.id, "lost phone"), ada)
    walk.world.collect_mail()
    pending = token_of(walk.give_password("alice"))

    refused = [
        walk.take(show_set_up(ShowSetUp(pending))),
        walk.take(confirm_set_up(ConfirmSetUp(pending, "123456"))),
        walk.take(give_code(GiveCode(pending, "123456"))),
    ]

    assert [code_of(one) for one in refused] == ["signin.expired"] * 3
    shown = walk.take(show_pending(ShowPending(pending)))
    assert isinstance(shown, PendingShown)
    assert shown.next is Next.DEVICE_CODE


def test_dev_1_a_code_belongs_to_the_sign_in_that_asked_for_it(walk: Walk) -> None:
    """Another sign-in of the same account refuses it."""
    allow(walk.world, walk.person("alice"))
    first = token_of(walk.give_password("alice"))
    code = walk.mailed_code()
    second = token_of(walk.give_password("alice"))

    assert code_of(walk.take(give_device_code(GiveDeviceCode(second, code)))) == "devices.wrong_code"
    assert first != second


def test_dev_1_a_resend_voids_the_code_before(walk: Walk) -> None:
    """Only the newest one is good, and wrong ones count on."""
    allow(walk.world, walk.person("alice"))
    pending = token_of(walk.give_password("alice"))
    old = walk.mailed_code()
    walk.world.pass_time(seconds=61)
    sent = walk.take(resend_device_code(ResendDeviceCode(pending)))
    new = walk.mailed_code()

    with_old = walk.take(give_device_code(GiveDeviceCode(pending, old)))
    with_new = walk.take(give_device_code(GiveDeviceCode(pending, new)))

    assert isinstance(sent, SignInGoesOn)
    assert code_of(with_old) == "devices.wrong_code"
    assert isinstance(with_new, SignInGoesOn)
    assert with_new.next is Next.SET_UP


def test_key_10_a_temporary_access_code_stands_in_for_the_mailed_one(walk: Walk) -> None:
    """For an account without an address; once."""
    world = walk.world
    account = walk.person("alice")
    with world.writing() as call:
        standing = accounts.load(call, account)
        assert standing is not None
        accounts.save(call, standing.account, {"email": None})
    allow(world, account)
    issued = world.run(issue_temporary_access_code, IssueTemporaryAccessCode(account, "no address"))
    assert isinstance(issued, TemporaryAccessCodeIssued)

    pending = token_of(walk.give_password("alice"))
    outcome = walk.take(give_device_code(GiveDeviceCode(pending, issued.code.reveal())))
    other = token_of(walk.give_password("alice"))
    again = walk.take(give_device_code(GiveDeviceCode(other, issued.code.reveal())))

    assert isinstance(outcome, SignInGoesOn)
    assert outcome.next is Next.SET_UP
    assert code_of(again) == "devices.wrong_code"


def test_key_13_an_entry_withdrawn_meanwhile_ends_the_sign_in(walk: Walk) -> None:
    """Neither the mailed code nor the set-up goes on without the allowlist."""
    account = walk.person("alice")
    allow(walk.world, account)
    pending = token_of(walk.give_password("alice"))
    code = walk.mailed_code()
    walk.world.run(withdraw_set_up, WithdrawSetUp(account, "second thoughts"))

    assert code_of(walk.take(give_device_code(GiveDeviceCode(pending, code)))) == "signin.set_up_not_available"


def test_key_13_two_set_ups_with_valid_material_bind_one_key(walk: Walk) -> None:
    """The second is refused however far it has come (T11)."""
    allow(walk.world, walk.person("alice"))
    ways: list[tuple[PendingToken, str]] = []
    for _ in range(2):
        pending = token_of(walk.give_password("alice"))
        walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
        shown = walk.take(show_set_up(ShowSetUp(pending)))
        assert isinstance(shown, KeyShown)
        ways.append((pending, shown.secret_key.reveal()))

    ends = [walk.take(confirm_set_up(ConfirmSetUp(way, authenticator(key, walk.world)))) for way, key in ways]

    assert isinstance(ends[0], SignedIn)
    assert code_of(ends[1]) == "signin.set_up_not_available"
