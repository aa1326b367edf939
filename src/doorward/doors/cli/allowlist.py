"""`doorward allowlist`: who may set up a second factor at the next sign-in. Permission to enrol, not exemption."""

from typing import Any

import click

from doorward.doors.cli.bulk import ALLOW, do_many, or_many, search_of
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.spelling import listed_json
from doorward.doors.cli.telling import print_json, print_table, text_of
from doorward.features.second_factor.actions.allowlist import allow_set_up, list_allowlist, withdraw_set_up
from doorward.features.second_factor.model import (
    AllowSetUp,
    FactorState,
    ListAllowlist,
    SetUpAllowed,
    SetUpWithdrawn,
    WithdrawSetUp,
)
from doorward.kernel.ids import AccountId

_NEEDLESS = {
    FactorState.SET_UP: "has a second factor already",
    FactorState.MAY_SET_UP: "is on the allowlist already",
}
"""Why an account gets no entry."""
_NEEDLESS_BENEATH = "has a second factor, or is on the allowlist already"
"""The same for an account that is excluded too, which hides the state beneath."""


@click.group(cls=CommandGroup)
def allowlist() -> None:
    """Who may set up a second factor at the next sign-in."""


@allowlist.command("list", short_help="List who may set one up, and until when.")
@LIMIT
@click.option("--cursor", metavar="ID", type=click.UUID, help="Go on after this account.")
@with_desk
def list_entries(desk: Desk, limit: int, cursor: AccountId | None) -> None:
    """List the accounts that may set up a second factor, and until when."""
    page = desk.run(list_allowlist, ListAllowlist(limit, cursor))
    if desk.as_json:
        items = [listed_json(entry, page.people[entry.account].user_name) for entry in page.entries]
        print_json({"items": items, "next": page.next})
        return
    rows = [
        (
            page.people[entry.account].user_name,
            entry.cause.value,
            entry.added_at,
            entry.added_by,
            entry.expires_at,
            entry.reason,
        )
        for entry in page.entries
    ]
    columns = ("user name", "because of", "added (UTC)", "added by", "until (UTC)", "reason")
    print_table(columns, rows, "Nobody is on the allowlist.")


@allowlist.command("add", short_help="Let NAME, or many, set up a second factor.")
@or_many
@REASON
@YES
@DRY_RUN
@with_desk
def add(desk: Desk, name: str | None, reason: str | None, *, yes: bool, **asked: Any) -> None:
    """Let NAME set up a second factor at the next sign-in.

    In place of NAME it takes a search: then it is done to all whom it finds, each by itself.
    """
    many = search_of(name, **asked)
    if many is not None or name is None:
        do_many(desk, ALLOW, many, reason, yes=yes)
        return
    account = desk.account(name)
    outcome = desk.run(allow_set_up, AllowSetUp(account, reason))
    if isinstance(outcome, SetUpAllowed):
        said = f"{name} may set up a secret key until {text_of(outcome.until)} UTC."
        desk.tell_of(outcome, said, account, until=outcome.until)
    else:
        why = _NEEDLESS.get(desk.second_factor(account) or FactorState.EXCLUDED, _NEEDLESS_BENEATH)
        desk.tell_of(outcome, f"{name} {why}.", account)


@allowlist.command("remove", short_help="Take NAME off the allowlist.")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def remove(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Take NAME off the allowlist: without a second factor, the account is blocked then."""
    account = desk.account(name)
    desk.confirm(f"Take {name} off the allowlist? Without a second factor {name} cannot sign in then.", yes=yes)
    outcome = desk.run(withdraw_set_up, WithdrawSetUp(account, reason))
    news = isinstance(outcome, SetUpWithdrawn)
    desk.tell_of(outcome, f"{name} is off the allowlist." if news else f"{name} was not on the allowlist.", account)
