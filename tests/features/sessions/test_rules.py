from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import Account, AccountKind, AccountState, Lock, LockReason
from doorward.features.policy.model import DeviceMethod
from doorward.features.sessions import rules
from doorward.features.sessions.model import OpenedWith, Validity
from doorward.kernel.act import NO_SESSION, SessionFacts
from doorward.kernel.ids import AccountId
from tests.worlds import NOON

IDLE = timedelta(minutes=15)
UNTOUCHED = AccountState(
    epoch=1, lock=None, unlocked_by=None, unlocked_by_id=None, unlocked_at=None, enabled_at=NOON, last_sign_in_at=None,
    factors=0, excluded=False, factor_due=False,
)  # fmt: skip
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("epochs", "idle_for", "left", "alive"),
    [
        ((3, 3), timedelta(), HOUR, True),
        ((3, 3), IDLE - MOMENT, HOUR, True),
        ((3, 3), IDLE, HOUR, False),
        ((3, 3), 10 * IDLE, HOUR, False),
        ((3, 3), timedelta(), MOMENT, True),
        ((3, 3), timedelta(), timedelta(), False),
        ((3, 3), timedelta(), -HOUR, False),
        ((2, 3), timedelta(), HOUR, False),
        ((4, 3), timedelta(), HOUR, False),
    ],
)
def test_when_a_session_stands(epochs: tuple[int, int], idle_for: timedelta, left: timedelta, *, alive: bool) -> None:
    """Inside the idle limit, inside the absolute one, and of the account's present epoch: all three (SESS-1)."""
    epoch, account_epoch = epochs
    session = Validity(epoch, NOON - idle_for, NOON + left)

    assert rules.live(session, account_epoch, IDLE, NOON) is alive


@given(st.timedeltas(timedelta(), timedelta(days=2)), st.timedeltas(timedelta(), timedelta(days=2)))
def test_session_that_is_over_stays_over(first: timedelta, more: timedelta) -> None:
    """Time alone brings no session back."""
    session = Validity(1, NOON, NOON + 12 * HOUR)

    assert rules.live(session, 1, IDLE, NOON + first) or not rules.live(session, 1, IDLE, NOON + first + more)


@pytest.mark.parametrize(("seconds", "due"), [(0, False), (59.9, False), (60, True), (3600, True)])
def test_activity_is_written_once_a_minute(seconds: float, *, due: bool) -> None:
    """A busy session writes one row a minute, whatever it does."""
    assert rules.due_to_write(NOON, NOON + timedelta(seconds=seconds)) is due


@pytest.mark.parametrize(
    ("opened_with", "factors", "excluded", "admitted"),
    [
        (OpenedWith.PASSWORD, 0, True, True),
        (OpenedWith.PASSWORD, 1, False, False),
        (OpenedWith.PASSWORD, 0, False, False),
        (OpenedWith.SECRET_KEY, 1, False, True),
        (OpenedWith.SECRET_KEY, 0, True, False),
        (OpenedWith.SET_UP, 1, False, True),
        (OpenedWith.SET_UP, 0, False, False),
        (OpenedWith.RECOVERY_CODE, 1, False, True),
        (OpenedWith.RECOVERY_CODE, 0, False, True),
        (OpenedWith.PASSKEY, 1, False, True),
        (OpenedWith.PASSKEY, 1, True, False),
        (OpenedWith.PASSKEY, 0, False, False),
        (OpenedWith.PASSWORD_AND_PASSKEY, 1, False, True),
        (OpenedWith.PASSWORD_AND_PASSKEY, 0, False, False),
    ],
)
def test_what_a_session_may_be_opened_with(
    opened_with: OpenedWith, factors: int, *, excluded: bool, admitted: bool
) -> None:
    """The password alone for whoever is excluded, a code for whoever has a factor, a recovery code ever (KEY)."""
    state = AccountState(1, None, None, None, None, NOON, None, factors, excluded)

    assert rules.admits(opened_with, state, DeviceMethod.APP_MANDATORY) is admitted


@pytest.mark.parametrize("opened_with", list(OpenedWith))
@pytest.mark.parametrize("reason", [None, *LockReason])
def test_lock_15_a_passkey_opens_a_session_during_an_automatic_lock(
    opened_with: OpenedWith, reason: LockReason | None
) -> None:
    """It alone; a lock by an operator, or a reported one, bars every way in (LOCK-5)."""
    lock = None if reason is None else Lock(NOON, reason)
    open_to_passkeys = reason in {LockReason.FAILURES, LockReason.INACTIVITY} and opened_with is OpenedWith.PASSKEY

    assert rules.barred(opened_with, lock) is not (reason is None or open_to_passkeys)


@pytest.mark.parametrize("opened_with", [OpenedWith.DEVICE_CODE, OpenedWith.REMEMBERED_DEVICE])
@pytest.mark.parametrize(
    ("method", "factors", "due", "admitted"),
    [
        (DeviceMethod.EMAIL, 0, False, True),
        (DeviceMethod.APP_OPT_IN, 0, False, True),
        (DeviceMethod.APP_MANDATORY, 0, False, False),
        (DeviceMethod.EMAIL, 1, False, False),
        (DeviceMethod.EMAIL, 0, True, False),
    ],
)
def test_dev_2_what_a_mailed_code_may_open(
    opened_with: OpenedWith, method: DeviceMethod, factors: int, *, due: bool, admitted: bool
) -> None:
    """A session of an account that never had a factor, as long as the rules let it in so."""
    state = AccountState(1, None, None, None, None, NOON, None, factors, excluded=False, factor_due=due)

    assert rules.admits(opened_with, state, method) is admitted


@pytest.mark.parametrize("used", [True, False])
def test_a_session_that_has_done_its_part_is_nobodys_session(*, used: bool) -> None:
    """A job goes on under its owner's name and factor, without a fresh proof (LOCK-12)."""
    account = Account(
        AccountId(UUID(int=11)), "bram", "Bram Rossi", None, AccountKind.INTERNAL,
        enabled=True, protected=False, created_at=NOON, updated_at=NOON, version=1, email_changed_at=None,
    )  # fmt: skip
    facts = rules.continued(account, NOON, used_second_factor=used)

    assert facts == SessionFacts(
        NO_SESSION, AccountId(UUID(int=11)), "bram",
        used_second_factor=used, own_page_only=False, fresh_at=None, opened_at=NOON, expires_at=NOON,
    )  # fmt: skip


def test_desk_3_a_set_up_and_a_recovery_code_are_told_of_by_themselves() -> None:
    """Each other proof leaves it to the letter about a new browser."""
    assert {one.value for one in OpenedWith if one.told} == {"set_up", "recovery_code"}


@pytest.mark.parametrize(
    ("changed", "method", "spared"),
    [
        ({}, DeviceMethod.EMAIL, True),
        ({}, DeviceMethod.APP_OPT_IN, True),
        ({}, DeviceMethod.APP_MANDATORY, False),
        ({"factors": 1, "factor_due": True}, DeviceMethod.EMAIL, False),
        ({"factors": 1}, DeviceMethod.APP_OPT_IN, False),
        ({"factor_due": True}, DeviceMethod.EMAIL, False),
        ({"excluded": True}, DeviceMethod.EMAIL, False),
    ],
)
def test_dev_2_who_goes_in_without_a_second_factor(
    changed: dict[str, Any], method: DeviceMethod, *, spared: bool
) -> None:
    """Whoever never had one, where the method says so; an exclusion is a way in of its own."""
    assert rules.spared_factor(replace(UNTOUCHED, **changed), method) is spared
