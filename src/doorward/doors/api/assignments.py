"""Roles as they are held, over whom and through which group, as the API takes and tells them (RIGHT-3)."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from doorward.doors.api.given import Body
from doorward.doors.api.shapes import Page, Shape
from doorward.features.rights.model.acts.granting import RolesOf, Wanted
from doorward.features.rights.model.facts import Assignment, Effect
from doorward.kernel.ids import GroupId

HANDING_ON = (
    "request.reason", "session.second_factor_required", "rights.unknown_role", "rights.not_held", "rights.self",
    "rights.last_administrator", "groups.not_found",
)  # fmt: skip
"""Codes of every change of roles."""


class GroupNamed(Shape):
    """A group by its id and name."""

    id: UUID | None = Field(description="null where the group is outside the caller's scope (RIGHT-3)")
    name: str | None = Field(description="null where the group is outside the caller's scope")


class AssignmentJson(Shape):
    """A role that an account or a group holds, or is denied, over everything or over the members of a group."""

    role: str
    effect: Effect
    scope: Literal["everything", "group"]
    group: GroupNamed | None = Field(description="over whose members, where the scope is a group")
    through: GroupNamed | None = Field(description="the group that gives it; null where the account holds it itself")


class NewAssignment(Body):
    """A role to hold, or to be denied, over everything or over the members of groups."""

    role: str
    effect: Effect = Field(Effect.ALLOW, strict=False)
    groups: list[str] | None = Field(
        None, min_length=1, max_length=50, description="ids or names; left out: everything"
    )


def wanted_of(roles: list[str | NewAssignment]) -> tuple[Wanted, ...]:
    """Read which roles are to be held."""
    return tuple(
        Wanted(one)
        if isinstance(one, str)
        else Wanted(one.role, one.effect, None if one.groups is None else tuple(one.groups))
        for one in roles
    )


def assignments_json(held: RolesOf) -> Page[AssignmentJson]:
    """Return what is held."""
    return Page(items=[assignment_json(one, dict(held.names)) for one in held.assignments], next=None)


def assignment_json(one: Assignment, names: dict[GroupId, str]) -> AssignmentJson:
    """Tell one assignment; a group outside the caller's scope is not named."""

    def named(group: GroupId | None) -> GroupNamed | None:
        if group is None:
            return None
        return GroupNamed(id=group if group in names else None, name=names.get(group))

    return AssignmentJson(
        role=one.role,
        effect=one.effect,
        scope="everything" if one.scope.group is None else "group",
        group=named(one.scope.group),
        through=named(one.through),
    )
