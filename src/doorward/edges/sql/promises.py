"""What a database must keep for our promises to hold, asked of the database itself."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from doorward.edges.sql.on_postgresql import SEARCH_INDEX

_SETTINGS = text("""
    SELECT name, setting FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')
""")
_ROOM = text("""
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
""")
_SEARCHABLE = text("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexname = :name")
LEAST_ROOM = 10


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that the database's settings break, and how to mend it."""

    what: str
    mend: str
    loses_acts: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """What the database's file takes on its disk, and what is left there."""

    size_bytes: int
    free_bytes: int


def room(sql: Connection) -> Room | None:
    """Look at the disk of SQLite's file; None where the database is a server's."""
    if sql.dialect.name == "postgresql":
        return None
    path = Path(sql.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar_one())
    return Room(path.stat().st_size, shutil.disk_usage(path.parent).free)


def whole(sql: Connection) -> bool:
    """Tell whether SQLite finds its file undamaged."""
    return bool(sql.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")


def server_version(sql: Connection) -> str:
    """Say which PostgreSQL this is."""
    return str(sql.exec_driver_sql("SHOW server_version").scalar())


def kind(sql: Connection) -> str:
    """Say which database this is, with its version."""
    if sql.dialect.name == "postgresql":
        return f"PostgreSQL {server_version(sql)}"
    return f"SQLite {sql.exec_driver_sql('SELECT sqlite_version()').scalar()}"


def kept_badly(sql: Connection) -> list[Broken]:
    """List the promises that this database's settings break; SQLite's are ours, and kept."""
    return broken(sql) if sql.dialect.name == "postgresql" else []


def broken(sql: Connection) -> list[Broken]:
    """List the promises that PostgreSQL's settings break, the gravest first."""
    settings: dict[str, str] = {row.name: row.setting for row in sql.execute(_SETTINGS)}
    searchable = bool(sql.execute(_SEARCHABLE, {"name": SEARCH_INDEX}).scalar_one())
    return judged(settings, sql.execute(_ROOM).scalar_one(), searchable=searchable)


def judged(settings: Mapping[str, str], room: int, *, searchable: bool = True) -> list[Broken]:
    """Judge the settings, the room for connections, and whether a search reads an index."""
    found = [*_lost_in_a_crash(settings), *_lost_in_a_failover(settings), *_no_room(room)]
    if not searchable:
        mend = "As a superuser: CREATE EXTENSION pg_trgm; then `doorward database upgrade`."
        found.append(Broken("PostgreSQL's pg_trgm is missing: a search reads all names.", mend, loses_acts=False))
    return found


def _lost_in_a_crash(settings: Mapping[str, str]) -> list[Broken]:
    mend = "Set it to on in postgresql.conf, and reload."
    return [
        Broken(f"PostgreSQL's {name} is off: a crash loses locks, unlocks and used codes.", mend)
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if settings.get(name) == "off"
    ]


def _lost_in_a_failover(settings: Mapping[str, str]) -> list[Broken]:
    if not settings.get("synchronous_standby_names") or settings.get("synchronous_commit") != "local":
        return []
    said = "PostgreSQL's synchronous_commit is local: a failover loses what was answered last."
    return [Broken(said, "Set it to on, for the database and for Doorward's user.")]


def _no_room(room: int) -> list[Broken]:
    if room >= LEAST_ROOM:
        return []
    mend = "Raise max_connections, or lower database_connections on the nodes."
    return [Broken(f"PostgreSQL has room for {room} more connections.", mend, loses_acts=False)]
