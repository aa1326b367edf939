"""`doorward exclusions`: who signs in by password alone, such as service accounts."""

from typing import Any

import click

from doorward.doors.cli.bulk import EXCLUDE, do_many, or_many, search_of
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.spelling import listed_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion, list_exclusions
from doorward.features.second_factor.model import (
    AccountExcluded,
    ExcludeAccount,
    ExclusionLifted,
    LiftExclusion,
    ListExclusions,
)
from doorward.kernel.ids import AccountId


@click.group(cls=CommandGroup)
def exclusions() -> None:
    """Who signs in without a second factor."""


@exclusions.command("list", short_help="List who signs in by password alone.")
@LIMIT
@click.option("--cursor", metavar="ID", type=click.UUID, help="Go on after this account.")
@with_desk
def list_entries(desk: Desk, limit: int, cursor: AccountId | None) -> None:
    """List the accounts that sign in by password alone."""
    page = desk.run(list_exclusions, ListExclusions(limit, cursor))
    if desk.as_json:
        items = [listed_json(entry, page.people[entry.account].user_name) for entry in page.entries]
        print_json({"items": items, "next": page.next})
        return
    rows = [
        (page.people[entry.account].user_name, entry.added_at, entry.added_by, entry.reason) for entry in page.entries
    ]
    print_table(("user name", "added (UTC)", "added by", "reason"), rows, "No account is excluded.")


@exclusions.command("add", short_help="Let NAME, or many, sign in by password alone.")
@or_many
@REASON
@YES
@DRY_RUN
@with_desk
def add(desk: Desk, name: str | None, reason: str | None, *, yes: bool, **asked: Any) -> None:
    """Let NAME sign in by password alone; such an account can never administer others.

    In place of NAME it takes a search: then it is done to all whom it finds, each by itself.
    """
    many = search_of(name, **asked)
    if many is not None or name is None:
        do_many(desk, EXCLUDE, many, reason, yes=yes)
        return
    account = desk.account(name)
    desk.confirm(f"Let {name} sign in without a second factor?", yes=yes)
    outcome = desk.run(exclude_account, ExcludeAccount(account, reason))
    news = isinstance(outcome, AccountExcluded)
    desk.tell_of(outcome, f"{name} signs in by password alone." if news else f"{name} was excluded already.", account)


@exclusions.command("remove")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def remove(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Ask NAME for a second factor again."""
    account = desk.account(name)
    desk.confirm(f"Ask {name} for a second factor again? Without one {name} cannot sign in then.", yes=yes)
    outcome = desk.run(lift_exclusion, LiftExclusion(account, reason))
    news = isinstance(outcome, ExclusionLifted)
    desk.tell_of(outcome, f"{name} needs a second factor again." if news else f"{name} was not excluded.", account)
