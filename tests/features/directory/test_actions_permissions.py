"""What an account's page says one may do is what one may do, in every state of the account (RIGHT-7)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.editing import (
    disable_account,
    edit_account,
    enable_account,
    start_password_reset,
)
from doorward.features.administration.model import DisableAccount, EditAccount, EnableAccount, StartPasswordReset
from doorward.features.devices.actions import revoke_devices_of
from doorward.features.devices.model import RevokeDevicesOf
from doorward.features.directory.actions import view_account
from doorward.features.directory.model import AccountShown, ViewAccount
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.rights.actions.explaining import explain_permission
from doorward.features.rights.model.acts.explaining import Explain, Explained
from doorward.features.second_factor.actions.allowlist import allow_set_up, withdraw_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion
from doorward.features.second_factor.actions.hardware_tokens import assign_token, unassign_token
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    AllowSetUp,
    DeleteSecretKey,
    ExcludeAccount,
    IssueTemporaryAccessCode,
    LiftExclusion,
    ResetSecretKey,
    WithdrawSetUp,
)
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf
from doorward.features.tokens.model import AssignToken, UnassignToken
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.tokens.stock import TICKING, stock
from tests.worlds import NOON, World

WHY = "as it is asked for"
DO: dict[str, Any] = {
    "unlock": lambda account: (unlock_account, UnlockAccount(account, WHY)),
    "reset_secret_key": lambda account: (reset_secret_key, ResetSecretKey(account, WHY)),
    "delete_secret_key": lambda account: (delete_secret_key, DeleteSecretKey(account, WHY)),
    "allow_set_up": lambda account: (allow_set_up, AllowSetUp(account, WHY)),
    "exclude": lambda account: (exclude_account, ExcludeAccount(account, WHY)),
    "enable": lambda account: (enable_account, EnableAccount(account, WHY)),
    "disable": lambda account: (disable_account, DisableAccount(account, WHY)),
    "reset_password": lambda account: (start_password_reset, StartPasswordReset(account, WHY)),
    "end_sessions": lambda account: (end_sessions_of, EndSessionsOf(account, None, WHY)),
    "forget_devices": lambda account: (revoke_devices_of, RevokeDevicesOf(account, None, WHY)),
    "withdraw_set_up": lambda account: (withdraw_set_up, WithdrawSetUp(account, WHY)),
    "lift_exclusion": lambda account: (lift_exclusion, LiftExclusion(account, WHY)),
    "temporary_code": lambda account: (issue_temporary_access_code, IssueTemporaryAccessCode(account, WHY)),
    "unassign_token": lambda account: (unassign_token, UnassignToken(account, WHY)),
}
STATES: dict[str, dict[str, Any]] = {
    "open": {"factors": 1},
    "without a factor": {},
    "excluded": {"factors": 1, "excluded": True},
    "external": {"factors": 1, "kind": AccountKind.EXTERNAL},
    "Failures": {"locked_at": NOON, "lock_reason": "Failures"},
    "Inactivity": {"locked_at": NOON, "lock_reason": "Inactivity"},
    "Administrator": {"locked_at": NOON, "lock_reason": "Administrator"},
    "Reported": {"locked_at": NOON, "lock_reason": "Reported"},
}
NO_FACTOR_TO_COME = "second_factor.not_allowed_to_set_up"
REFUSED = {
    **{("administrator", state, "temporary_code"): NO_FACTOR_TO_COME for state in STATES},
    **{("administrator", state, "unassign_token"): "tokens.none_assigned" for state in STATES},
    ("help-desk", "Administrator", "unlock"): "rights.missing",
    ("help-desk", "Reported", "unlock"): "rights.missing",
    ("administrator", "excluded", "delete_secret_key"): "second_factor.excluded",
    ("administrator", "external", "delete_secret_key"): "second_factor.internal_only",
}
"""What the state of an account forbids to whoever has the right."""


def said(world: World, account: AccountId, by: Bearer, name: str) -> tuple[bool, bool, str | None]:
    """Read what the page says of one act: whether it is allowed, whether by right, and why not."""
    shown = world.run(view_account, ViewAccount(account), by)
    assert isinstance(shown, AccountShown)
    one = shown.permissions[name]
    return one.allowed, one.has_right, None if one.reason is None else one.reason.code


@pytest.mark.parametrize("role", ["help-desk", "administrator"])
def test_what_is_said_is_what_is_done(world: World, role: str) -> None:
    """Each act in each state, first asked about and then tried; "why can't I?" says the same."""
    by = world.add_operator("olga", role)
    chief = world.add_operator("chief", "administrator")
    for (state, columns), (name, act) in product(STATES.items(), DO.items()):
        bram = world.add(f"bram {state} {name}", **columns)
        allowed, has_right, why = said(world, bram, by, name)
        explained = world.run(explain_permission, Explain(bram, by.account, name), chief)
        action, command = act(bram)
        outcome = world.run(action, command, by)

        code = outcome.code if isinstance(outcome, Refused) else None
        assert (allowed, why) == (code is None, code), (state, name)
        without = "rights.missing" if role == "help-desk" and name != "unlock" else None
        assert code == REFUSED.get((role, state, name), without), (state, name)
        assert has_right == (code != "rights.missing")
        assert isinstance(explained, Explained)
        assert (explained.allowed, None if explained.refusal is None else explained.refusal.code) == (allowed, why)
        assert all(one.answer for one in explained.reasoning) == allowed


def unmailable(world: World, account: AccountId, by: Bearer) -> None:
    """Take its address from an account, by its owner."""
    del by
    world.run(edit_account, EditAccount(account, None, email=""))


def readdressed(world: World, account: AccountId, by: Bearer) -> None:
    """Let the operator who asks give the account another address."""
    version = world.standing(account).account.version
    world.run(edit_account, EditAccount(account, version, email="new@example.org", reason=WHY), by)


def allowed(world: World, account: AccountId, by: Bearer) -> None:
    """Put an account on the allowlist."""
    world.run(allow_set_up, AllowSetUp(account, WHY), by)


def with_token(world: World, account: AccountId, by: Bearer) -> None:
    """Give an account a hardware token."""
    serial = f"4{int(account) % 10**9:09}"
    stock(world, replace(TICKING, serial=serial))
    world.run(assign_token, AssignToken(account, serial=serial, reason=WHY), by)


Made = Callable[[World, AccountId, Bearer], None]
EXTERNAL, EXCLUDED = {"kind": AccountKind.EXTERNAL}, {"excluded": True}


@pytest.mark.parametrize(
    ("steps", "columns", "name", "code"),
    [
        ([unmailable], {}, "reset_password", "passwords.no_address"),
        ([readdressed], {}, "reset_password", "passwords.no_address"),
        ([allowed], {}, "reset_password", None),
        ([allowed], {}, "temporary_code", "second_factor.address_usable"),
        ([allowed, unmailable], {}, "temporary_code", None),
        ([allowed, readdressed], {}, "temporary_code", "second_factor.changed_by_actor"),
        ([unmailable], {}, "temporary_code", NO_FACTOR_TO_COME),
        ([readdressed], {}, "assign_token", "tokens.changed_by_actor"),
        ([with_token], {}, "unassign_token", None),
        ([with_token], EXTERNAL, "unassign_token", "second_factor.internal_only"),
        ([with_token], EXCLUDED, "unassign_token", None),
        ([with_token], EXCLUDED, "delete_secret_key", "second_factor.excluded"),
    ],
)
def test_what_an_act_finds_is_said_beforehand(
    world: World, steps: list[Made], columns: dict[str, Any], name: str, code: str | None
) -> None:
    """What the state of an account forbids greys the button too, and "why can't I?" ends with it."""
    by, chief = world.add_operator("olga", "administrator"), world.add_operator("chief", "administrator")
    bram = world.add("bram", **columns)
    for step in steps:
        step(world, bram, by)
    stock(world, replace(TICKING, serial="9"))
    tries = {**DO, "assign_token": lambda account: (assign_token, AssignToken(account, serial="9", reason=WHY))}

    allowed, has_right, why = said(world, bram, by, name)
    explained = world.run(explain_permission, Explain(bram, by.account, name), chief)
    action, command = tries[name](bram)
    outcome = world.run(action, command, by)

    assert (allowed, has_right, why) == (code is None, True, code)
    assert (outcome.code if isinstance(outcome, Refused) else None) == code
    assert isinstance(explained, Explained)
    assert (explained.allowed, all(one.answer for one in explained.reasoning)) == (allowed, allowed)


def test_a_state_is_not_told_to_whoever_may_not_act(world: World) -> None:
    """The first no is the guard's: an auditor learns no more than that they may not."""
    by, bram = world.add_operator("arno", "auditor"), world.add("bram")
    unmailable(world, bram, by)

    assert said(world, bram, by, "reset_password") == (False, False, "rights.missing")
    assert said(world, bram, by, "unassign_token") == (False, False, "rights.missing")


@pytest.mark.parametrize(("name", "code"), [("disable", "rights.last_administrator"), ("end_sessions", None)])
def test_acts_are_not_answered_for_their_neighbours(world: World, name: str, code: str | None) -> None:
    """Disabling the last able administrator is refused, editing them is not; anybody ends their own sessions."""
    grace, robin = world.add("grace", "administrator", factors=1), world.add_operator("robin", "administrator")
    with world.writing() as call:
        accounts_store.set_state(call.sql, robin.account, factors=0)
    account = {"disable": grace, "end_sessions": robin.account}[name]

    allowed, _, why = said(world, account, robin, name)
    action, command = DO[name](account)
    outcome = world.run(action, command, robin)

    assert (allowed, why) == (code is None, code)
    assert (outcome.code if isinstance(outcome, Refused) else None) == code
