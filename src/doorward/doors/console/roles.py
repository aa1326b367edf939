"""Roles: what each holds, and making, changing and deleting those of one's own."""

from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import permission, shell, signed_in, word_for
from doorward.doors.console.pages import at_field
from doorward.doors.console.role_forms import ROLE_WORDS, role_choices
from doorward.doors.console.visit import Visit
from doorward.features.rights.actions.facts import areas
from doorward.features.rights.actions.granting import show_granting
from doorward.features.rights.actions.roles import add_role, delete_role, edit_role, list_roles, show_role
from doorward.features.rights.model.acts.granting import ShowGranting
from doorward.features.rights.model.acts.roles import AddRole, DeleteRole, EditRole, ListRoles, RoleShown, ShowRole
from doorward.features.rights.model.facts import Role
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused

_ROLES = "/console/roles"
_FIELDS = {
    "request.reason": "reason",
    "rights.role_taken": "name",
    "rights.shipped_role": "name",
    "rights.role_malformed": "{field}",
}
_OF_NO_RIGHTS = "no-access"
"""Whoever may hand on not even this one may make no role either."""


def show_roles(visit: Visit) -> Response:
    """Show what each role holds, and how many hold it."""
    return _page(visit, None, visit.query.get("stage"), visit.query.get("role", ""))


def take_role(visit: Visit) -> Response:
    """Make a role of one's own."""
    form = visit.form
    role = Role(form.get("name", "").strip(), form.get("title", ""), frozenset(visit.chosen), _reaches_higher(visit))
    outcome = visit.run_with_reason(add_role, AddRole(role, form.get("reason", "")))
    return _page(visit, outcome, "add") if isinstance(outcome, Refused) else visit.go(f"{_ROLES}?done=role-added")


def edit(visit: Visit) -> Response:
    """Change a role of one's own; the form says all of it."""
    name, form = visit.request.path_params["role"], visit.form
    fields = (form.get("title", ""), frozenset(visit.chosen), _reaches_higher(visit))
    outcome = visit.run_with_reason(edit_role, EditRole(name, *fields, visit.version, form.get("reason", "")))
    if isinstance(outcome, Refused):
        return _page(visit, outcome, "edit", name)
    return visit.go(f"{_ROLES}?done={word_for(outcome, 'role-saved')}")


def delete(visit: Visit) -> Response:
    """Delete a role of one's own that nobody holds."""
    name = visit.request.path_params["role"]
    outcome = visit.run_with_reason(delete_role, DeleteRole(name, visit.form.get("reason", "")))
    return (
        _page(visit, outcome, "delete", name)
        if isinstance(outcome, Refused)
        else visit.go(f"{_ROLES}?done=role-deleted")
    )


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None, stage: str | None, name: str = "") -> Response:
    listed = visit.run(list_roles, ListRoles())
    if isinstance(listed, Refused):
        return visit.problem(listed, "/console")
    may = {one["name"]: one["may"] for one in role_choices(visit)}
    higher = visit.run(show_granting, ShowGranting())
    barred = higher if isinstance(higher, Refused) else higher.reaching_higher
    rows = [_row(visit, role, may.get(role.name, permission(allowed=False))) for role in listed.roles]
    errors = at_field(refused, _FIELDS)
    return visit.form_page(
        "roles.html",
        refused,
        errors,
        **shell(visit, shown),
        roles=rows,
        areas=areas(),
        may={"add": may.get(_OF_NO_RIGHTS, permission(allowed=False)), "higher": permission(barred is None, barred)},
        stage=stage,
        staged=next((row for row in rows if row["name"] == name and not row["shipped"]), None),
        form={**visit.form, "rights": set(visit.chosen)} if visit.form else None,
    )


def _row(visit: Visit, role: Role, may: dict[str, Any]) -> dict[str, Any]:
    counted = visit.run(show_role, ShowRole(role.name))
    held = (counted.accounts, counted.groups) if isinstance(counted, RoleShown) else (0, 0)
    return {
        "name": role.name,
        "title": role.title,
        "words": ROLE_WORDS.get(role.name, ""),
        "rights": set(role.rights),
        "reaches_higher": role.reaches_higher,
        "shipped": role.version == 0,
        "version": role.version,
        "accounts": held[0],
        "groups": held[1],
        "may": may,
    }


def _reaches_higher(visit: Visit) -> bool:
    return visit.form.get("reaches_higher") == "1"
