from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts.model import Account, AccountKind, Lock, LockReason
from doorward.features.lockout.model import Factor
from doorward.features.second_factor.model import Cause, FactorState
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next, Pending
from doorward.features.signin.rules import machine
from doorward.features.signin.rules.machine import Input, Reply, SignInState
from doorward.kernel.ids import AccountId

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PENDING = Pending(AccountId(UUID(int=1)), b"h" * 32, 7, Next.CODE, NOON, NOON + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("epoch", "after", "expected"),
    [
        (7, timedelta(), True),
        (7, timedelta(minutes=15) - timedelta.resolution, True),
        (7, timedelta(minutes=15), False),
        (8, timedelta(), False),
    ],
)
def test_a_pending_sign_in_lives_fifteen_minutes_in_its_epoch(
    epoch: int,
    after: timedelta,
    expected: bool,
) -> None:
    """Then it is over, whatever it waits for."""
    assert machine.alive(PENDING, epoch, NOON + after) is expected


@pytest.mark.parametrize(
    ("step", "taken"),
    [
        (Next.CODE, {Input.CODE_RIGHT, Input.RECOVERY_CODE_RIGHT, Input.PASSKEY_RIGHT}),
        (Next.DEVICE_CODE, {Input.DEVICE_CODE_RIGHT}),
        (Next.SET_UP, {Input.SET_UP_CONFIRMED}),
        (Next.NEW_PASSWORD, {Input.PASSWORD_SET}),
    ],
)
def test_each_step_takes_its_own_input(step: Next, taken: set[Input]) -> None:
    """And no step takes what belongs to another."""
    assert {one for one in Input if machine.takes(replace(PENDING, step=step), one)} == taken


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (SignInState.CODE, Next.CODE),
        (SignInState.DEVICE_CODE, Next.DEVICE_CODE),
        (SignInState.SET_UP, Next.SET_UP),
        (SignInState.NEW_PASSWORD, Next.NEW_PASSWORD),
    ],
)
def test_a_state_that_is_kept_has_a_step(state: SignInState, step: Next) -> None:
    """As the API spells it."""
    assert machine.step_of(state) is step


@pytest.mark.parametrize("state", [SignInState.PROVEN, SignInState.SIGNED_IN, SignInState.REFUSED])
def test_a_state_that_is_not_kept_has_none(state: SignInState) -> None:
    """Asking for one is a bug."""
    with pytest.raises(KeyError):
        machine.step_of(state)


def test_lock_11_a_pseudo_account_is_no_account_of_ours() -> None:
    """Ours are of version 7, those of unknown names of version 8."""
    pseudo = machine.pseudo_account(b"\xff" * 32)

    assert pseudo.version == 8
    assert machine.pseudo_account(b"\xff" * 32) == pseudo
    assert machine.pseudo_account(b"\xfe" * 32) != pseudo


BRAM = Account(
    id=AccountId(UUID(int=1)), user_name="bram", full_name="Bram", email="bram@example.org", kind=AccountKind.EXTERNAL,
    enabled=True, protected=False, created_at=NOON, updated_at=NOON, version=1, email_changed_at=None,
)  # fmt: skip
ASKED = machine.ForgottenPassword(BRAM, "bram@example.org", None, FactorState.SET_UP, None)


def locked(reason: LockReason, factor: str | None = None) -> Lock:
    """Make a lock."""
    return Lock(NOON, reason, None, factor)


