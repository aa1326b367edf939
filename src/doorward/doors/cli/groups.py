"""`doorward group`: named sets of accounts, and who is in them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, REASON, YES, CommandGroup
from doorward.doors.cli.spelling import account_json
from doorward.doors.cli.telling import print_facts, print_json, print_table
from doorward.features.administration.actions.grouping import (
    add_group,
    add_member,
    delete_group,
    edit_group,
    remove_member,
)
from doorward.features.administration.actions.rule_sets import assign_password_rules
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import Search
from doorward.features.groups import actions as groups
from doorward.features.groups.actions import list_groups, view_group
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    AssignPasswordRules,
    DeleteGroup,
    EditGroup,
    GroupEdited,
    GroupRow,
    ListGroups,
    RemoveMember,
    RulesAssigned,
    ViewGroup,
)
from doorward.kernel.ids import AccountId, GroupId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import LARGEST_PAGE

NAMED = click.argument("named", metavar="GROUP")
ACCOUNTS = click.argument("names", metavar="NAME...", nargs=-1, required=True)

EXAMPLES = """\b
Examples:
  doorward group add "Branch North" --description "All of Harbour Street"
  doorward group add-member "Branch North" ada bram --reason "opened today"
  doorward account list --group "Branch North" --locked
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def group() -> None:
    """Show, add, edit and delete groups, and who is in them. GROUP is a group's name or id."""


@group.command("list", short_help="Search groups.")
@click.option("--query", metavar="TEXT", default="", help="Part of a name.")
@LIMIT
@click.option("--cursor", help="Go on where the last list ended.")
@with_desk
def list_all(desk: Desk, query: str, limit: int, cursor: str | None) -> None:
    """Search groups by name, each with how many accounts are in it."""
    after = None if cursor is None else parse_id(cursor)
    if cursor is not None and after is None:
        raise desk.refusal(Refused("list.cursor"))
    found = desk.run(list_groups, ListGroups(query, limit, None if after is None else GroupId(after)))
    if desk.as_json:
        print_json({"items": [_json(row) for row in found.groups], "next": found.next})
        return
    columns = ("group", "members", "password rules", "description")
    print_table(columns, [_row(row) for row in found.groups], "There is no group.")
    if found.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {found.next}", err=True)


@group.command("show", short_help="Show a group, and who is in it.")
@NAMED
@LIMIT
@click.option("--cursor", help="Go on where the last list of members ended.")
@with_desk
def show(desk: Desk, named: str, limit: int, cursor: str | None) -> None:
    """Show a group, and who is in it."""
    row = desk.run(view_group, ViewGroup(group_meant(desk, named))).row
    found = desk.run(search_accounts, Search(group=str(row.group.id), limit=limit, cursor=cursor))
    if desk.as_json:
        members = {"items": [account_json(one) for one in found.accounts], "next": found.next}
        print_json(_json(row) | {"members_page": members})
        return
    about = row.group
    print_facts(
        {
            "Name": about.name,
            "Description": about.description,
            "Password rules": about.password_rules,
            "Members": row.members,
            "Added": about.created_at,
            "Version": about.version,
            "Id": about.id,
        }
    )
    click.echo()
    columns = ("user name", "full name", "e-mail", "kind")
    rows = [(one.user_name, one.full_name, one.email, one.kind.value) for one in found.accounts]
    print_table(columns, rows, "Nobody is in it.")
    if found.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {found.next}", err=True)


@group.command("add")
@click.argument("name")
@click.option("--description", metavar="TEXT", default="", help="What the group is for.")
@REASON
@DRY_RUN
@with_desk
def add(desk: Desk, name: str, description: str, reason: str | None) -> None:
    """Add a group, empty."""
    added = desk.run(add_group, AddGroup(name, description, reason))
    desk.tell(added, f"{name} was added.", group=added.group)


@group.command("edit", short_help="Change a group's name, description or password rules.")
@NAMED
@click.option("--name", metavar="NAME", help="What it is to be called.")
@click.option("--description", metavar="TEXT", help='An empty one ("") removes it.')
@click.option("--rules", metavar="NAME", help="Which password rules serve its members; `default`: none of its own.")
@REASON
@DRY_RUN
@with_desk
def edit(desk: Desk, named: str, *, name: str | None, description: str | None, **given: Any) -> None:
    """Change a group's name, description or password rules; what is not named stays as it is."""
    group_id, rules, reason = group_meant(desk, named), given["rules"], given["reason"]
    assigned = None if rules is None else desk.run(assign_password_rules, AssignPasswordRules(group_id, rules, reason))
    outcome: Any = assigned
    if assigned is None or (name, description) != (None, None):
        outcome = desk.run(edit_group, EditGroup(group_id, None, name, description, reason))
    changed = list(outcome.changed) if isinstance(outcome, GroupEdited) else []
    if isinstance(assigned, RulesAssigned):
        outcome, changed = assigned, [*changed, "password_rules"]
    said = f"{named} was changed: {', '.join(changed)}." if changed else f"{named} was like that already."
    desk.tell(outcome, said, changed=changed)


