"""The roles of an account: what its tab shows, giving one, taking one away, and "who can?" and "why can't I?"."""

from typing import Any

from doorward.doors.console import role_forms
from doorward.doors.console.operator import permission
from doorward.doors.console.visit import Visit
from doorward.features.accounts import actions as accounts
from doorward.features.directory.model import AccountShown
from doorward.features.rights.actions.explaining import explain_permission, list_who_may
from doorward.features.rights.actions.granting import grant_role, show_roles_on_page
from doorward.features.rights.actions.permissions import PERMISSIONS
from doorward.features.rights.model.acts.explaining import Explain, WhoMay, phrase
from doorward.features.rights.model.acts.granting import GrantRole, RolesOf, ShowRolesOf
from doorward.features.rights.model.facts import Role
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

_GRANT = grant_role.act


def tab(visit: Visit, viewed: AccountShown) -> dict[str, Any]:
    """Show what an account holds, and answer what was asked about it."""
    account = viewed.account.id
    barred = visit.refusal_of(_GRANT, GrantRole(account, ""))
    held = visit.run(show_roles_on_page, ShowRolesOf(account, judged=True))
    unread = held if isinstance(held, Refused) else None
    shown = RolesOf(()) if isinstance(held, Refused) else held
    roles = {} if unread is not None else role_forms.every_role(visit)
    rows = role_forms.held_rows(shown, roles)
    return {
        "unread": None if unread is None else sentence(unread),
        "held": [row | {"may": permission(allowed=False, refused=barred) if barred else row["may"]} for row in rows],
        "roles": role_forms.role_choices(visit, barred, somewhere=True),
        "group_choices": role_forms.group_choices(visit),
        "effective": role_forms.effective(shown.assignments, roles, shown.names),
        "acts": [(name, phrase(name, viewed.account.full_name or viewed.account.user_name)) for name in PERMISSIONS],
        "taking": role_forms.taking(visit),
        "asked": {name: visit.query.get(name, "") for name in ("who", "why", "actor")},
        "answer": None if unread is not None else _answer(visit, account, roles),
    }


def _answer(visit: Visit, account: AccountId, roles: dict[str, Role]) -> dict[str, Any] | None:
    """Answer the question that the address asks, if it asks one."""
    if who := visit.query.get("who", ""):
        return _who_may(visit, account, who, roles)
    if why := visit.query.get("why", ""):
        return _why_not(visit, account, why)
    return None


def _who_may(visit: Visit, account: AccountId, asked: str, roles: dict[str, Role]) -> dict[str, Any]:
    found = visit.run(list_who_may, WhoMay(account, asked))
    if isinstance(found, Refused):
        return {"refused": sentence(found)}
    people = [
        {
            "id": one.account,
            "user_name": one.user_name,
            "through": [role_forms.row_of(each, roles, found.names) for each in one.through],
        }
        for one in found.people
    ]
    return {"refused": None, "people": people, "right": found.right, "more": found.more}


def _why_not(visit: Visit, account: AccountId, asked: str) -> dict[str, Any]:
    name = visit.query.get("actor", "").strip()
    with visit.reading() as call:
        actor = accounts.find(call, name)
    if actor is None:
        return {"refused": f"Nobody is called “{name}”." if name else "Say whose question it is: a user name."}
    found = visit.run(explain_permission, Explain(account, actor.account.id, asked))
    if isinstance(found, Refused) and found.code == "accounts.not_found":
        return {"refused": f"Nobody is called “{name}”."}
    if isinstance(found, Refused):
        return {"refused": sentence(found)}
    refusal = None if found.refusal is None else sentence(found.refusal)
    return {"refused": None, "reasoning": found.reasoning, "allowed": found.allowed, "refusal": refusal, "name": name}
