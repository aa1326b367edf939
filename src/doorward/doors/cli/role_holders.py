"""`doorward role grant`, `revoke` and their like for groups: who holds which role over whom."""

from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.groups import NAMED, group_meant
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, Command
from doorward.doors.cli.role_words import held_rows, roles_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.rights.actions.granting import grant_role, revoke_role
from doorward.features.rights.actions.group_roles import (
    grant_role_to_group,
    revoke_role_from_group,
    show_roles_of_group,
)
from doorward.features.rights.model.acts.granting import (
    GrantRole,
    GrantRoleToGroup,
    RevokeRole,
    RevokeRoleFromGroup,
    RoleGranted,
    RoleRevoked,
    RolesSet,
    ShowRolesOfGroup,
    Wanted,
)
from doorward.features.rights.model.facts import Effect

ROLE = click.argument("role_name", metavar="ROLE")
OVER = click.option("--group", "over", metavar="GROUP", help="Over the members of this group, by its name or id.")
DENY = click.option("--deny", is_flag=True, help="Deny it: a denial wins over whatever allows.")
DENIAL = click.option("--deny", is_flag=True, help="Take the denial away, not the role.")


@click.command("grant", cls=Command, short_help="Give somebody a role, or deny it.")
@NAME
@ROLE
@OVER
@DENY
@REASON
@DRY_RUN
@with_desk
def grant(desk: Desk, name: str, role_name: str, *, over: str | None, deny: bool, **given: Any) -> None:
    """Give NAME the role ROLE: over everything, or over the members of a group."""
    account = desk.account(name)
    outcome = desk.run(grant_role, GrantRole(account, role_name, given["reason"], _effect(deny=deny), over))
    where = _over(over)
    if deny:
        done, unchanged = f"{name} is denied {role_name}{where} now.", f"{name} was denied {role_name}{where} already."
    else:
        done, unchanged = f"{name} is {role_name}{where} now.", f"{name} held {role_name}{where} already."
    desk.tell_of(outcome, done if isinstance(outcome, RoleGranted) else unchanged, account)


@click.command("revoke", cls=Command, short_help="Take a role, or its denial, from somebody.")
@NAME
@ROLE
@OVER
@DENIAL
@REASON
@YES
@DRY_RUN
@with_desk
def revoke(desk: Desk, name: str, role_name: str, *, over: str | None, deny: bool, **given: Any) -> None:
    """Take the role ROLE from NAME: over the members of one group, or wherever NAME holds it.

    What NAME holds through a group stays: take NAME out of the group, or use `revoke-group`.
    """
    account, where = desk.account(name), _over(over)
    desk.confirm(f"Take the {'denial of the ' if deny else ''}role {role_name}{where} from {name}?", yes=given["yes"])
    command = RevokeRole(account, role_name, given["reason"], _effect(deny=deny), over)
    outcome = desk.run(revoke_role, command)
    if deny:
        done, unchanged = f"{name} is no longer denied {role_name}", f"{name} was not denied {role_name}"
    else:
        done, unchanged = f"{name} is no longer {role_name}", f"{name} did not hold {role_name}"
    desk.tell_of(outcome, f"{done if isinstance(outcome, RoleRevoked) else unchanged}{where}.", account)


@click.command("show-group", cls=Command, short_help="Show the roles that a group gives its members.")
@NAMED
@with_desk
def show_group(desk: Desk, named: str) -> None:
    """Show the roles that GROUP gives its members."""
    held = desk.run(show_roles_of_group, ShowRolesOfGroup(group_meant(desk, named)))
    if desk.as_json:
        print_json({"group": named, "roles": roles_json(held)})
        return
    rows = [(name, effect, over) for name, effect, over, _ in held_rows(held)]
    print_table(("role", "effect", "over"), rows, f"{named} gives its members no role.")


@click.command("grant-group", cls=Command, short_help="Let a group give its members a role, or deny it.")
@NAMED
@ROLE
@click.option("--over", metavar="GROUP", help="Over the members of this group, by its name or id.")
@DENY
@REASON
@DRY_RUN
@with_desk
def grant_group(desk: Desk, named: str, role_name: str, *, over: str | None, deny: bool, **given: Any) -> None:
    """Let GROUP give its members the role ROLE. This grants it to every one of them, and to whoever joins later."""
    command = GrantRoleToGroup(group_meant(desk, named), _wanted(role_name, over, deny=deny), given["reason"])
    outcome = desk.run(grant_role_to_group, command)
    verb, past = ("denies", "denied") if deny else ("gives", "gave")
    what = f"its members {role_name}{_over(over)}"
    said = f"{named} {verb} {what} now." if isinstance(outcome, RolesSet) else f"{named} {past} {what} already."
    desk.tell(outcome, said)


@click.command("revoke-group", cls=Command, short_help="Let a group no longer give, or deny, its members a role.")
@NAMED
@ROLE
@click.option("--over", metavar="GROUP", help="Over the members of this group; else over everything.")
@DENIAL
@REASON
@YES
@DRY_RUN
@with_desk
def revoke_group(desk: Desk, named: str, role_name: str, *, over: str | None, deny: bool, **given: Any) -> None:
    """Let GROUP no longer give its members the role ROLE. This takes it from every one of them."""
    group, verb = group_meant(desk, named), "deny" if deny else "give"
    what = f"its members {role_name}{_over(over)}"
    desk.confirm(f"Let {named} no longer {verb} {what}?", yes=given["yes"])
    command = RevokeRoleFromGroup(group, _wanted(role_name, over, deny=deny), given["reason"])
    outcome = desk.run(revoke_role_from_group, command)
    no_longer = f"{named} no longer {'denies' if deny else 'gives'} {what}."
    desk.tell(outcome, no_longer if isinstance(outcome, RolesSet) else f"{named} did not {verb} {what}.")


def _wanted(role_name: str, over: str | None, *, deny: bool) -> Wanted:
    return Wanted(role_name, _effect(deny=deny), None if over is None else (over,))


def _effect(*, deny: bool) -> Effect:
    return Effect.DENY if deny else Effect.ALLOW


def _over(group: str | None) -> str:
    return "" if group is None else f" over {group}"
