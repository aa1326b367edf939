"""What pages about roles share: the choices that their forms offer, what they list, and what a form says."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.doors.console.operator import permission
from doorward.doors.console.visit import Visit
from doorward.features.groups.actions import list_groups
from doorward.features.groups.model import ListGroups
from doorward.features.rights.actions.granting import show_granting
from doorward.features.rights.actions.roles import list_roles
from doorward.features.rights.model.acts.granting import RolesOf, ShowGranting, Wanted
from doorward.features.rights.model.acts.roles import ListRoles
from doorward.features.rights.model.facts import Assignment, Effect, Role, Scope
from doorward.kernel.ids import GroupId, parse_id
from doorward.kernel.outcome import Refused

MOST_GROUPS = 200
"""At most this many groups are offered; further ones are for the command line."""

ROLE_WORDS = {
    "administrator": "Everything, over everybody.",
    "super-user": "Accounts and second factors of everybody; reads the rest.",
    "help-desk": "Finds locked accounts and unlocks them.",
    "auditor": "Reads everything, changes nothing.",
    "no-access": "No right at all.",
}
"""What each shipped role is for (RIGHT-2)."""

Names = Mapping[GroupId, str]


def role_choices(visit: Visit, barred: Refused | None = None, *, somewhere: bool = False) -> list[dict[str, Any]]:
    """List the roles, each with what it is for and whether the actor may give it (RIGHT-4)."""
    granting = visit.run(show_granting, ShowGranting(somewhere))
    if isinstance(granting, Refused):
        return []
    return [
        {
            "name": role.name,
            "title": role.title,
            "words": ROLE_WORDS.get(role.name, ""),
            "held": False,
            "may": permission((barred or refused) is None, barred or refused),
        }
        for role, refused in granting.roles
    ]


def group_choices(visit: Visit) -> list[dict[str, str]]:
    """List the groups over whose members a role can be given, as far as the actor reaches them."""
    found = visit.run(list_groups, ListGroups(limit=MOST_GROUPS))
    return [] if isinstance(found, Refused) else [{"id": str(r.group.id), "name": r.group.name} for r in found.groups]


def every_role(visit: Visit) -> dict[str, Role]:
    """Read the roles by their names; none for whoever may not."""
    listed = visit.run(list_roles, ListRoles())
    return {} if isinstance(listed, Refused) else {role.name: role for role in listed.roles}


def held_rows(held: RolesOf, roles: Mapping[str, Role]) -> list[dict[str, Any]]:
    """Put assignments for a page, each with whether the actor may take it away."""
    refusals = held.refused or (None,) * len(held.assignments)
    return [
        row_of(one, roles, held.names) | {"may": permission(refused is None, refused)}
        for one, refused in zip(held.assignments, refusals, strict=True)
    ]


def row_of(one: Assignment, roles: Mapping[str, Role], names: Names) -> dict[str, Any]:
    """Put one assignment for a page."""

    def named(group: GroupId | None) -> dict[str, str] | None:
        if group is None:
            return None
        there = group in names
        return {"id": str(group) if there else "", "name": names.get(group, "a group outside your scope")}

    hidden = one.scope.group is not None and one.scope.group not in names
    return {
        "role": one.role,
        "title": roles[one.role].title if one.role in roles else one.role,
        "denied": one.effect is Effect.DENY,
        "effect": one.effect.value,
        "over": named(one.scope.group),
        "scope": "" if hidden else str(one.scope),
        "through": named(one.through),
    }


def effective(held: Sequence[Assignment], roles: Mapping[str, Role], names: Names) -> list[dict[str, Any]]:
    """Say of each right that assignments speak of what brings it and what denies it, over whom."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in held:
        for right in roles[one.role].rights if one.role in roles else ():
            found.setdefault(right, []).append(row_of(one, roles, names))
    return [{"right": right, "sources": found[right]} for right in sorted(found)]


def wanted_in(visit: Visit) -> Wanted:
    """Read which role a form gives, over whom, and whether it is denied."""
    over = visit.form.get("over", "")
    return Wanted(visit.form.get("role", ""), _effect(visit), (over,) if over else None)


def taken_in(visit: Visit) -> Assignment | Refused:
    """Read which assignment a form takes away, as the list showed it."""
    scope = visit.form.get("scope", "")
    group = parse_id(scope.removeprefix("group:"))
    if scope != "everything" and group is None:
        return Refused("groups.not_found")
    found = Scope() if scope == "everything" or group is None else Scope(GroupId(group))
    return Assignment(visit.form.get("role", ""), _effect(visit), found)


def taking(visit: Visit) -> dict[str, str]:
    """Return the assignment that is about to be taken away, as the address or the form names it."""
    said = visit.form or visit.query
    return {"role": said.get("role", ""), "effect": said.get("effect", "allow"), "scope": said.get("scope", "")}


def _effect(visit: Visit) -> Effect:
    return Effect.DENY if visit.form.get("effect") == Effect.DENY.value else Effect.ALLOW
