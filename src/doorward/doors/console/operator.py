"""What every page of an operator needs: who they are, what they may, and how one act of a form is run."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from starlette.responses import Response

from doorward.doors.console.visit import Page, Visit
from doorward.features.directory.actions import count_locked
from doorward.features.directory.model import CountLocked
from doorward.features.rights.model.facts import Permission
from doorward.features.sessions.model import SessionShown
from doorward.kernel.act import Act
from doorward.kernel.ids import AccountId, GroupId, parse_id
from doorward.kernel.outcome import Done, Refused, Unchanged
from doorward.kernel.sentences import sentence

P = ParamSpec("P")

DONE = {
    "unlocked": "The account is unlocked.",
    "relocked": "The unlock is taken back: the lock is as it was.",
    "add-undone": "The entry is taken back: the account is off the allowlist.",
    "open": "The account was not locked.",
    "locked": "The account is locked, and its sessions have ended.",
    "enabled": "The account is enabled.",
    "disabled": "The account is disabled, and its sessions have ended.",
    "password-reset": "A link to set a new password is on its way.",
    "key-reset": "The secret key is reset: the next sign-in that asks for one sets up a new one.",
    "key-deleted": "The secret key is deleted: the account is blocked until somebody allows it.",
    "allowed": "The account is on the allowlist.",
    "withdrawn": "The account is off the allowlist.",
    "excluded": "The account signs in without a second factor.",
    "included": "The account needs a second factor again.",
    "sessions-ended": "The sessions have ended.",
    "devices-revoked": "The device is asked for a code by e-mail again.",
    "saved": "The changes are saved.",
    "protected": "The account is protected: each change asks for a password and a code, or a passkey.",
    "unprotected": "The account is no longer protected.",
    "added": "The account is added.",
    "role-granted": "The role is given.",
    "role-revoked": "The role is taken away.",
    "role-added": "The role is there. Nobody holds it yet: it is given on the page of an account or a group.",
    "role-saved": "The role is saved: whoever holds it holds what it says now.",
    "role-deleted": "The role is deleted.",
    "group-role-granted": "Every member of the group holds the role now, or is denied it.",
    "group-role-revoked": "The group no longer gives this role to its members.",
    "unchanged": "Nothing had to be changed.",
    "rules-added": "The set is there, and says what the default rules say. Assign it to a group to let it serve.",
    "rules-ranked": "The order is saved, and everybody is served accordingly.",
    "rules-deleted": "The set is deleted.",
    "rules-assigned": "The members of the group are served by this set, as far as no set of lower rank serves them.",
    "rules-withdrawn": "The group no longer names this set.",
    "group-added": "The group is added. Nobody is in it yet.",
    "group-saved": "The group is saved.",
    "group-deleted": "The group is deleted.",
    "members-added": "The group has its new members.",
    "members-removed": "They are no longer in the group.",
    "groups-joined": "The account is in its new groups.",
    "groups-left": "The account is no longer in the group.",
    "stopped": "The job is stopped. What was done stays done.",
    "retried": "The mail is tried again now.",
    "host-added": "The host is added. Its web server’s configuration stands below.",
    "host-removed": "The host is removed: within a second nobody is signed in there any more.",
    "token-assigned": "The hardware token is assigned: the next sign-in asks for its code.",
    "token-unassigned": "The hardware token is in stock.",
    "token-in-step": "The hardware token is in step again: the code that it shows next is right.",
    "token-retired": "The hardware token is retired.",
    "password-changed": "Your password is changed, and your other sessions have ended.",
    "passkey-added": "The passkey is yours. It can be used to sign in from now on.",
    "passkey-removed": "The passkey is removed, and your other sessions have ended.",
    "key-discarded": "The new key is forgotten; your present key is in force.",
}
"""What a page says about the request before it: words of ours, chosen by the address, never taken from it."""


def word_for(outcome: Done | Unchanged, done: str) -> str:
    """Return the word by which the next page says what came of a form: what was done, if anything was."""
    return "unchanged" if isinstance(outcome, Unchanged) else done


def signed_in(
    view: Callable[Concatenate[Visit, SessionShown, P], Response],
) -> Callable[Concatenate[Visit, P], Response]:
    """Make a page of whoever is signed in: others are led to sign-in, a recovery code's session to the own page."""

    @wraps(view)
    def show(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        shown = visit.session()
        if isinstance(shown, Refused):
            return visit.problem(shown)
        if shown.session.own_page_only and not visit.request.url.path.startswith("/me"):
            return visit.go("/me")
        return view(visit, shown, *args, **kwargs)

    return show


def shell(visit: Visit, shown: SessionShown) -> dict[str, Any]:
    """Return what the console's frame shows."""
    done = DONE.get(visit.query.get("done", ""))
    return {
        "me": {
            "user_name": shown.session.user_name,
            "full_name": shown.full_name,
            "proves_by_passkey": lambda: not shown.session.own_page_only and visit.proves_by_passkey(),
        },
        "rights": set() if shown.session.own_page_only else set(shown.rights),
        "counts": {"locked": _locked_now(visit, shown), "mail": None},
        "notice": {"text": done, "undo": None} if done else None,
    }


def _locked_now(visit: Visit, shown: SessionShown) -> int | None:
    """Count who is locked now, for the menu; nobody counts what the session may not list."""
    if shown.session.own_page_only or "users:read" not in shown.rights:
        return None
    counted = visit.run(count_locked, CountLocked())
    return None if isinstance(counted, Refused) else counted.automatic + counted.by_hand


def permissions(asked: Mapping[str, Permission]) -> dict[str, dict[str, Any]]:
    """Put permissions as pages grey their buttons: allowed or not, and the reason in words."""
    return {name: permission(one.allowed, one.reason) for name, one in asked.items()}


def permission(allowed: bool, refused: Refused | None = None) -> dict[str, Any]:  # noqa: FBT001 - the answer itself
    """Put one permission for a page."""
    return {"allowed": allowed, "reason": None if refused is None else sentence(refused)}


def barred(shown: SessionShown, act: Act) -> Refused | None:
    """Return what bars a session from an act, whomever it is about.

    A session's rights are those that it can use: one without the second factor holds none that asks for it (KEY-7).
    """
    right = act.right or ""
    return None if right in shown.rights else Refused("rights.missing", {"right": right})


def may(shown: SessionShown, act: Act) -> dict[str, Any]:
    """Put whether a session may do an act, whomever it is about, for a page."""
    refused = barred(shown, act)
    return permission(refused is None, refused)


def may_each(visit: Visit, act: Act, commands: Sequence[Any]) -> dict[AccountId, dict[str, Any]]:
    """Put whether the visitor may do an act to each of many accounts, by the decision that guards it (RIGHT-7)."""
    refusals = visit.refusals_of(act, commands) if commands else []
    return {one.account: permission(no is None, no) for one, no in zip(commands, refusals, strict=True)}


def may_now(visit: Visit, act: Act, command: object) -> dict[str, Any]:
    """Put the same of an act about nobody in particular, or about one."""
    refused = visit.refusal_of(act, command)
    return permission(refused is None, refused)


def for_account(view: Callable[[Visit, AccountId], Response]) -> Page:
    """Make a form of what is done to the account that the page's address names."""

    @wraps(view)
    def take(visit: Visit) -> Response:
        account = account_in(visit)
        return visit.problem(account, "/console/users") if isinstance(account, Refused) else view(visit, account)

    return take


def for_group(view: Callable[[Visit, GroupId], Response]) -> Page:
    """Make a form of what is done to the group that the page's address names."""

    @wraps(view)
    def take(visit: Visit) -> Response:
        group = group_in(visit)
        return visit.problem(group, "/console/groups") if isinstance(group, Refused) else view(visit, group)

    return take


def account_in(visit: Visit) -> AccountId | Refused:
    """Read the account from the page's address."""
    found = parse_id(visit.request.path_params["account"])
    return Refused("accounts.not_found") if found is None else AccountId(found)


def group_in(visit: Visit) -> GroupId | Refused:
    """Read the group from the page's address."""
    found = parse_id(visit.request.path_params["group"])
    return Refused("groups.not_found") if found is None else GroupId(found)


def listed_accounts(visit: Visit) -> tuple[AccountId, ...] | Refused:
    """Read the accounts that a form has selected."""
    found = [parse_id(text) for text in visit.chosen]
    if any(one is None for one in found):
        return Refused("accounts.not_found")
    return tuple(AccountId(one) for one in found if one is not None)
