"""An account's page: its tabs, each with an address, and the change that is staged on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.responses import Response

from doorward.doors.console import account_roles
from doorward.doors.console.offers import undo_of
from doorward.doors.console.operator import account_in, permission, permissions, shell, signed_in
from doorward.doors.console.pages import at_field, status_of
from doorward.doors.console.visit import Visit
from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.grouping import show_memberships
from doorward.features.audit.actions import entries_of_target
from doorward.features.devices.actions import live_devices
from doorward.features.directory.actions import view_account
from doorward.features.directory.model import AccountShown, ViewAccount
from doorward.features.groups.model import ShowMemberships
from doorward.features.lockout.actions.attempts import failures_of
from doorward.features.lockout.model import Factor
from doorward.features.notices.actions import mail_of
from doorward.features.otp.actions import token_of
from doorward.features.sessions.actions import live_sessions
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE

TABS = ("general", "two-factor", "sign-in", "sessions", "roles", "groups", "history")
_LATEST = 8
_FEW_MAILS = 10

FIELDS = {
    "request.reason": "reason",
    "accounts.name_taken": "user_name",
    "accounts.name_missing": "{field}",
    "accounts.name_too_long": "{field}",
    "accounts.name_malformed": "{field}",
    "accounts.email_malformed": "email",
    "accounts.email_missing": "email",
    "protection.required": "proof",
    "protection.wrong": "proof",
    "passkeys.expired": "proof",
    "otp.malformed": "proof_code",
}
"""At which field of an account's forms a refusal stands."""
Errors = dict[str, str]
"""What was wrong with a form, in words, by its fields."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form said that was refused: shown again, with the refusal."""

    refused: Refused | None = None
    tab: str = "general"
    stage: str | None = None
    form: dict[str, str] = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)
    temporary_code: dict[str, Any] | None = None


def show_account(visit: Visit) -> Response:
    """Show an account: opening it is an act, and recorded."""
    tab = visit.query.get("tab", "general")
    return page(visit, Typed(tab=tab if tab in TABS else "general", stage=visit.query.get("stage")))


@signed_in
def page(visit: Visit, shown: SessionShown, typed: Typed) -> Response:
    """Show an account's page, with what a form said that was refused."""
    account = account_in(visit)
    viewed = account if isinstance(account, Refused) else visit.run(view_account, ViewAccount(account))
    if isinstance(viewed, Refused):
        return visit.problem(viewed, "/console/users")
    with visit.reading() as call:
        values = _TABS[typed.tab](visit, call, viewed)
        undo = undo_of(call, visit.query.get("done", ""), viewed.account, shown)
    refused, frame = typed.refused, shell(visit, shown)
    if undo is not None and frame["notice"] is not None:
        frame["notice"]["undo"] = undo
    return visit.show(
        "account.html",
        status_of(refused),
        **frame,
        **_frame(shown, viewed, typed),
        **values,
    )


def _frame(shown: SessionShown, viewed: AccountShown, typed: Typed) -> dict[str, Any]:
    """Return what every tab shows; a refusal that has no field on the page is told above it."""
    gone = typed.stage == "unlock" and viewed.account.lock is None
    at_field = typed.refused is not None and bool(typed.errors) and not gone
    return {
        "account": viewed.account,
        "story": viewed.lock_story,
        "barred_by": _barred_by(viewed),
        "created_at": viewed.created_at,
        "own": viewed.account.id == shown.session.account,
        "may": permissions(viewed.permissions),
        "must_change_password": viewed.must_change_password,
        "has_password": viewed.has_password,
        "tab": typed.tab,
        "stage": typed.stage,
        "form": typed.form,
        "errors": typed.errors,
        "refusal": None if at_field else typed.refused,
        "temporary_code": typed.temporary_code,
        "proof": proof_asked(viewed.account.protected, typed.errors),
    }


