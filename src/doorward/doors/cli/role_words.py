"""Roles and assignments as the command line spells them: the same names as in the HTTP API."""

from collections.abc import Mapping
from typing import Any

from doorward.features.rights.model.acts.granting import RolesOf
from doorward.features.rights.model.facts import Assignment, Role
from doorward.kernel.ids import GroupId

Names = Mapping[GroupId, str]


def role_json(shown: Role) -> dict[str, Any]:
    """Spell a role."""
    return {
        "name": shown.name,
        "title": shown.title,
        "rights": sorted(shown.rights),
        "reaches_higher": shown.reaches_higher,
        "shipped": shown.version == 0,
        "version": shown.version,
    }


def roles_json(held: RolesOf) -> list[dict[str, Any]]:
    """Spell what an account or a group holds."""
    return [assignment_json(one, held.names) for one in held.assignments]


def assignment_json(one: Assignment, names: Names) -> dict[str, Any]:
    """Spell an assignment."""
    return {
        "role": one.role,
        "effect": one.effect.value,
        "scope": "everything" if one.scope.group is None else "group",
        "group": _group(one.scope.group, names),
        "through": _group(one.through, names),
    }


def held_rows(held: RolesOf) -> list[tuple[str, str, str, str]]:
    """Spell what an account or a group holds as rows: role, effect, over whom, through which group."""
    return [
        (one.role, one.effect.value, over(one, held.names), _name(one.through, held.names)) for one in held.assignments
    ]


def over(one: Assignment, names: Names) -> str:
    """Say over whom an assignment is."""
    return "everything" if one.scope.group is None else f"group {_name(one.scope.group, names)}"


def through(one: Assignment, names: Names) -> str:
    """Return which role brings something, over whom and by which group."""
    by = "" if one.through is None else f", through group {_name(one.through, names)}"
    return f"{one.role} over {over(one, names)}{by}"


def _group(group: GroupId | None, names: Names) -> dict[str, Any] | None:
    return None if group is None else {"id": group, "name": _name(group, names)}


def _name(group: GroupId | None, names: Names) -> str:
    return "" if group is None else names.get(group, str(group))
