"""The acts of an account's page: each form's address, the act that it runs, and what is said afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import Errors, Typed, account_address, again, page
from doorward.doors.console.operator import for_account, word_for
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
from doorward.features.lockout.actions.locking import lock_account, unlock_account
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
class ReasonForm:
    """A form that asks for nothing but a reason: what it runs, and what comes afterwards."""

    action: Action[Any, Any]
    command: Callable[[AccountId, str], Any]
    afterwards: Afterwards


DEEDS = {
    "unlock": ReasonForm(unlock_account, UnlockAccount, Afterwards("unlocked", "unlock")),
    "lock": ReasonForm(lock_account, LockAccount, Afterwards("locked", "lock")),
    "enable": ReasonForm(enable_account, EnableAccount, Afterwards("enabled", "enable")),
    "disable": ReasonForm(disable_account, DisableAccount, Afterwards("disabled", "disable")),
    "reset-password": ReasonForm(
        start_password_reset, StartPasswordReset, Afterwards("password-reset", "reset-password")
    ),
    "reset-secret-key": ReasonForm(
        reset_secret_key, ResetSecretKey, Afterwards("key-reset", "reset-key", "two-factor")
    ),
    "delete-secret-key": ReasonForm(
        delete_secret_key, DeleteSecretKey, Afterwards("key-deleted", "delete-key", "two-factor")
    ),
    "allowlist/add": ReasonForm(allow_set_up, AllowSetUp, Afterwards("allowed", "allow", "two-factor")),
    "allowlist/remove": ReasonForm(withdraw_set_up, WithdrawSetUp, Afterwards("withdrawn", "disallow", "two-factor")),
    "exclusions/add": ReasonForm(exclude_account, ExcludeAccount, Afterwards("excluded", "exclude", "two-factor")),
    "exclusions/remove": ReasonForm(lift_exclusion, LiftExclusion, Afterwards("included", "include", "two-factor")),
}
"""What is not in this table is no act of the page."""


def act_on(name: str) -> Callable[[Visit], Response]:
    """Make the page that runs one of the deeds."""
    deed = DEEDS[name]

    @for_account
    def run(visit: Visit, account: AccountId) -> Response:
        outcome = visit.run_with_reason(deed.action, deed.command(account, visit.form.get("reason", "")))
        return answer(visit, account, deed.afterwards, outcome)

    return run


@for_account
def issue_code(visit: Visit, account: AccountId) -> Response:
    """Issue a temporary access code, and show it this once in the answer."""
    command = IssueTemporaryAccessCode(account, visit.form.get("reason", ""))
    outcome = visit.run_with_reason(issue_temporary_access_code, command)
    if not isinstance(outcome, TemporaryAccessCodeIssued):
        return again(visit, outcome, "two-factor", "temporary-code")
    shown = {"code": outcome.code.reveal(), "expires_at": outcome.expires_at}
    return page(visit, Typed(tab="two-factor", temporary_code=shown))


@for_account
def end_sessions(visit: Visit, account: AccountId) -> Response:
    """End one session of the account, or all."""
    named, reason = visit.form.get("session", ""), visit.form.get("reason", "")
    session = parse_id(named)
    if named and session is None:
        return visit.problem(Refused("sessions.not_found"), account_address(account, "sessions"))
    outcome = visit.run_with_reason(end_sessions_of, EndSessionsOf(account, session, reason))
    stage = "end-session" if named else "end-sessions"
    return answer(visit, account, Afterwards("sessions-ended", stage, "sessions"), outcome)


@for_account
def revoke_devices(visit: Visit, account: AccountId) -> Response:
    """Forget one remembered device of the account, or all."""
    named, reason = visit.form.get("device", ""), visit.form.get("reason", "")
    device = parse_id(named)
    if named and device is None:
        return visit.problem(Refused("devices.not_found"), account_address(account, "sessions"))
    outcome = visit.run_with_reason(revoke_devices_of, RevokeDevicesOf(account, device, reason))
    stage = "forget-device" if named else "forget-devices"
    return answer(visit, account, Afterwards("devices-revoked", stage, "sessions"), outcome)


@for_account
def edit(visit: Visit, account: AccountId) -> Response:
    """Change what is known of the account."""
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
    return answer(visit, account, Afterwards("saved", "edit"), visit.run_with_reason(edit_account, command))


def mark(stage: str, *, protected: bool) -> Callable[[Visit], Response]:
    """Make the page that marks the account protected, or lifts the mark (PROT-3)."""

    @for_account
    def run(visit: Visit, account: AccountId) -> Response:
        command = EditAccount(account, visit.version, protected=protected, reason=visit.form.get("reason", ""))
        return answer(visit, account, Afterwards(f"{stage}ed", stage), visit.run_with_reason(edit_account, command))

    return run


@for_account
def grant_one(visit: Visit, account: AccountId) -> Response:
    """Give the account a role over everything or over a group, or deny it."""
    wanted, reason = wanted_in(visit), visit.form.get("reason", "")
    over = None if wanted.groups is None else wanted.groups[0]
    outcome = visit.run_with_reason(grant_role, GrantRole(account, wanted.role, reason, wanted.effect, over))
    return answer(visit, account, Afterwards("role-granted", None, "roles"), outcome)


@for_account
def revoke_one(visit: Visit, account: AccountId) -> Response:
    """Take one assignment from the account, as its list shows it."""
    taken = taken_in(visit)
    if isinstance(taken, Refused):
        return again(visit, taken, "roles")
    reason = visit.form.get("reason", "")
    command = RevokeRole(account, taken.role, reason, taken.effect, exactly=taken.scope)
    afterwards = Afterwards("role-revoked", "revoke-role", "roles")
    return answer(visit, account, afterwards, visit.run_with_reason(revoke_role, command))


def answer(
    visit: Visit,
    account: AccountId,
    afterwards: Afterwards,
    outcome: Done | Unchanged | Refused,
    errors: Errors | None = None,
) -> Response:
    """Go back to the account's page, which says what came of a form."""
    if isinstance(outcome, Refused):
        return again(visit, outcome, afterwards.tab, afterwards.stage, errors)
    return visit.go(account_address(account, afterwards.tab, word_for(outcome, afterwards.done)))
