"""`doorward role`: what roles there are, and making, changing and deleting those of one's own."""

from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.role_explaining import explain
from doorward.doors.cli.role_holders import grant, grant_group, revoke, revoke_group, show_group
from doorward.doors.cli.role_words import held_rows, role_json, roles_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.rights.actions.granting import show_roles_of
from doorward.features.rights.actions.roles import add_role, delete_role, edit_role, list_roles, show_role
from doorward.features.rights.model.acts.granting import ShowRolesOf
from doorward.features.rights.model.acts.roles import (
    AddRole,
    DeleteRole,
    EditRole,
    ListRoles,
    RoleEdited,
    RoleShown,
    ShowRole,
)
from doorward.features.rights.model.facts import Role

RIGHTS = click.option(
    "--right", "rights", metavar="RIGHT", multiple=True, help="A right that it holds, such as users:read; repeat it."
)

EXAMPLES = """\b
Examples:
  doorward role add night-desk --title "Night desk" --right users:read --right users:unlock
  doorward role grant ada night-desk --group "Branch North" --reason "nights from May on"
  doorward role grant-group "Service desk" help-desk
  doorward role explain ada reset_secret_key bram
  doorward role explain --who reset_secret_key bram
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def role() -> None:
    """Show, make, grant, revoke and explain roles."""


@role.command("list", short_help="List the roles with their rights.")
@with_desk
def list_all(desk: Desk) -> None:
    """List the roles, with the rights that each holds: the shipped ones first, then your own."""
    found = desk.run(list_roles, ListRoles()).roles
    if desk.as_json:
        print_json({"items": [role_json(each) for each in found], "next": None})
        return
    rows = [(each.name, each.title, "yes" if each.version == 0 else "", sorted(each.rights)) for each in found]
    print_table(("role", "title", "shipped", "rights"), rows, "There is no role.")


@role.command("show", short_help="Show a role's rights, or an account's roles.")
@NAME
@with_desk
def show(desk: Desk, name: str) -> None:
    """Show a role and how many hold it, or the roles of an account: NAME is looked up in this order.

    Of an account it shows over whom each role is held, whether it is allowed or denied, and the group that gives it.
    """
    if any(each.name == name for each in desk.run(list_roles, ListRoles()).roles):
        _show_role(desk, desk.run(show_role, ShowRole(name)))
        return
    held = desk.run(show_roles_of, ShowRolesOf(desk.account(name)))
    if desk.as_json:
        print_json({"user_name": name, "roles": roles_json(held)})
        return
    columns = ("role", "effect", "over", "through")
    print_table(columns, held_rows(held), f"{name} holds no role, and reaches the own account page only.")


@role.command("add", short_help="Make a role of your own.")
@NAME
@click.option("--title", metavar="TEXT", required=True, help="What people call it.")
@RIGHTS
@click.option("--reaches-higher", is_flag=True, help="Its holders act on accounts that hold more rights than they do.")
@REASON
@DRY_RUN
@with_desk
def add(desk: Desk, name: str, *, title: str, rights: tuple[str, ...], **given: Any) -> None:
    """Make the role NAME: 1 to 40 small letters, digits and hyphens. Nobody holds it until it is granted."""
    wanted = Role(name, title, frozenset(rights), given["reaches_higher"])
    added = desk.run(add_role, AddRole(wanted, given["reason"]))
    desk.tell(added, f"{name} was added, with {_counted(added.role)}.", role=role_json(added.role))


@role.command("edit", short_help="Change a role of your own.")
@NAME
@click.option("--title", metavar="TEXT", help="What people call it.")
@RIGHTS
@click.option("--no-rights", is_flag=True, help="It holds no right any more.")
@click.option(
    "--reaches-higher/--no-reaches-higher",
    default=None,
    help="Whether its holders act on accounts that hold more rights than they do.",
)
@REASON
@DRY_RUN
@with_desk
def edit(desk: Desk, name: str, *, title: str | None, rights: tuple[str, ...], **given: Any) -> None:
    """Change the role NAME: whoever holds it holds what it says from now on.

    What is not named stays as it is. The rights are named as a whole: those that are left out, it no longer holds.
    """
    if rights and given["no_rights"]:
        raise click.UsageError("--no-rights goes with no --right.")
    wanted = frozenset(rights) if rights or given["no_rights"] else None
    outcome: Any = desk.run(edit_role, EditRole(name, title, wanted, given["reaches_higher"], reason=given["reason"]))
    news = isinstance(outcome, RoleEdited)
    said = f"{name} was changed: it has {_counted(outcome.role)}." if news else f"{name} was like that already."
    desk.tell(outcome, said, role=role_json(outcome.role))


@role.command("delete", short_help="Delete a role of your own that nobody holds.")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def delete(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Delete the role NAME. One that somebody holds, or is denied, stays: revoke it everywhere first."""
    desk.confirm(f"Delete the role {name}?", yes=yes)
    desk.tell(desk.run(delete_role, DeleteRole(name, reason)), f"{name} was deleted.")


for _command in (grant, revoke, show_group, grant_group, revoke_group, explain):
    role.add_command(_command)


def _show_role(desk: Desk, shown: RoleShown) -> None:
    about = shown.role
    if desk.as_json:
        print_json(role_json(about) | {"accounts": shown.accounts, "groups": shown.groups})
        return
    click.echo(f"{about.name} ({about.title})")
    for right in sorted(about.rights):
        click.echo(f"  {right}")
    if about.reaches_higher:
        click.echo("Its holders act on accounts that hold more rights than they do.")
    click.echo(f"Held by {_number(shown.accounts, 'account')} and {_number(shown.groups, 'group')}.")


def _counted(about: Role) -> str:
    return _number(len(about.rights), "right")


def _number(count: int, thing: str) -> str:
    return f"{count} {thing if count == 1 else f'{thing}s'}"
