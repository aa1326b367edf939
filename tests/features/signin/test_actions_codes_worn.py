from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.otp import actions as otp
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.signin.actions.codes import give_code, give_recovery_code
from doorward.features.signin.model import GiveCode, GiveRecoveryCode, PendingToken
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.signin.test_actions_codes import code_of, wrong_code
from tests.features.signin.walking import Walk, authenticator, token_of
from tests.worlds import World


def account_of(world: World, name: str) -> AccountId:
    """Look an account up by the entries that name it."""
    return next(one.target_id for one in world.entries() if one.target_name == name and one.target_id is not None)


def wear_out(walk: Walk, account: AccountId, key: str, lock_after: int = 5) -> list[str]:
    """Sign in and type wrong codes until the password leads nowhere; an operator unlocks after each lock."""
    walk.world.run(change_password_rules, ChangePasswordRules({"second_factor_failures_before_lock": lock_after}))
    answers: list[str] = []
    while not isinstance(begun := walk.give_password("alice"), Refused):
        pending = token_of(begun)
        for _ in range(lock_after):
            wrong = wrong_code(key, walk.world)
            answers.append(code_of(walk.take(give_code(GiveCode(pending, wrong)))))
        walk.world.run(unlock_account, UnlockAccount(account, "called"))
    return [*answers, begun.code]


def test_twenty_locks_and_unlocks_end_the_key(world: World) -> None:
    """5 codes a lock, 100 compared in all; then the right password leads to nobody's set-up (T05, LOCK-14)."""
    walk = Walk(world)
    key = walk.with_key("alice")
    answers = wear_out(walk, account_of(world, "alice"), key)

    assert answers == [*["otp.wrong", "otp.wrong", "otp.wrong", "otp.wrong", "signin.locked"] * 20,
                       "signin.set_up_not_available"]  # fmt: skip


def test_hundredth_failure_without_a_lock_ends_the_sign_in(world: World) -> None:
    """Where the account does not lock with it, the person is told whom to ask, and the sign-in is over."""
    walk = Walk(world)
    key = walk.with_key("alice")
    pending = token_of(walk.give_password("alice"))
    with world.writing() as call:
        for _ in range(99):
            otp.check_code(call, pending.account, wrong_code(key, world))

    assert code_of(walk.take(give_code(GiveCode(pending, wrong_code(key, world))))) == "signin.set_up_not_available"
    assert code_of(walk.code_for(pending, key)) == "signin.expired"


def disabled_while_waiting(walk: Walk) -> tuple[PendingToken, str]:
    """Begin a sign-in, and disable the key before its code is given."""
    key = walk.with_key("alice")
    pending = token_of(walk.give_password("alice"))
    with walk.world.writing() as call:
        otp.disable_key(call, pending.account)
    return pending, key


def test_right_code_of_a_disabled_key_opens_nothing(world: World) -> None:
    """A sign-in that waits for its code ends as a blocked account's does."""
    walk = Walk(world)
    pending, key = disabled_while_waiting(walk)

    assert code_of(walk.take(give_code(GiveCode(pending, authenticator(key, world))))) == "signin.set_up_not_available"


def test_recovery_code_does_not_stand_in_for_a_disabled_key(world: World) -> None:
    """The codes go with the key that they stand in for."""
    walk = Walk(world)
    pending, _ = disabled_while_waiting(walk)
    with world.writing() as call:
        codes = recovery_codes.make_codes(call, pending.account)

    given = walk.take(give_recovery_code(GiveRecoveryCode(pending, codes[0])))
    assert code_of(given) == "signin.set_up_not_available"
