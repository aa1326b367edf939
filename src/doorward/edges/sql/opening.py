"""Opening the database that the configuration names, and the clock that goes with it."""

import structlog

from doorward.config import Settings
from doorward.edges.clock import CommonClock, SystemClock
from doorward.edges.sql.engine import Database, KeepsTime
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.kernel.ports import Clock

log = structlog.get_logger(__name__)


def open_database(settings: Settings) -> Database:
    """Open SQLite's file, or what libpq understands by `postgresql://…`; nothing is connected to yet."""
    if settings.database_file is not None:
        return SqliteDatabase(settings.database_file)
    from doorward.edges.sql.postgresql import PostgresDatabase  # noqa: PLC0415 - its driver may not be installed

    return PostgresDatabase(settings.database, settings.database_connections)


def clock_of(database: Database) -> Clock:
    """Return the clock that decisions go by: the machine's where there is one machine, else the database's."""
    return CommonClock(database.time, tell=_told) if isinstance(database, KeepsTime) else SystemClock()


def _told(ahead: float) -> None:
    """Warn of a machine whose clock is wrong: no decision goes by it, but log lines and whoever compares them do."""
    log.warning("this machine's clock is not the database's", seconds_ahead=round(ahead, 1))