def _general(_: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    """Show the latest that happened; looks at the account stand in its whole history."""
    entries = entries_of_target(call, viewed.account.id, DEFAULT_PAGE, None).entries
    return {"history": [one for one in entries if one.act != "accounts.viewed"][:_LATEST]}


def _two_factor(_: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    return {
        "key": viewed.key,
        "token": token_of(call, viewed.account.id),
        "passkeys": viewed.passkeys,
        "recovery_codes_left": viewed.recovery_codes_left,
        "allowlist": viewed.allowlist,
        "key_disabled_at": viewed.key_disabled_at,
        "exclusion": viewed.exclusion,
        "mails": list(mail_of(call, viewed.account.id, _FEW_MAILS)),
    }


def _sign_in(_: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    account = viewed.account.id
    counted = {one.value: failures_of(call, account, one) for one in Factor}
    counters = {name: {"failures": failures, "limit": limit} for name, (failures, limit) in counted.items()}
    mails = list(mail_of(call, account, DEFAULT_PAGE))
    return {"counters": counters, "mails": mails, "serving": accounts.serving(call, account)}


def _sessions(visit: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    standing = accounts.load(call, viewed.account.id)
    if standing is None:
        return {"sessions": []}
    return {
        "sessions": list(live_sessions(call, standing)),
        "devices": list(live_devices(call, standing)),
        "ending": visit.form.get("session") or visit.query.get("session", ""),
        "forgetting": visit.form.get("device") or visit.query.get("device", ""),
    }


def _roles(visit: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    del call
    return account_roles.tab(visit, viewed)


def _groups(visit: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    del call
    query = visit.query.get("find", "")
    shown = visit.run(show_memberships, ShowMemberships(viewed.account.id, query))
    if isinstance(shown, Refused):
        return {"inside": [], "outside": [], "more_groups": False, "find": query}
    return {
        "inside": [{"group": one, "may": permission(no is None, no)} for one, no in shown.inside],
        "outside": [{"group": one, "may": permission(no is None, no)} for one, no in shown.outside],
        "more_groups": shown.more,
        "find": query,
    }


def _history(visit: Visit, call: Call, viewed: AccountShown) -> dict[str, Any]:
    before = visit.query.get("before")
    found = entries_of_target(call, viewed.account.id, DEFAULT_PAGE, _id(before))
    address = f"/console/users/{viewed.account.id}?tab=history"
    following = None if found.next_id is None else f"{address}&before={found.next_id}"
    page_of = {"shown": len(found.entries), "first": address if before else None, "next": following}
    return {"history": list(found.entries), "page": page_of, "removed_until": found.removed_until}


_TABS: dict[str, Callable[[Visit, Call, AccountShown], dict[str, Any]]] = {
    "general": _general,
    "two-factor": _two_factor,
    "sign-in": _sign_in,
    "sessions": _sessions,
    "roles": _roles,
    "groups": _groups,
    "history": _history,
}


def _barred_by(viewed: AccountShown) -> dict[str, Any] | None:
    """Return who locked the account by hand, and why."""
    story = viewed.lock_story
    return None if story is None or story.by is None else {"name": story.by, "why": story.why}


def _id(text: str | None) -> UUID | None:
    return None if text is None else parse_id(text)


def proof_asked(protected: bool, errors: Errors) -> dict[str, Any] | None:  # noqa: FBT001 - the fact itself
    """Return what was wrong with the proof before, where forms ask for account protection; else None (PROT-1)."""
    return {"error": errors.get("proof", ""), "code_error": errors.get("proof_code", "")} if protected else None


def again(visit: Visit, refused: Refused, tab: str, stage: str | None = None, errors: Errors | None = None) -> Response:
    """Show the page once more with what was typed, and why it was refused; codes are typed anew."""
    if refused.code in {"session.required", "accounts.not_found"}:
        return visit.problem(refused, "/console/users")
    kept = {name: value for name, value in visit.kept.items() if not name.endswith("_code")}
    return page(visit, Typed(refused, tab, stage, kept, at_field(refused, FIELDS) if errors is None else errors))


def account_address(account: AccountId, tab: str = "general", done: str = "") -> str:
    """Return the address of an account's page."""
    query = "&".join(
        part for part in ("" if tab == "general" else f"tab={tab}", f"done={done}" if done else "") if part
    )
    return f"/console/users/{account}" + (f"?{query}" if query else "")
