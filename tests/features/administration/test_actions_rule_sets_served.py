"""Every setting of a named set acts on the accounts that it serves, while `default` says something else."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import LockReason
from doorward.features.devices import actions as devices
from doorward.features.directory.actions import check_sessions
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Factor, Reservation
from doorward.features.otp import actions as otp
from doorward.features.otp.rules.codes import hotp, step_at
from doorward.features.passwords import actions as passwords
from doorward.features.policy.model import DeviceMethod, PasswordRules
from doorward.features.policy.rules import FOR_EVERYBODY
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.features.signin.actions import admission, completion, forgotten
from doorward.features.signin.actions.codes import give_code
from doorward.features.signin.actions.new_password import hash_new
from doorward.features.signin.model import GiveCode, SignedIn
from doorward.features.signin.rules.machine import Input
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import Secret
from tests.architecture.tree import product_files
from tests.features.administration.test_actions_rule_sets import a_group, a_set
from tests.features.devices.asking import issue
from tests.features.lockout.guessing import guess, lock_of
from tests.features.signin.walking import Walk, token_of
from tests.worlds import NOON, World

Probe = Callable[[World, AccountId], Any]


def probed(probe: Callable[[Call, AccountId], Any]) -> Probe:
    """Make a probe of what is asked in one transaction."""

    def ask(world: World, account: AccountId) -> Any:
        with world.writing() as call:
            return probe(call, account)

    return ask


def code_of(outcome: object) -> str | None:
    """Give the code of a refusal, None of what was accepted."""
    return outcome.code if isinstance(outcome, Refused) else None


def password(text: str) -> Probe:
    """Try to set a password."""

    def try_it(world: World, account: AccountId) -> Any:
        whose = passwords.chooser(world.standing(account).account)
        return code_of(Walk(world).take(hash_new(Secret(text), lambda _: whose)))

    return try_it


def wrong_passwords(world: World, account: AccountId) -> Any:
    """Guess three times."""
    return [guess(world, account) for _ in range(3)], lock_of(world, account)


def wrong_codes(world: World, account: AccountId) -> Any:
    """Count three wrong codes; how the counters' page tells the limit, too."""
    with world.writing() as call:
        for _ in range(3):
            lockout.count_failures(call, account, Factor.SECOND_FACTOR, world.standing(account))
        limit = lockout.failures_of(call, account, Factor.SECOND_FACTOR)[1]
    return limit, lock_of(world, account)


def end_of_a_lock(world: World, account: AccountId) -> Any:
    """Guess until the account is locked, and see until when."""
    while lock_of(world, account) is None:
        guess(world, account)
    lock = world.standing(account).state.lock
    assert lock is not None
    return None if lock.ends_at is None else lock.ends_at - lock.at


def two_idle_days(world: World, account: AccountId) -> LockReason | None:
    """Try to sign in after two days."""
    world.pass_time(days=2)
    guess(world, account)
    return lock_of(world, account)


def history(world: World, account: AccountId) -> Any:
    """Set some passwords, and ask how many a new one must differ from."""
    for number in range(5):
        world.pass_time(minutes=1)
        with world.writing() as call:
            passwords.put(call, account, f"hash {number}")
    with world.reading() as call:
        return len(passwords.hashes_to_differ_from(call, account))


def next_day(world: World, account: AccountId) -> Any:
    """Ask a day and a half later whether a new password is due."""
    world.pass_time(hours=36)
    with world.reading() as call:
        return completion.password_due(call, world.standing(account))


def second_change(world: World, account: AccountId) -> Any:
    """Change the password unasked, and ask whether it may be changed once more."""
    with world.writing() as call:
        passwords.note_chosen(call, account)
        stored = passwords.find(call, account)
        assert stored is not None
        return code_of(passwords.refuse_moment(call, stored))


def forgotten_password(world: World, account: AccountId) -> Any:
    """Lock the account by wrong passwords, and set a new one by the link of whoever forgot it."""
    while lock_of(world, account) is None:
        guess(world, account)
    with world.writing() as call:
        forgotten.lift_lock(call, world.standing(account))
    return lock_of(world, account)


def idle(world: World, account: AccountId) -> Any:
    """Come back after three minutes: for one session, for the gate's many, and for the list of them."""
    bearer = world.sign_in(account)
    world.pass_time(minutes=3)
    with world.reading() as call:
        one = code_of(sessions.authenticate(call, bearer))
        return one, len(check_sessions(call, [bearer])), len(sessions.live_sessions(call, world.standing(account)))


@probed
def end_of_a_session(call: Call, account: AccountId) -> Any:
    """Open a session and see until when it may last."""
    opened = sessions.open_session(call, account, 1, OpenedWith.SECRET_KEY)
    assert isinstance(opened, SessionOpened)
    return opened.expires_at - NOON


def second_sign_in(world: World, account: AccountId) -> Any:
    """Sign in twice more, and see how many sessions there are."""
    for _ in range(2):
        world.pass_time(seconds=60)
        pending = token_of(Walk(world).give_password("bram"))
        with world.reading() as call:
            key = otp.find_key(call, account)
        assert key is not None
        code = hotp(key.secret, step_at(world.clock.now()))
        assert isinstance(Walk(world).take(give_code(GiveCode(pending, code))), SignedIn)
    with world.reading() as call:
        return len(sessions.live_sessions(call, world.standing(account)))


def mailed_code(world: World, account: AccountId) -> Any:
    """Have a code mailed, and see how long it is good."""
    expires_at = issue(world, account).expires_at
    assert expires_at is not None
    return expires_at - NOON


def after_password(world: World, account: AccountId) -> Any:
    """Ask what follows the right password."""
    with world.reading() as call:
        return admission.after_password(call, world.standing(account), ())


