from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import Account, AccountKind, Lock, LockReason
from doorward.features.devices.model import CodeKind
from doorward.features.second_factor.model import Cause, FactorState
from doorward.features.signin.model import Next, Pending
from doorward.features.signin.rules import machine
from doorward.features.signin.rules.machine import Input, Reply, State
from doorward.kernel.ids import AccountId

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PENDING = Pending(AccountId(UUID(int=1)), b"h" * 32, 7, Next.CODE, NOON, NOON + timedelta(minutes=15))
ALLOWED = {
    (State.PASSWORD, Input.PASSWORD_RIGHT),
    (State.PASSWORD, Input.PASSKEY_ALONE),
    (State.ADMITTED, Input.HAS_FACTOR),
    (State.ADMITTED, Input.FACTOR_ELSEWHERE),
    (State.ADMITTED, Input.MAY_SET_UP),
    (State.ADMITTED, Input.SPARED_FACTOR),
    (State.ADMITTED, Input.SPARED_BOTH),
    (State.ADMITTED, Input.EXCLUDED),
    (State.CODE, Input.CODE_RIGHT),
    (State.CODE, Input.RECOVERY_CODE_RIGHT),
    (State.CODE, Input.PASSKEY_RIGHT),
    (State.DEVICE_CODE, Input.DEVICE_CODE_RIGHT),
    (State.AUTHORIZED, Input.HAS_FACTOR),
    (State.AUTHORIZED, Input.MAY_SET_UP),
    (State.AUTHORIZED, Input.SPARED_FACTOR),
    (State.SET_UP, Input.SET_UP_CONFIRMED),
    (State.PROVEN, Input.PASSWORD_DUE),
    (State.PROVEN, Input.NOTHING_DUE),
    (State.NEW_PASSWORD, Input.PASSWORD_SET),
    (State.LINK, Input.PASSWORD_SET),
}
"""Every edge of the machine but the refusal of a blocked account."""


@pytest.mark.parametrize(("state", "happened"), sorted(product(State, Input)))
def test_what_is_not_in_the_table_is_refused(state: State, happened: Input) -> None:
    """All 187 edges: the twenty that go on, and the others."""
    goes_on = machine.after(state, happened) is not State.REFUSED

    assert goes_on is ((state, happened) in ALLOWED)


@given(st.lists(st.sampled_from(Input), max_size=12))
def test_nobody_is_signed_in_without_a_proof(inputs: list[Input]) -> None:
    """Whatever happens in whatever order, a session follows a factor, a set-up, an exclusion, or the method's leave."""
    state = State.PASSWORD
    seen: set[Input] = set()
    for happened in inputs:
        state = machine.after(state, happened)
        seen.add(happened)

    proofs = {
        Input.CODE_RIGHT, Input.RECOVERY_CODE_RIGHT, Input.SET_UP_CONFIRMED, Input.EXCLUDED, Input.SPARED_FACTOR,
        Input.SPARED_BOTH, Input.PASSKEY_RIGHT,
    }  # fmt: skip
    proven = Input.PASSKEY_ALONE in seen or (Input.PASSWORD_RIGHT in seen and seen & proofs)
    assert state is not State.SIGNED_IN or proven


@given(st.lists(st.sampled_from(Input), max_size=12))
def test_key_10_the_set_up_page_comes_after_the_mailed_code(inputs: list[Input]) -> None:
    """From a password there is no way to it but through the code."""
    state, mailed = State.PASSWORD, False
    for happened in inputs:
        state = machine.after(state, happened)
        mailed = mailed or happened is Input.DEVICE_CODE_RIGHT

    assert state is not State.SET_UP or mailed


@given(st.lists(st.sampled_from([*Input]), max_size=12))
def test_dev_2_a_mailed_code_is_no_second_factor(inputs: list[Input]) -> None:
    """Of whoever is asked for a factor it opens nothing: unless the method spares them, another proof follows."""
    state, proven = State.PASSWORD, False
    for happened in inputs:
        state = machine.after(state, happened)
        proven = proven or happened not in {Input.PASSWORD_RIGHT, Input.HAS_FACTOR, Input.FACTOR_ELSEWHERE,
                                            Input.MAY_SET_UP, Input.DEVICE_CODE_RIGHT, Input.NOTHING_DUE,
                                            Input.PASSWORD_DUE, Input.PASSWORD_SET}  # fmt: skip

    assert state is not State.SIGNED_IN or proven


SET_UP, MAY_SET_UP, BLOCKED, EXCLUDED = FactorState
NOTHING_SPECIAL = machine.Admission(SET_UP, spared_factor=False, asked_at_sign_in=False, remembered=False)