@pytest.mark.parametrize(
    ("changed", "reply"),
    [
        ({}, Reply.LINK),
        ({"factor": FactorState.EXCLUDED}, Reply.LINK),
        ({"factor": FactorState.MAY_SET_UP, "allowed": Cause.NEW_ACCOUNT}, Reply.LINK),
        ({"factor": FactorState.MAY_SET_UP, "allowed": Cause.RESET}, Reply.NO_LINK),
        ({"factor": FactorState.MAY_SET_UP, "allowed": Cause.RESCUE}, Reply.NO_LINK),
        ({"factor": FactorState.MAY_SET_UP, "allowed": Cause.ALLOWED}, Reply.NO_LINK),
        ({"factor": FactorState.EXCLUDED, "allowed": Cause.RESET}, Reply.NO_LINK),
        ({"factor": FactorState.BLOCKED}, Reply.NO_LINK),
        (
            {"factor": FactorState.MAY_SET_UP, "allowed": Cause.NEW_ACCOUNT, "spared_factor": True},
            Reply.NO_LINK,
        ),
        ({"lock": locked(LockReason.FAILURES)}, Reply.LINK),
        ({"lock": locked(LockReason.INACTIVITY)}, Reply.LINK),
        ({"lock": locked(LockReason.ADMINISTRATOR)}, Reply.NO_LINK),
        ({"lock": locked(LockReason.REPORTED)}, Reply.NO_LINK),
        ({"account": replace(BRAM, enabled=False)}, Reply.NO_LINK),
        ({"address": None}, Reply.NOTHING),
        ({"address": None, "factor": FactorState.BLOCKED}, Reply.NOTHING),
    ],
)
def test_pass_5_what_is_mailed_about_a_forgotten_password(changed: dict[str, Any], reply: machine.Reply) -> None:
    """A link only where the mailbox alone does not give the account."""
    assert machine.reply(replace(ASKED, **changed)) is reply


@pytest.mark.parametrize(
    ("lock", "allowed", "lifted"),
    [
        (locked(LockReason.FAILURES, "password"), True, True),
        (locked(LockReason.FAILURES, "password"), False, False),
        (locked(LockReason.FAILURES, "second_factor"), True, False),
        (locked(LockReason.INACTIVITY), True, False),
        (locked(LockReason.ADMINISTRATOR), True, False),
        (locked(LockReason.REPORTED), True, False),
        (None, True, False),
    ],
)
def test_pass_5_which_lock_a_forgotten_password_lifts(lock: Lock | None, *, allowed: bool, lifted: bool) -> None:
    """One that wrong passwords caused, where the rules allow it."""
    assert machine.lifts(lock, allowed=allowed) is lifted


@pytest.mark.parametrize(
    ("user_handle", "account"),
    [(None, None), (b"", None), (bytes(15), None), (UUID(int=7).bytes, AccountId(UUID(int=7)))],
)
def test_a_passkey_names_an_account_or_none(user_handle: bytes | None, account: AccountId | None) -> None:
    """The user handle is the account's id, sixteen bytes (WebAuthn Level 3 section 5.4.3)."""
    assert machine.account_of(user_handle) == account


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (SignInState.REFUSED, None),
        (SignInState.PROVEN, Next.DONE),
        (SignInState.CODE, Next.CODE),
        (SignInState.SET_UP, Next.SET_UP),
    ],
)
def test_what_a_mailed_code_leads_to(state: SignInState, step: Next | None) -> None:
    """Nothing, the session, or the step that follows."""
    assert machine.leads_to(state) == step


BOTH = {Factor.PASSWORD, Factor.SECOND_FACTOR}


@pytest.mark.parametrize(
    ("opened_with", "cleared"),
    [
        (OpenedWith.SECRET_KEY, BOTH),
        (OpenedWith.SET_UP, BOTH),
        (OpenedWith.RECOVERY_CODE, BOTH),
        (OpenedWith.PASSWORD, {Factor.PASSWORD}),
        (OpenedWith.DEVICE_CODE, BOTH),
        (OpenedWith.REMEMBERED_DEVICE, {Factor.PASSWORD}),
        (OpenedWith.PASSKEY, set()),
        (OpenedWith.PASSWORD_AND_PASSKEY, BOTH),
    ],
)
def test_lock_4_a_complete_sign_in_clears_what_it_used(opened_with: OpenedWith, cleared: set[Factor]) -> None:
    """A passkey alone uses neither password nor code, and a password alone no second factor."""
    assert machine.cleared(opened_with) == cleared