@group.command("delete", short_help="Delete a group; its accounts stay.")
@NAMED
@click.option("--with-members", is_flag=True, help="Take everybody out of it first, each with an entry.")
@REASON
@YES
@DRY_RUN
@with_desk
def delete(desk: Desk, named: str, *, with_members: bool, reason: str | None, yes: bool) -> None:
    """Delete a group; its accounts stay as they are. One that somebody is in is deleted with --with-members only."""
    wanted = group_meant(desk, named)
    count = desk.run(view_group, ViewGroup(wanted)).row.members
    desk.confirm(f"Delete the group {named}, which has {count} members?", yes=yes)
    if desk.dry_run and with_members and count:
        click.echo(f"Would be done: {count} accounts are taken out of {named}, and it is deleted.")
        return
    for account in _everybody(desk, wanted) if with_members else ():
        desk.run(remove_member, RemoveMember(account, wanted, reason))
    outcome = desk.run(delete_group, DeleteGroup(wanted, reason))
    desk.tell(outcome, f"{named} was deleted.", members=count)


@group.command("add-member", short_help="Put accounts into a group.")
@NAMED
@ACCOUNTS
@REASON
@DRY_RUN
@with_desk
def put(desk: Desk, named: str, names: tuple[str, ...], reason: str | None) -> None:
    """Put the accounts NAME... into a group, each an act of its own."""
    wanted = group_meant(desk, named)
    _each(
        desk,
        names,
        lambda account: desk.run(add_member, AddMember(account, wanted, reason)),
        _Words(f"is in {named} now", f"was in {named} already"),
    )


@group.command("remove-member", short_help="Take accounts out of a group.")
@NAMED
@ACCOUNTS
@REASON
@YES
@DRY_RUN
@with_desk
def take(desk: Desk, named: str, names: tuple[str, ...], *, reason: str | None, yes: bool) -> None:
    """Take the accounts NAME... out of a group, each an act of its own."""
    wanted = group_meant(desk, named)
    desk.confirm(f"Take {', '.join(names)} out of {named}? What the group gives them, they lose.", yes=yes)
    _each(
        desk,
        names,
        lambda account: desk.run(remove_member, RemoveMember(account, wanted, reason)),
        _Words(f"is no longer in {named}", f"was not in {named}"),
    )


class _Words(NamedTuple):
    """What is said of an account when something was done, and when it was so already."""

    done: str
    unchanged: str


def _each(desk: Desk, names: tuple[str, ...], act: Callable[[AccountId], Any], words: _Words) -> None:
    """Do something to each account, all of them found first; as JSON told at the end, in one piece.

    There `id` is the older name of `account_id`.
    """
    told = []
    for account, name in [(desk.account(name), name) for name in names]:
        outcome = act(account)
        told.append({"user_name": name, "account_id": account, "id": account, "outcome": outcome.status})
        said = f"{name} {getattr(words, outcome.status)}."
        if not desk.as_json:
            desk.tell(outcome, said)
    if desk.as_json:
        any_done = any(one["outcome"] == "done" for one in told)
        rehearsed = {"dry_run": True} if desk.dry_run else {}
        print_json({"outcome": "done" if any_done else "unchanged", **rehearsed, "items": told})


def group_meant(desk: Desk, named: str) -> GroupId:
    """Find the group that a word means: by its id, else by its name."""
    with desk.runtime.database.read() as sql:
        found = groups.named(desk.runtime.call(sql, desk.origin), named)
    if found is None:
        raise desk.refusal(Refused("groups.not_found", cause=named))
    return found.id


def _everybody(desk: Desk, wanted: GroupId) -> Iterator[AccountId]:
    """Yield whoever is in a group, until nobody is."""
    while True:
        with desk.runtime.database.read() as sql:
            found = groups.member_ids(desk.runtime.call(sql, desk.origin), wanted, LARGEST_PAGE)
        if not found:
            return
        yield from found


def _row(row: GroupRow) -> tuple[Any, ...]:
    return row.group.name, row.members, row.group.password_rules, row.group.description


def _json(row: GroupRow) -> dict[str, Any]:
    about = row.group
    return {
        "id": about.id,
        "name": about.name,
        "description": about.description,
        "password_rules": about.password_rules,
        "members": row.members,
        "created_at": about.created_at,
        "version": about.version,
    }
