"""Roles, who holds them, and "why can't I?" (RIGHT-2, RIGHT-4, RIGHT-7)."""

from typing import Any

from fastapi import Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, Reasoned, proof_of
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import ActedJson, Page, Shape
from doorward.features.rights.actions import grant_role, list_roles, revoke_role, show_permissions, show_roles_of
from doorward.features.rights.model import (
    Effect,
    GrantRole,
    ListRoles,
    Permission,
    PermissionsShown,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    RolesListed,
    RolesOf,
    RolesUnchanged,
    Scope,
    ShowPermissions,
    ShowRolesOf,
)
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

routes = Routes("rights")

Granting = RoleGranted | RoleRevoked | RolesUnchanged | Refused

_GRANT = (
    "accounts.not_found", "request.reason", "session.second_factor_required", "rights.higher_target", "rights.self",
    "rights.unknown_role", "rights.not_held", "rights.last_administrator", "rights.internal_only",
)  # fmt: skip


class PermissionJson(Shape):
    """The answer to "may I?", its two questions answered apart."""

    allowed: bool
    has_right: bool = Field(description="may you by right")
    session_used_second_factor: bool = Field(description="was this session opened with the second factor")
    reason: str | None = Field(description="the code that the act would be refused with; null where it is allowed")


class PermissionsJson(Shape):
    """What the caller may do to an account."""

    unlock: PermissionJson
    lock: PermissionJson
    reset_secret_key: PermissionJson
    delete_secret_key: PermissionJson
    allow_set_up: PermissionJson
    exclude: PermissionJson
    edit: PermissionJson


class RoleJson(Shape):
    """A named set of rights."""

    name: str
    title: str
    rights: list[str]


class AssignmentJson(Shape):
    """A role that an account holds."""

    role: str
    effect: Effect
    scope: Scope


class Roles(Reasoned):
    """The roles that an account is to hold: these and no others."""

    roles: list[str]


@routes.on("GET /roles", list_roles, Page[RoleJson])
def read_roles(asked: Holder) -> Response:
    """List the roles with their rights."""
    return asked.told(asked.run(list_roles, ListRoles()), _roles)


@routes.on("GET /accounts/{account}/permissions", show_permissions, PermissionsJson, ("accounts.not_found",))
def read_permissions(account: AccountIn, asked: Holder) -> Response:
    """Tell what the caller may do to an account, and why not: the same decision that guards the act."""
    return asked.told(asked.run(show_permissions, ShowPermissions(account)), _permissions)


@routes.on("GET /accounts/{account}/roles", show_roles_of, Page[AssignmentJson], ("accounts.not_found",))
def read_roles_of(account: AccountIn, asked: Holder) -> Response:
    """List the roles that an account holds."""
    return asked.told(asked.run(show_roles_of, ShowRolesOf(account)), _assignments)


@routes.on("PUT /accounts/{account}/roles", grant_role, ActedJson, _GRANT)
def set_roles(account: AccountIn, body: Roles, asked: Holder) -> Response:
    """Give an account these roles, and take all others from it.

    Each role given or taken is an act with its own entry: first those that are given, then those that are taken. The
    first refusal ends it; what was done before stands, and the same request can be sent again. On a protected account
    one `account_protection` serves them all.
    """
    before = asked.run(show_roles_of, ShowRolesOf(account))
    if isinstance(before, Refused):
        return asked.refuse(before)
    steps = _steps(account, body, {held.role for held in before.assignments})
    outcome: Granting = asked.changing.run_all(steps, proof_of(body))[-1] if steps else RolesUnchanged()
    return asked.acted(outcome, account)


def _steps(account: AccountId, body: Roles, held: set[str]) -> list[tuple[Action[Any, Any], GrantRole | RevokeRole]]:
    wanted = dict.fromkeys(body.roles)
    given = [(grant_role, GrantRole(account, role, body.reason)) for role in wanted if role not in held]
    taken = [(revoke_role, RevokeRole(account, role, body.reason)) for role in sorted(held) if role not in wanted]
    return [*given, *taken]


def _roles(listed: RolesListed) -> Page[RoleJson]:
    return Page(
        items=[RoleJson(name=role.name, title=role.title, rights=sorted(role.rights)) for role in listed.roles],
        next=None,
    )


def _permissions(shown: PermissionsShown) -> PermissionsJson:
    return PermissionsJson(**{name: _permission(one) for name, one in shown.permissions.items()})


def _permission(one: Permission) -> PermissionJson:
    return PermissionJson(
        allowed=one.allowed,
        has_right=one.has_right,
        session_used_second_factor=one.session_used_second_factor,
        reason=None if one.reason is None else one.reason.code,
    )


def _assignments(held: RolesOf) -> Page[AssignmentJson]:
    return Page(
        items=[AssignmentJson(role=one.role, effect=one.effect, scope=one.scope) for one in held.assignments],
        next=None,
    )
