"""The schema: what version the database has, what version this program knows, and the way from one to the other.

Reading the version asks for nothing but one row, so that a server with a current database starts without Alembic.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text

from doorward.edges.sql import following, obstacles, on_postgresql
from doorward.edges.sql.engine import Database
from doorward.kernel.obstacle import Obstacle

VERSIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012",
    "0013", "0014", "0015", "0016", "0017", "0018", "0019", "0020", "0021", "0022", "0023", "0024", "0025",
    "0026",
)  # fmt: skip
"""Every version that this program knows, oldest first: the numbers of the files in `migrations/versions`.

The first two digits are its generation. Within one, migrations only add, so that each program of a generation works
on all of its later versions; a migration that takes something away begins the next, and is `0101`.
"""
NEWEST = VERSIONS[-1]
_MIGRATIONS = Path(__file__).parent / "migrations"
_log = structlog.get_logger(__name__)


class SchemaStanding(StrEnum):
    """How the database's schema stands to this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    AHEAD = "ahead"
    """A newer program has added to it. This one goes on and may start again: nodes are upgraded one after the other."""
    NEWER = "newer"
    """A newer program has made it, and has taken away what this one needs."""
    FOREIGN = "foreign"
    """The database holds tables, and they are not ours."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade has done."""

    before: str | None
    """The version that the database had; None where there was nothing to do."""
    version: str
    """The one that it has."""


def version(sql: Connection) -> str | None:
    """Read the schema's version; None where there is none."""
    if not inspect(sql).has_table("alembic_version"):
        return None
    return sql.execute(text("SELECT version_num FROM alembic_version")).scalar()


def standing(sql: Connection) -> SchemaStanding:
    """Return how the database's schema stands to this program."""
    found = version(sql)
    if found is None:
        return SchemaStanding.FOREIGN if inspect(sql).get_table_names() else SchemaStanding.EMPTY
    if found == NEWEST:
        return SchemaStanding.CURRENT
    if found in VERSIONS:
        return SchemaStanding.OLDER
    if len(found) != len(NEWEST) or not (found.isascii() and found.isdecimal()) or found < NEWEST:
        return SchemaStanding.FOREIGN
    return SchemaStanding.AHEAD if generation(found) == generation(NEWEST) else SchemaStanding.NEWER


def generation(of: str) -> str:
    """Return what versions have in common between which programs can be exchanged."""
    return of[:2]


def upgrade(sql: Connection, to: str = NEWEST) -> str | None:
    """Bring the schema to this program's version, in the transaction of `sql`; give the version it had."""
    from alembic import command, config  # noqa: PLC0415 - a server that has nothing to upgrade starts without it

    before = version(sql)
    settings = config.Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = sql
    if sql.dialect.name == "postgresql":
        on_postgresql.unhurried(sql)
    command.upgrade(settings, to)
    complete(sql)
    return before


def complete(sql: Connection) -> None:
    """Do what follows each upgrade: an index that waited for an extension, tables that follow others."""
    if sql.dialect.name == "postgresql":
        on_postgresql.finish(sql)
    following.complete(sql)


def prepare(database: Database, name: str) -> None:
    """Make the tables of an empty database; raise `Obstacle` for a database that this program must not touch."""
    with obstacles.told(name), database.write() as sql:  # writing, so that a file that cannot be written is found now
        must_suit(sql, name)
        stands = standing(sql)
        if stands is SchemaStanding.EMPTY:
            upgrade(sql)
            return
    must_be_usable(stands, name)
    if stands is SchemaStanding.AHEAD:
        _log.warning(
            "a newer version has upgraded the database; this one goes on until it is upgraded too", known=NEWEST
        )


def must_suit(sql: Connection, name: str) -> None:
    """Raise `Obstacle` for a database that cannot hold what we write, whatever is in it."""
    if sql.dialect.name == "postgresql":
        on_postgresql.must_suit(sql, name)


def must_be_usable(stands: SchemaStanding, name: str) -> None:
    """Raise `Obstacle` unless this program can work with the database's schema."""
    match stands:
        case SchemaStanding.CURRENT | SchemaStanding.AHEAD:
            return
        case SchemaStanding.EMPTY:
            raise Obstacle(f"The database {name} is empty.", "Run `doorward init`.")
        case SchemaStanding.OLDER:
            raise Obstacle(
                f"The database {name} was written by an older Doorward.",
                "Keep a copy of it, and of the data directory; then run `doorward database upgrade`.",
            )
        case SchemaStanding.NEWER:
            raise Obstacle(
                f"The database {name} was written by a newer Doorward than this one, which cannot work with it.",
                "Install that version again, or go back to a copy of the database from before the upgrade.",
            )
        case SchemaStanding.FOREIGN:
            raise Obstacle(
                f"The database {name} belongs to another program.",
                "Name another one in `database`, or move this one away.",
            )
