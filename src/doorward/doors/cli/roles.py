"""`doorward role`: what roles there are, who holds them, and what follows for one person."""

from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, Group
from doorward.doors.cli.rehearsal import Rehearsal
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.rights.actions.facts import rights_of
from doorward.features.rights.actions.granting import grant_role, revoke_role, show_roles_of
from doorward.features.rights.actions.permissions import show_permissions
from doorward.features.rights.actions.roles import list_roles
from doorward.features.rights.model.acts import (
    GrantRole,
    ListRoles,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    ShowPermissions,
    ShowRolesOf,
)
from doorward.features.rights.model.facts import Permission, Role
from doorward.kernel.act import OnBehalf
from doorward.kernel.sentences import sentence


@click.group(cls=Group)
def role() -> None:
    """Show, grant, revoke and explain roles."""


@role.command("list", short_help="List the roles with their rights.")
@with_desk
def list_all(desk: Desk) -> None:
    """List the roles, with the rights that each holds."""
    found = desk.run(list_roles, ListRoles()).roles
    if desk.as_json:
        print_json({"items": [_role_json(each) for each in found], "next": None})
        return
    print_table(("role", "title", "rights"), [(r.name, r.title, sorted(r.rights)) for r in found], "There is no role.")


@role.command("show", short_help="Show a role's rights, or an account's roles.")
@NAME
@with_desk
def show(desk: Desk, name: str) -> None:
    """Show the rights of a role, or the roles of an account: NAME is looked up in this order."""
    for each in desk.run(list_roles, ListRoles()).roles:
        if each.name == name:
            _show_role(desk, each)
            return
    held = desk.run(show_roles_of, ShowRolesOf(desk.account(name))).assignments
    if desk.as_json:
        print_json(
            {"user_name": name, "roles": [{"role": a.role, "scope": str(a.scope), "effect": a.effect} for a in held]}
        )
        return
    rows = [(each.role, each.effect.value, str(each.scope)) for each in held]
    print_table(("role", "effect", "over"), rows, f"{name} holds no role, and reaches the own account page only.")


@role.command("grant")
@NAME
@click.argument("role_name", metavar="ROLE")
@REASON
@DRY_RUN
@with_desk
def grant(desk: Desk, name: str, role_name: str, reason: str | None) -> None:
    """Give NAME the role ROLE."""
    account = desk.account(name)
    outcome = desk.run(grant_role, GrantRole(account, role_name, reason))
    news = isinstance(outcome, RoleGranted)
    said = f"{name} is {role_name} now." if news else f"{name} held {role_name} already."
    desk.tell_of(outcome, said, account)


@role.command("revoke")
@NAME
@click.argument("role_name", metavar="ROLE")
@REASON
@YES
@DRY_RUN
@with_desk
def revoke(desk: Desk, name: str, role_name: str, reason: str | None, *, yes: bool) -> None:
    """Take the role ROLE from NAME."""
    account = desk.account(name)
    desk.confirm(f"Take the role {role_name} from {name}?", yes=yes)
    outcome = desk.run(revoke_role, RevokeRole(account, role_name, reason))
    news = isinstance(outcome, RoleRevoked)
    said = f"{name} is no longer {role_name}." if news else f"{name} did not hold {role_name}."
    desk.tell_of(outcome, said, account)


@role.command("explain", short_help="Say what somebody may do to whom, and why not.")
@NAME
@click.option("--on", "target", metavar="OTHER", help="The account that NAME would act on.")
@with_desk
def explain(desk: Desk, name: str, target: str | None) -> None:
    """Say which rights NAME holds and by which role; or what NAME may do to another account, and why not.

    The second is answered as if NAME had signed in with a second factor.
    """
    if target is None:
        _explain_rights(desk, name)
        return
    caller, wanted = OnBehalf(desk.account(name), used_second_factor=True), ShowPermissions(desk.account(target))
    # Rehearsed: a question about somebody is not a look of theirs at the account, and leaves no entry.
    outcome = Rehearsal.of(desk.opened.runtime).run(show_permissions, wanted, caller, desk.origin)
    permissions = desk.accepted(outcome).permissions
    if desk.as_json:
        print_json({act: _permission_json(answer) for act, answer in permissions.items()})
        return
    rows = [(act.replace("_", " "), answer.allowed, _why_not(answer)) for act, answer in permissions.items()]
    print_table(("act", "allowed", "because"), rows, "There is nothing to ask.")


def _explain_rights(desk: Desk, name: str) -> None:
    """Say which rights an account holds, and which of its roles bring each."""
    account = desk.account(name)
    held = {each.role for each in desk.run(show_roles_of, ShowRolesOf(account)).assignments}
    roles = [role for role in desk.run(list_roles, ListRoles()).roles if role.name in held]
    with desk.runtime.database.read() as sql:
        rights = sorted(rights_of(desk.runtime.call(sql, desk.origin), account))
    found = {right: [role.name for role in roles if right in role.rights] for right in rights}
    if desk.as_json:
        print_json({"user_name": name, "rights": found})
        return
    print_table(("right", "by role"), found.items(), f"{name} holds no right, and reaches the own account page only.")


def _show_role(desk: Desk, shown: Role) -> None:
    if desk.as_json:
        print_json(_role_json(shown))
        return
    click.echo(f"{shown.name} ({shown.title})")
    for right in sorted(shown.rights):
        click.echo(f"  {right}")


def _role_json(shown: Role) -> dict[str, Any]:
    return {"name": shown.name, "title": shown.title, "rights": sorted(shown.rights)}


def _permission_json(answer: Permission) -> dict[str, Any]:
    why = answer.reason
    return {
        "allowed": answer.allowed,
        "has_right": answer.has_right,
        "session_used_second_factor": answer.session_used_second_factor,
        "reason": None if why is None else {"code": why.code, "detail": sentence(why)},
    }


def _why_not(answer: Permission) -> str:
    return "" if answer.reason is None else f"{sentence(answer.reason)} ({answer.reason.code})"
