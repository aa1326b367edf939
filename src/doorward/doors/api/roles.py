"""`/roles`: the shipped ones, and roles of one's own (RIGHT-2, RIGHT-3)."""

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Body, IfMatch, NewFlag, NewText, Reason
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.features.rights.actions.roles import add_role, delete_role, edit_role, list_roles, show_role
from doorward.features.rights.model.acts.roles import (
    AddRole,
    DeleteRole,
    EditRole,
    ListRoles,
    RoleAdded,
    RoleDeleted,
    RoleShown,
    RolesListed,
    ShowRole,
)
from doorward.features.rights.model.facts import Role
from doorward.kernel.outcome import Refused

routes = Routes("roles")

_ROLE = (
    "request.reason", "session.second_factor_required", "rights.unknown_right", "rights.role_malformed",
    "rights.not_held", "rights.shipped_role",
)  # fmt: skip


class RoleJson(Shape):
    """A named set of rights."""

    name: str
    title: str
    rights: list[str]
    reaches_higher: bool = Field(description="its holders act on accounts that hold more rights than they do")
    shipped: bool = Field(description="it came with the server, and stays as it is")
    version: int


class HeldRoleJson(RoleJson):
    """A role, and how many hold it or are denied it."""

    accounts: int
    groups: int


class NewRole(Body):
    """A role of one's own."""

    name: str = Field(description="1 to 40 small letters, digits and hyphens, beginning with a letter")
    title: str = Field(description="1 to 200 characters")
    rights: list[str] = Field(max_length=50)
    reaches_higher: bool = False
    reason: Reason | None = None


class RoleChanges(Body):
    """What to change; what is left out stays as it is."""

    title: NewText = None
    rights: list[str] | None = Field(None, max_length=50)
    reaches_higher: NewFlag = None
    reason: Reason | None = None


class RoleReason(Body):
    """Why, if it is to be said."""

    reason: Reason | None = None


@routes.on("GET /roles", list_roles, Page[RoleJson])
def read_roles(asked: Holder) -> Response:
    """List the roles with their rights, the shipped ones first."""
    return asked.told(asked.run(list_roles, ListRoles()), _roles)


@routes.on("POST /roles", add_role, RoleJson, (*_ROLE, "rights.role_taken"), 201)
def create_role(body: NewRole, asked: Holder) -> Response:
    r"""Make a role of one's own, of rights that you hold yourself over everything.

    curl -s https://login.example.org/api/v1/roles -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"name": "night-desk", "title": "Night desk", "rights": ["users:read"]}'
    """
    role = Role(body.name, body.title, frozenset(body.rights), body.reaches_higher)
    outcome = asked.run(add_role, AddRole(role, body.reason))
    if isinstance(outcome, RoleAdded):
        return answer(_role(outcome.role), 201, headers={"location": f"{PREFIX}/roles/{outcome.role.name}"})
    return asked.refuse(outcome)


@routes.on("GET /roles/{name}", show_role, HeldRoleJson, ("rights.unknown_role",))
def read_role(name: str, asked: Holder) -> Response:
    """Read one role, and how many accounts and groups hold it."""
    return asked.told(asked.run(show_role, ShowRole(name)), _held_role)


@routes.on(
    "PUT /roles/{name}", edit_role, RoleJson,
    (*_ROLE, "rights.unknown_role", "rights.role_version_lost", "rights.protected_holder",
     "rights.last_administrator"),
)  # fmt: skip
def change_role(name: str, body: RoleChanges, asked: Holder, if_match: IfMatch = None) -> Response:
    """Change a role of one's own: everybody who holds it holds what it says from now on.

    Counts as granting it: you hold every right of it yourself, before and after. `If-Match` may name the version.
    """
    rights = None if body.rights is None else frozenset(body.rights)
    outcome = asked.run(edit_role, EditRole(name, body.title, rights, body.reaches_higher, if_match, body.reason))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_role(outcome.role))


@routes.on("DELETE /roles/{name}", delete_role, OutcomeJson, (*_ROLE, "rights.unknown_role", "rights.role_held"))
def remove_role(name: str, asked: Holder, body: RoleReason | None = None) -> Response:
    """Delete a role of one's own that nobody holds."""
    return asked.told(asked.run(delete_role, DeleteRole(name, None if body is None else body.reason)), _deleted)


def _role(role: Role) -> RoleJson:
    return RoleJson(
        name=role.name,
        title=role.title,
        rights=sorted(role.rights),
        reaches_higher=role.reaches_higher,
        shipped=role.version == 0,
        version=role.version,
    )


def _roles(listed: RolesListed) -> Page[RoleJson]:
    return Page(items=[_role(role) for role in listed.roles], next=None)


def _held_role(shown: RoleShown) -> HeldRoleJson:
    return HeldRoleJson(**_role(shown.role).model_dump(), accounts=shown.accounts, groups=shown.groups)


def _deleted(outcome: RoleDeleted) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)