@pytest.mark.parametrize(
    ("changed", "happened"),
    [
        ({}, Input.HAS_FACTOR),
        ({"remembered": True}, Input.HAS_FACTOR),
        ({"asked_at_sign_in": True}, Input.FACTOR_ELSEWHERE),
        ({"asked_at_sign_in": True, "remembered": True}, Input.HAS_FACTOR),
        ({"factor": MAY_SET_UP}, Input.MAY_SET_UP),
        ({"factor": MAY_SET_UP, "asked_at_sign_in": True, "remembered": True}, Input.MAY_SET_UP),
        ({"factor": BLOCKED, "asked_at_sign_in": True, "remembered": True}, Input.BLOCKED),
        ({"factor": EXCLUDED, "asked_at_sign_in": True}, Input.EXCLUDED),
        ({"factor": BLOCKED, "spared_factor": True}, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True}, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True, "remembered": True}, Input.SPARED_BOTH),
    ],
)
def test_dev_2_what_follows_a_right_password(changed: dict[str, Any], happened: Input) -> None:
    """A remembered device is spared the code of an ordinary sign-in, never the one before a set-up (DEV-3)."""
    assert machine.admitted(replace(NOTHING_SPECIAL, **changed)) is happened


MAILED, TEMPORARY = CodeKind.MAILED, CodeKind.TEMPORARY


@pytest.mark.parametrize(
    ("changed", "kind", "set_up", "happened"),
    [
        ({}, MAILED, False, Input.HAS_FACTOR),
        ({}, TEMPORARY, False, Input.HAS_FACTOR),
        ({}, MAILED, True, Input.HAS_FACTOR),
        ({"factor": MAY_SET_UP}, MAILED, False, Input.MAY_SET_UP),
        ({"factor": BLOCKED}, MAILED, False, Input.BLOCKED),
        ({"factor": EXCLUDED}, MAILED, False, Input.EXCLUDED),
        ({"factor": BLOCKED, "spared_factor": True}, MAILED, False, Input.SPARED_FACTOR),
        ({"factor": BLOCKED, "spared_factor": True}, MAILED, True, Input.SPARED_FACTOR),
        ({"factor": BLOCKED, "spared_factor": True}, TEMPORARY, False, Input.BLOCKED),
        ({"factor": MAY_SET_UP, "spared_factor": True}, MAILED, False, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True}, MAILED, True, Input.MAY_SET_UP),
        ({"factor": MAY_SET_UP, "spared_factor": True}, TEMPORARY, False, Input.MAY_SET_UP),
    ],
)
def test_dev_2_what_follows_the_right_code(
    changed: dict[str, Any], kind: CodeKind, happened: Input, *, set_up: bool
) -> None:
    """As the account stands now; what an operator has seen opens the set-up alone (KEY-10)."""
    assert machine.authorized(replace(NOTHING_SPECIAL, **changed), kind, set_up=set_up) is happened


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
    ("step", "happened"),
    [
        (Next.CODE, Input.CODE_RIGHT),
        (Next.CODE, Input.RECOVERY_CODE_RIGHT),
        (Next.CODE, Input.PASSKEY_RIGHT),
        (Next.DEVICE_CODE, Input.DEVICE_CODE_RIGHT),
        (Next.SET_UP, Input.SET_UP_CONFIRMED),
        (Next.NEW_PASSWORD, Input.PASSWORD_SET),
    ],
)
def test_each_step_takes_its_own_input(step: Next, happened: Input) -> None:
    """And no step takes what belongs to another."""
    others = {one for one in Input if not machine.takes(replace(PENDING, step=step), one)}

    assert machine.takes(replace(PENDING, step=step), happened)
    assert len(others) >= len(Input) - 3


def test_a_state_that_is_not_kept_has_no_step() -> None:
    """Asking for one is a bug."""
    assert machine.step_of(State.SET_UP) is Next.SET_UP
    with pytest.raises(StopIteration):
        machine.step_of(State.PROVEN)


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
ASKED = machine.Forgetful(BRAM, "bram@example.org", None, FactorState.SET_UP, None)


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
        (State.REFUSED, None),
        (State.PROVEN, Next.DONE),
        (State.CODE, Next.CODE),
        (State.SET_UP, Next.SET_UP),
    ],
)
def test_what_a_mailed_code_leads_to(state: State, step: Next | None) -> None:
    """Nothing, the session, or the step that follows."""
    assert machine.leads_to(state) == step
