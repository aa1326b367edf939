"""What a database must keep for our promises to hold, asked of the database itself."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from doorward.edges.sql.on_postgresql import SEARCH_INDEX

_SETTINGS = text("""
    SELECT name, setting, source FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')
""")
_CONNECTIONS = text("""
    SELECT LEAST(every, role, base) AS most,
           LEAST(every - count(*), role - count(*) FILTER (WHERE usename = current_user),
                 base - count(*) FILTER (WHERE datname = current_database())) AS room
    FROM pg_stat_activity, (
        SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
               - COALESCE(current_setting('reserved_connections', true)::int, 0) AS every,
               CASE WHEN rolconnlimit >= 0 AND NOT rolsuper THEN rolconnlimit END AS role,
               CASE WHEN datconnlimit >= 0 AND NOT rolsuper THEN datconnlimit END AS base
        FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
    ) AS limits
    WHERE usename IS NOT NULL AND datname IS NOT NULL GROUP BY every, role, base
""")
"""How many we may have of the server, the user's and the database's limit counted, and how many of them are left.

A superuser is bound by the server's alone (PostgreSQL, CREATE ROLE); `reserved_connections` came with version 16.
Of what others do an ordinary user sees who and where, and not of which type it is (PostgreSQL, 28.2.3).
"""
_SEARCHABLE = text("SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexname = :name")
_STANDBYS = text("""
    SELECT count(*), count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')), count(sync_state) = count(*)
    FROM pg_stat_replication
""")
"""Each user sees how many follow, and pg_monitor or a superuser also which of them confirm (PostgreSQL, 28.2.4)."""
LEAST_ROOM = 10
_DEMANDED = re.compile(r"\s*(?:FIRST\s+|ANY\s+)?(\d+)\s*\(", re.IGNORECASE)
"""How many are demanded of the named ones (PostgreSQL, 20.6.2); one where nothing is said."""
_ELSEWHERE = {
    "user": "ALTER ROLE … RESET {}",
    "database": "ALTER DATABASE … RESET {}",
    "database user": "ALTER ROLE … IN DATABASE … RESET {}",
    "command line": "Take {} out of the server's command line",
    "client": "Take {} out of the address in `database`",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that the database's settings break, and how to mend it."""

    what: str
    mend: str
    loses_acts: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the server, and where it was set last."""

    value: str
    source: str = "default"


@dataclass(frozen=True, slots=True)
class Standbys:
    """How many servers follow this one, and how many of them a COMMIT waits for, where that is `visible`."""

    following: int
    confirming: int
    visible: bool


NO_STANDBYS = Standbys(0, 0, visible=True)
_UNSET = Setting("")


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
    """Return whether SQLite finds its file undamaged."""
    return bool(sql.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok")


def server_version(sql: Connection) -> str:
    """Return which PostgreSQL this is."""
    return str(sql.exec_driver_sql("SHOW server_version").scalar())


def kind(sql: Connection) -> str:
    """Return which database this is, with its version."""
    if sql.dialect.name == "postgresql":
        return f"PostgreSQL {server_version(sql)}"
    return f"SQLite {sql.exec_driver_sql('SELECT sqlite_version()').scalar()}"


def most_connections(sql: Connection) -> int | None:
    """Return how many connections a server gives us; None where the database is a file."""
    return int(sql.execute(_CONNECTIONS).one().most) if sql.dialect.name == "postgresql" else None


def kept_badly(sql: Connection) -> list[Broken]:
    """List the promises that this database's settings break; SQLite's are ours, and kept."""
    return broken(sql) if sql.dialect.name == "postgresql" else []


def broken(sql: Connection) -> list[Broken]:
    """List the promises that PostgreSQL's settings break, the gravest first."""
    searchable = bool(sql.execute(_SEARCHABLE, {"name": SEARCH_INDEX}).scalar_one())
    return judged(_settings(sql), sql.execute(_CONNECTIONS).one().room, _standbys(sql), searchable=searchable)


