"""The acts of an account's page: each form's address, the act that it runs, and what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import Typed, account_address, errors_of, page
from doorward.doors.console.operator import account_in
from doorward.doors.console.role_forms import taken_in, wanted_in
from doorward.doors.console.visit import Visit
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
from doorward.features.lockout.actions import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.rights.actions.granting import grant_role, revoke_role
from doorward.features.rights.model.acts.granting import GrantRole, RevokeRole
from doorward.features.second_factor.actions.allowlist import allow_set_up, withdraw_set_up
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion
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
    TemporaryAccessCodeIssued,
    WithdrawSetUp,
)
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Done, Refused, Unchanged


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Where a form stands on the page, and what is said when its act is done."""

    done: str
    stage: str | None = None
    tab: str = "general"


@dataclass(frozen=True, slots=True)
class Deed:
    """A form that asks for nothing but a reason: what it runs, and what comes afterwards."""

    action: Action[Any, Any]
    command: Callable[[AccountId, str], Any]
    afterwards: Afterwards


DEEDS = {
    "unlock": Deed(unlock_account, UnlockAccount, Afterwards("unlocked", "unlock")),
    "lock": Deed(lock_account, LockAccount, Afterwards("locked", "lock")),
    "enable": Deed(enable_account, EnableAccount, Afterwards("enabled", "enable")),
    "disable": Deed(disable_account, DisableAccount, Afterwards("disabled", "disable")),
    "reset-password": Deed(start_password_reset, StartPasswordReset, Afterwards("password-reset", "reset-password")),
    "reset-secret-key": Deed(reset_secret_key, ResetSecretKey, Afterwards("key-reset", "reset-key", "two-factor")),
    "delete-secret-key": Deed(
        delete_secret_key, DeleteSecretKey, Afterwards("key-deleted", "delete-key", "two-factor")
    ),
    "allowlist/add": Deed(allow_set_up, AllowSetUp, Afterwards("allowed", "allow", "two-factor")),
    "allowlist/remove": Deed(withdraw_set_up, WithdrawSetUp, Afterwards("withdrawn", "disallow", "two-factor")),
    "exclusions/add": Deed(exclude_account, ExcludeAccount, Afterwards("excluded", "exclude", "two-factor")),
    "exclusions/remove": Deed(lift_exclusion, LiftExclusion, Afterwards("included", "include", "two-factor")),
}
"""What is not in this table is no act of the page."""


def act_on(name: str) -> Callable[[Visit], Response]:
    """Make the page that runs one of the deeds."""
    deed = DEEDS[name]

    def run(visit: Visit) -> Response:
        account = account_in(visit)
        if isinstance(account, Refused):
            return visit.problem(account, "/console/users")
        outcome = visit.run_with_reason(deed.action, deed.command(account, visit.form.get("reason", "")))
        return _answer(visit, account, deed.afterwards, outcome)

    return run


def issue_code(visit: Visit) -> Response:
    """Issue a temporary access code, and show it this once in the answer."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    command = IssueTemporaryAccessCode(account, visit.form.get("reason", ""))
    outcome = visit.run_with_reason(issue_temporary_access_code, command)
    if not isinstance(outcome, TemporaryAccessCodeIssued):
        return _again(visit, outcome, "two-factor", "temporary-code")
    shown = {"code": outcome.code.reveal(), "expires_at": outcome.expires_at}
    return page(visit, Typed(tab="two-factor", temporary_code=shown))


def end_sessions(visit: Visit) -> Response:
    """End one session of the account, or all."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    named, reason = visit.form.get("session", ""), visit.form.get("reason", "")
    session = parse_id(named)
    if named and session is None:
        return visit.problem(Refused("sessions.not_found"), account_address(account, "sessions"))
    outcome = visit.run_with_reason(end_sessions_of, EndSessionsOf(account, session, reason))
    stage = "end-session" if named else "end-sessions"
    return _answer(visit, account, Afterwards("sessions-ended", stage, "sessions"), outcome)


def revoke_devices(visit: Visit) -> Response:
    """Forget one remembered device of the account, or all."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    named, reason = visit.form.get("device", ""), visit.form.get("reason", "")
    device = parse_id(named)
    if named and device is None:
        return visit.problem(Refused("devices.not_found"), account_address(account, "sessions"))
    outcome = visit.run_with_reason(revoke_devices_of, RevokeDevicesOf(account, device, reason))
    return _answer(
        visit,
        account,
        Afterwards("devices-revoked", "forget-device" if named else "forget-devices", "sessions"),
        outcome,
    )


def edit(visit: Visit) -> Response:
    """Change what is known of the account."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    form = visit.form
    command = EditAccount(
        account=account,
        if_version=visit.version,
        user_name=form.get("user_name"),
        full_name=form.get("full_name"),
        email=form["email"].strip() if "email" in form else None,
        kind=AccountKind(form["kind"]) if form.get("kind") in set(AccountKind) else None,
        must_change_password=form.get("must_change_password") == "1",
        reason=form.get("reason", ""),
    )
    return _answer(visit, account, Afterwards("saved", "edit"), visit.run_with_reason(edit_account, command))


def mark(stage: str, *, protected: bool) -> Callable[[Visit], Response]:
    """Make the page that marks the account protected, or lifts the mark (PROT-3)."""

    def run(visit: Visit) -> Response:
        account = account_in(visit)
        if isinstance(account, Refused):
            return visit.problem(account, "/console/users")
        reason = visit.form.get("reason", "")
        outcome = visit.run_with_reason(
            edit_account, EditAccount(account, visit.version, protected=protected, reason=reason)
        )
        return _answer(visit, account, Afterwards(f"{stage}ed", stage), outcome)

    return run


def grant_one(visit: Visit) -> Response:
    """Give the account a role over everything or over a group, or deny it."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    wanted, reason = wanted_in(visit), visit.form.get("reason", "")
    over = None if wanted.groups is None else wanted.groups[0]
    command = GrantRole(account, wanted.role, reason, wanted.effect, over)
    return _answer(
        visit, account, Afterwards("role-granted", None, "roles"), visit.run_with_reason(grant_role, command)
    )


def revoke_one(visit: Visit) -> Response:
    """Take one assignment from the account, as its list shows it."""
    account, taken = account_in(visit), taken_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    if isinstance(taken, Refused):
        return _again(visit, taken, "roles", None)
    reason = visit.form.get("reason", "")
    command = RevokeRole(account, taken.role, reason, taken.effect, exactly=taken.scope)
    afterwards = Afterwards("role-revoked", "revoke-role", "roles")
    return _answer(visit, account, afterwards, visit.run_with_reason(revoke_role, command))


def _answer(visit: Visit, account: AccountId, afterwards: Afterwards, outcome: Done | Unchanged | Refused) -> Response:
    match outcome:
        case Refused():
            return _again(visit, outcome, afterwards.tab, afterwards.stage)
        case Unchanged():
            return visit.go(account_address(account, afterwards.tab, "unchanged"))
        case _:
            return visit.go(account_address(account, afterwards.tab, afterwards.done))


def _again(visit: Visit, refused: Refused, tab: str, stage: str | None) -> Response:
    """Show the page once more with what was typed, and why it was refused."""
    if refused.code in {"session.required", "accounts.not_found"}:
        return visit.problem(refused, "/console/users")
    return page(visit, Typed(refused, tab, stage, visit.kept, errors_of(refused)))
