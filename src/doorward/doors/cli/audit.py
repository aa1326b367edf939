"""`doorward audit`: who did what to whom. Reading it is an act, and is recorded."""

from datetime import UTC, datetime
from uuid import UUID

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import LIMIT, Group
from doorward.doors.cli.spelling import entry_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.audit.actions import list_entries
from doorward.features.audit.model import Filter, ListEntries


class Moment(click.ParamType[datetime]):
    """A moment as RFC 3339 spells it; a date alone is its first moment, in UTC."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read a moment; without a zone it is in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is not a time such as 2026-05-04T12:00:00Z, or a date such as 2026-05-04.", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.group(cls=Group)
def audit() -> None:
    """Read who did what to whom."""


@audit.command("list", short_help="List entries, newest first.")
@click.option("--account", "name", metavar="NAME", help="Only what was done to this account.")
@click.option("--actor", metavar="NAME", help="Only what this one did; system and cli:USER too.")
@click.option("--act", metavar="ACT", help="Only this act, for example lockout.unlocked.")
@click.option("--after", type=Moment(), metavar="TIME", help="Only from this time on.")
@click.option("--before", type=Moment(), metavar="TIME", help="Only before this time.")
@LIMIT
@click.option("--cursor", metavar="ID", type=click.UUID, help="Go on after this entry.")
@with_desk
def list_all(  # noqa: PLR0913 - the filters of the list, each an option
    desk: Desk,
    *,
    name: str | None,
    actor: str | None,
    act: str | None,
    after: datetime | None,
    before: datetime | None,
    limit: int,
    cursor: UUID | None,
) -> None:
    """List entries, newest first; filters narrow each other down."""
    account = None if name is None else desk.account(name)
    page = desk.run(list_entries, ListEntries(Filter(account, actor, act, after, before), limit, cursor))
    if desk.as_json:
        print_json({"items": [entry_json(entry) for entry in page.entries], "next": page.next_id})
        return
    rows = [
        (e.at, e.act, e.result or e.outcome, e.actor_name or "nobody", e.target_name, e.code, e.address, e.reason)
        for e in page.entries
    ]
    columns = ("time (UTC)", "act", "outcome", "actor", "account", "code", "address", "reason")
    print_table(columns, rows, "Nothing is recorded that fits.")
    if page.next_id is not None:
        click.echo(f"\nThere are more; go on with --cursor {page.next_id}", err=True)