def without_a_factor(world: World, account: AccountId) -> Any:
    """Ask whether an account that never had a factor is let in without one."""
    with world.reading() as call:
        return admission.spared_factor(call, world.standing(account))


def remembered_for(world: World, account: AccountId) -> timedelta | None:
    """Ask for how long a device is remembered."""
    with world.writing() as call:
        remembered = devices.remember_device(call, world.standing(account))
    return None if remembered is None else remembered[1].expires_at - NOON


def person(world: World) -> AccountId:
    """Add somebody with a password and a factor."""
    return Walk(world).person("bram", factors=1)


def never_set_up(world: World) -> AccountId:
    """Add somebody who never had a factor."""
    return Walk(world).person("bram", factor_due=False)


def with_key(world: World) -> AccountId:
    """Add somebody who has set up a key."""
    Walk(world).with_key("bram")
    with world.reading() as call:
        standing = accounts.find(call, "bram")
    assert standing is not None
    return standing.account.id


RIVER, ONE_WORD = password("an otter in the river"), password("anotterintheriver")
FAILURES, INACTIVITY = LockReason.FAILURES, LockReason.INACTIVITY
THREE = [True, True, True]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TABLE: dict[str, tuple[Fact, Callable[[World], AccountId], Probe, Any, Any]] = {
    "failures_before_lock": (3, person, wrong_passwords, (THREE, None), (THREE, FAILURES)),
    "second_factor_failures_before_lock": (3, person, wrong_codes, (10, None), (3, FAILURES)),
    "hours_locked": (2, person, end_of_a_lock, None, 2 * HOUR),
    "days_inactive_before_lock": (1, person, two_idle_days, None, INACTIVITY),
    "min_length": (30, person, RIVER, None, "passwords.min_length"),
    "min_letters": (20, person, RIVER, None, "passwords.min_letters"),
    "min_digits": (1, person, RIVER, None, "passwords.min_digits"),
    "min_specials": (1, person, ONE_WORD, None, "passwords.min_specials"),
    "min_groups": (3, person, RIVER, None, "passwords.min_groups"),
    "previous_passwords": (2, person, history, 5, 2),
    "days_valid": (1, person, next_day, False, True),
    "one_change_a_day": (True, person, second_change, None, "passwords.one_change_a_day"),
    "forgotten_password_lifts_failure_lock": (True, person, forgotten_password, FAILURES, None),
    "idle_minutes": (2, person, idle, (None, 1, 1), ("session.required", 0, 0)),
    "session_hours": (1, person, end_of_a_session, 12 * HOUR, HOUR),
    "prevent_multiple_sessions": (True, with_key, second_sign_in, 3, 1),
    "device_code_minutes": (20, person, mailed_code, 10 * MINUTE, 20 * MINUTE),
    "device_code_at_sign_in": (True, person, after_password, Input.HAS_FACTOR, Input.FACTOR_ELSEWHERE),
    "remember_device_days": (30, person, remembered_for, None, timedelta(days=30)),
    "device_method": (DeviceMethod.EMAIL.value, never_set_up, without_a_factor, False, True),
}
"""Each setting that concerns an account: what a named set says, whose, how it is seen, by `default` and by the set."""
UNREAD: set[str] = set()
"""Settings that nothing reads yet."""


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("served", [False, True], ids=["default", "set"])
def test_a_setting_acts_on_whom_its_set_serves(world: World, name: str, *, served: bool) -> None:
    """And on nobody else: the same is done to an account of each."""
    value, make, probe, by_default, by_set = TABLE[name]
    a_set(world, "probed", **{name: value})
    account = make(world)
    a_group(world, "Branch North", "probed" if served else None, account)

    assert probe(world, account) == (by_set if served else by_default)


def test_no_setting_is_forgotten() -> None:
    """Whoever adds one says here how a named set is seen to act, or that it concerns nobody's account."""
    known = [*TABLE, *FOR_EVERYBODY, *UNREAD]

    assert sorted(known) == sorted(field.name for field in fields(PasswordRules))


def test_what_nothing_reads_is_read_by_nothing() -> None:
    """Once a feature reads such a setting it belongs into the table."""
    reading = [path for path in product_files() if path.parts[-2] != "policy" and "features" in path.parts]

    assert [name for name in UNREAD for path in reading if f".{name}" in path.read_text(encoding="utf-8")] == []


def test_signing_in_asks_no_more_statements_for_a_named_set(world: World) -> None:
    """The name stands in the row that sign-in reads anyway."""
    a_set(world, "probed", min_length=16)
    bram, carl = (Walk(world).person(name, factors=1) for name in ("bram", "carl"))
    a_group(world, "Branch North", "probed", bram)

    assert statements(world, bram) == statements(world, carl)


def statements(world: World, account: AccountId) -> int:
    """Count what a guess and a look at a session ask of the database."""
    bearer, count = world.sign_in(account), list[str]()

    def keep(*given: Any) -> None:
        count.append(given[2])

    with world.writing() as call:
        event.listen(call.sql, "before_cursor_execute", keep)
        standing = accounts.load(call, account)
        reserved = lockout.reserve_attempt(call, account, Factor.PASSWORD, standing)
        assert isinstance(reserved, Reservation)
        lockout.release_attempt(call, reserved)
        lockout.conclude_attempt(call, reserved, standing, right=False)
        event.remove(call.sql, "before_cursor_execute", keep)
    with world.reading() as call:
        event.listen(call.sql, "before_cursor_execute", keep)
        sessions.authenticate(call, bearer)
        check_sessions(call, [bearer])
        event.remove(call.sql, "before_cursor_execute", keep)
    return len(count)
