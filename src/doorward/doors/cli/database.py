"""`doorward database`: which version it has, the way to the present one, and the move to another."""

import click

from doorward.config import Loaded, shown
from doorward.doors.cli.moving import move
from doorward.doors.cli.options import CommandGroup, wants_json, with_settings
from doorward.doors.cli.program import Program
from doorward.doors.cli.serving import tell_welcome
from doorward.doors.cli.telling import obstacles_told, print_facts, print_json
from doorward.edges import data_directory
from doorward.edges.sql import obstacles, schema
from doorward.edges.sql.opening import open_database


@click.group(cls=CommandGroup)
def database() -> None:
    """Look at the database's version, upgrade it, or move everything to another."""


@database.command("status", short_help="Show the database's version.")
@with_settings
def status(program: Program, loaded: Loaded) -> None:
    """Show the version of the database, and whether this program can work with it."""
    del program
    settings = loaded.settings
    with obstacles_told():
        data_directory.take_on_owner(settings.data)
        data_directory.require(settings)
        opened = open_database(settings)
        try:
            with obstacles.told(settings.database_name), opened.read() as sql:
                version, standing = schema.version(sql), schema.standing(sql)
        finally:
            opened.close()
    facts = {
        "database": shown("database", settings.database),
        "version": version,
        "newest": schema.NEWEST,
        "standing": standing.value,
    }
    if wants_json(click.get_current_context()):
        print_json(facts)
    else:
        print_facts(facts)


@database.command("upgrade", short_help="Bring the database to the present version.")
@with_settings
def upgrade(program: Program, loaded: Loaded) -> None:
    """Bring the database to this program's version; on an empty directory do what `doorward init` does."""
    settings = loaded.settings
    as_json = wants_json(click.get_current_context())
    with obstacles_told():
        data_directory.take_on_owner(settings.data)
        data_directory.must_not_be_moved(settings)
        if not data_directory.is_there(settings):
            tell_welcome(program.first_run(settings), as_json=as_json)
            return
        done = program.upgrade(settings)
    if as_json:
        outcome = "unchanged" if done.before is None else "done"
        print_json({"outcome": outcome, "from": done.before, "version": done.version})
    else:
        click.echo(_said(done))


def _said(done: schema.Upgraded) -> str:
    if done.before is not None:
        return f"The database went from version {done.before} to {done.version}."
    if done.version == schema.NEWEST:
        return "The database is up to date."
    return f"The database has version {done.version} already: a newer Doorward than this one has upgraded it."


database.add_command(move)
