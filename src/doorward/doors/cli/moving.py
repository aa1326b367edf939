"""`doorward database move`: everything into another database, all of it or nothing."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from doorward.config import FILE, Settings, database_address, seen_from, shown
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, YES, Command, settings_of
from doorward.doors.cli.program import OpenedData, Program
from doorward.doors.cli.rehearsal import Rehearsal
from doorward.doors.cli.telling import Failed, counted, progress
from doorward.edges import data_directory
from doorward.edges.sql import moving, obstacles, on_postgresql
from doorward.features.administration.actions.moving import move_database
from doorward.features.administration.model import DatabaseMoved, MoveDatabase

EXAMPLE = """\b
Example:
  doorward database move --to postgresql://doorward@db.example.org/doorward
"""


class Address(click.ParamType[str]):
    """The address of a database, as the setting `database` takes it."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take an address that could be one."""
        try:
            return seen_from(Path.cwd(), database_address(value))
        except ValueError as error:
            return self.fail(f"{shown('database', value)!r}: {error}.", param, ctx)


@click.command("move", cls=Command, epilog=EXAMPLE, short_help="Carry everything into another, empty database.")
@click.option("--to", "to", metavar="URL", type=Address(), required=True, help="The empty database.")
@YES
@DRY_RUN
@with_desk
def move(desk: Desk, to: str, *, yes: bool) -> None:
    """Carry everything from the present database into the empty one at URL, all of it or nothing.

    The server must stand still. The present database stays as it is, and no server starts on its file any more. Both
    are read through and compared, table by table and the audit trail entry by entry. A rehearsal (--dry-run) does all
    that too, and takes it back.
    """
    settings = desk.settings.model_copy(update={"database": to})
    name = settings.database_name
    if _same(desk.settings, settings):
        raise Failed(f"{name} is the database that is in use already. Name another one.")
    desk.confirm(f"Carry everything from {desk.settings.database_name} into {name}?", yes=yes)
    program: Program = click.get_current_context().obj
    with _only_if_moved(desk, settings), closing(program.open_target(settings)) as target:
        _must_be_another(desk, target, settings)
        moved = _move(desk, target, name)
    if not desk.dry_run:
        data_directory.note_move(desk.settings, settings)
    _tell(desk, moved, to, name)


@contextmanager
def _only_if_moved(desk: Desk, settings: Settings) -> Iterator[None]:
    """Leave no new SQLite file behind where nothing was moved into it, as in a rehearsal."""
    file = settings.database_file
    new = file is not None and not file.exists()
    kept = False
    try:
        yield
        kept = not desk.dry_run
    finally:
        if file is not None and new and not kept:
            for end in ("", "-wal", "-shm"):
                file.with_name(file.name + end).unlink(missing_ok=True)


def _move(desk: Desk, target: OpenedData, name: str) -> DatabaseMoved:
    """Carry everything over as one act in the target, while the present database is held still."""
    source, source_name = desk.opened.runtime, desk.settings.database_name
    runtime = Rehearsal.of(target.runtime) if desk.dry_run else target.runtime
    with obstacles.told(source_name), moving.held_still(source.database) as sql:
        moving.refuse_while_served(sql, source.clock.now(), source_name)
        with progress("Moving", moving.PASSES * moving.count(sql)) as told, obstacles.told(name):
            carry = partial(moving.carry, sql, names=(source_name, name), told=told)
            outcome = runtime.run(move_database, MoveDatabase(source_name, carry), desk.owner, desk.origin)
    return desk.accepted(outcome)


def _must_be_another(desk: Desk, target: OpenedData, wanted: Settings) -> None:
    """Refuse a server's database that is the present one by another name: its two writers would wait for each other."""
    if desk.settings.database_file is not None or wanted.database_file is not None:
        return
    known = []
    for settings, opened in ((desk.settings, desk.opened), (wanted, target)):
        with obstacles.told(settings.database_name), opened.runtime.database.read() as sql:
            known.append(on_postgresql.identity(sql))
    if known[0] == known[1]:
        raise Failed(f"{wanted.database_name} is the database that is in use already. Name another one.")


def _same(present: Settings, wanted: Settings) -> bool:
    if present.database_file is None or wanted.database_file is None:
        return present.database == wanted.database
    return present.database_file.resolve() == wanted.database_file.resolve()


def _tell(desk: Desk, moved: DatabaseMoved, to: str, name: str) -> None:
    line, rows = f'database = "{shown("database", to)}"', dict(moved.rows)
    total, entries = sum(rows.values()), rows[moving.TRAIL]
    said = (
        f"{counted(total, 'row')} of {counted(len(rows), 'table')} carried into {name}, and the same there, "
        f"{counted(entries, 'entry', 'entries')} of the audit trail among them (SHA-256 {moved.trail})."
    )
    if not desk.dry_run and not desk.as_json:
        said += f"\nNow set this in {_place()} and start the server:\n\n{line}"
    desk.tell(
        moved, said, **{"from": desk.settings.database_name}, to=name, rows=total, tables=rows, trail=moved.trail,
        setting=line,
    )  # fmt: skip


def _place() -> str:
    """Return where the present database is named, or would be."""
    loaded = settings_of(click.get_current_context(), {})[1]
    if loaded.origins["database"] == "environment":
        return "DOORWARD_DATABASE"
    return str(loaded.settings.data / FILE)