def unconfirmed(sql: Connection) -> bool:
    """Return whether each COMMIT waits for a standby that is not there."""
    return sql.dialect.name == "postgresql" and _waits_in_vain(_settings(sql), _standbys(sql))


def judged(
    settings: Mapping[str, Setting], room: int, standbys: Standbys = NO_STANDBYS, *, searchable: bool = True
) -> list[Broken]:
    """Judge the settings, who follows, the room for connections, and whether a search reads an index."""
    found = [
        *_lost_in_a_crash(settings),
        *_lost_in_a_failover(settings),
        *_nobody_follows(settings, standbys),
        *_no_room(room),
    ]
    if not searchable:
        mend = "As a superuser: CREATE EXTENSION pg_trgm; then `doorward database upgrade`."
        found.append(Broken("PostgreSQL's pg_trgm is missing: a search reads all names.", mend, loses_acts=False))
    return found


def _settings(sql: Connection) -> dict[str, Setting]:
    return {row.name: Setting(row.setting, row.source) for row in sql.execute(_SETTINGS)}


def _standbys(sql: Connection) -> Standbys:
    return Standbys(*sql.execute(_STANDBYS).one())


def _lost_in_a_crash(settings: Mapping[str, Setting]) -> list[Broken]:
    return [
        Broken(f"PostgreSQL's {name} is off: a crash loses locks, unlocks and used codes.", _set_to_on(name, one))
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if (one := settings.get(name, _UNSET)).value == "off"
    ]


def _lost_in_a_failover(settings: Mapping[str, Setting]) -> list[Broken]:
    commit = settings.get("synchronous_commit", _UNSET)
    if not settings.get("synchronous_standby_names", _UNSET).value or commit.value not in {"local", "remote_write"}:
        return []
    mend = _set_to_on("synchronous_commit", commit)
    if commit.value == "local":
        return [Broken("PostgreSQL's synchronous_commit is local: a failover loses what was answered last.", mend)]
    said = "PostgreSQL's synchronous_commit is remote_write: if both machines crash, what was answered last is lost."
    return [Broken(said, mend, loses_acts=False)]


def _set_to_on(name: str, setting: Setting) -> str:
    """Say where a setting is set to on: what is set for a user or a database hides the file's (PostgreSQL, 20.1.3)."""
    where = _ELSEWHERE.get(setting.source)
    return "Set it to on in postgresql.conf, and reload." if where is None else f"{where.format(name)}; then restart."


def _nobody_follows(settings: Mapping[str, Setting], standbys: Standbys) -> list[Broken]:
    """Tell of a standby that is waited for in vain, or that follows and is not waited for."""
    if _waits_in_vain(settings, standbys):
        said = "PostgreSQL waits for a standby to confirm, and too few are there: nothing can be written."
        return [Broken(said, "Start the standby, and look at synchronous_standby_names and pg_stat_replication.")]
    if standbys.following and not settings.get("synchronous_standby_names", _UNSET).value:
        said = "A standby follows PostgreSQL, and nobody waits for it: a failover loses what was answered last."
        return [Broken(said, "Name it in synchronous_standby_names, if it is to take over.", loses_acts=False)]
    return []


def _waits_in_vain(settings: Mapping[str, Setting], standbys: Standbys) -> bool:
    """Return whether fewer standbys confirm than are demanded; who may not see that sees whether any is there."""
    names = settings.get("synchronous_standby_names", _UNSET).value
    if not names or settings.get("synchronous_commit", _UNSET).value in {"local", "off"}:
        return False
    counted = _DEMANDED.match(names)
    demanded = int(counted[1]) if counted else 1
    return (standbys.confirming if standbys.visible or not standbys.following else standbys.following) < demanded


def _no_room(room: int) -> list[Broken]:
    if room >= LEAST_ROOM:
        return []
    mend = "Raise max_connections or the user's limit, or lower `database_connections` on the nodes."
    return [Broken(f"PostgreSQL has room for {room} more connections.", mend, loses_acts=False)]
