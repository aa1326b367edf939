"""`doorward audit`: who did what to whom. Reading it is an act, and is recorded."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.files import ExportFile, written
from doorward.doors.cli.options import LIMIT, CommandGroup
from doorward.doors.cli.spelling import entry_json
from doorward.doors.cli.telling import counted, print_json, print_table
from doorward.features.audit.actions import export_entries, list_acts, list_checkpoints, list_entries, read_export
from doorward.features.audit.model import (
    Checkpoint,
    ExportEntries,
    ExportFormat,
    Filter,
    ListActs,
    ListCheckpoints,
    ListEntries,
    ReadExport,
)


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


@click.group(cls=CommandGroup)
def audit() -> None:
    """Read and export who did what to whom."""


_FILTERS = (
    click.option("--account", "name", metavar="NAME", help="Only what was done to this account."),
    click.option("--actor", metavar="NAME", help="Only what this one did; system and cli:USER too."),
    click.option("--act", metavar="ACT", help="Only this act (lockout.unlocked), or all of a feature (lockout)."),
    click.option(
        "--after", type=Moment(), metavar="TIME", help="Only from this time on: 2026-05-04T12:00:00Z, or a date."
    ),
    click.option(
        "--before", type=Moment(), metavar="TIME", help="Only before this time; both are in UTC without a zone."
    ),
    click.option("--reference", metavar="WORD", help="Only what was told under this reference."),
)


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that narrow the trail down."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


@audit.command("list", short_help="List entries, newest first.")
@_filtered
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
    reference: str | None,
    limit: int,
    cursor: UUID | None,
) -> None:
    """List entries, newest first; filters narrow each other down."""
    account = None if name is None else desk.account(name)
    page = desk.run(list_entries, ListEntries(Filter(account, actor, act, after, before, reference), limit, cursor))
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


@audit.command("acts")
@with_desk
def acts(desk: Desk) -> None:
    """List the acts that are recorded, and what they mean."""
    listed = desk.run(list_acts, ListActs()).acts
    if desk.as_json:
        print_json({"items": [asdict(one) for one in listed], "next": None})
        return
    print_table(("act", "what it means"), [(one.act, one.words) for one in listed], "No act is recorded.")


@audit.command("checkpoints", short_help="List what retention has removed.")
@LIMIT
@click.option("--before", metavar="NUMBER", type=click.IntRange(min=1), help="Only runs before this one.")
@with_desk
def checkpoints(desk: Desk, *, limit: int, before: int | None) -> None:
    """List what was removed from the old end of the trail, newest run first.

    `doorward rules set audit_retention_days=DAYS` says how long entries are kept.
    """
    page = desk.run(list_checkpoints, ListCheckpoints(limit, before))
    if desk.as_json:
        print_json({"items": [_checkpoint_json(run) for run in page.checkpoints], "next": page.next_number})
        return
    rows = [(run.number, run.ended_at or "under way", run.count, run.first_at, run.last_at) for run in page.checkpoints]
    print_table(("run", "ended (UTC)", "removed", "oldest", "newest"), rows, "Nothing was ever removed.")
    if page.next_number is not None:
        click.echo(f"\nThere are more; go on with --before {page.next_number}", err=True)


def _checkpoint_json(run: Checkpoint) -> dict[str, Any]:
    return {**asdict(run), "link": run.link.hex()}


@audit.command("export", short_help="Write entries to a file, newest first.")
@click.argument("file", type=ExportFile())
@_filtered
@with_desk
def export(desk: Desk, file: Path, *, name: str | None, **given: Any) -> None:
    """Write the entries that the filters find to FILE (.csv or .jsonl), newest first. This is recorded.

    No cell of a CSV file begins a formula: what begins with = + - @ has an apostrophe in front.
    """
    wanted = Filter(None if name is None else desk.account(name), **given)
    form, before, count = ExportFormat(file.suffix.lower().removeprefix(".")), None, 0
    with written(file) as out:
        out.write(desk.run(export_entries, ExportEntries(wanted, form)).heading)
        while True:
            part = desk.run(read_export, ReadExport(wanted, form, before))
            out.write(part.text)
            count += part.entries
            before = part.next_id
            if before is None:
                break
    if desk.as_json:
        print_json({"outcome": "done", "file": str(file), "entries": count})
    else:
        click.echo(f"{counted(count, 'entry was', 'entries were')} written to {file}.")
