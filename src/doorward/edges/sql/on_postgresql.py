"""What a schema on PostgreSQL has besides: texts that compare by their bytes, and an index for search."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from doorward.kernel.obstacle import Obstacle

LEAST_VERSION = 14
_PATIENCE = 600.0
"""Seconds in which a standby receives what a move has written."""
SEARCH_INDEX = "ix_accounts_search"
_SEARCHED = ("full_name_canonical", "user_name_canonical", "email_canonical")
_BY_LANGUAGE = text("""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attcollation NOT IN (0, (SELECT oid FROM pg_collation WHERE collname = 'C' LIMIT 1))
""")
_KIND = text("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
_IDENTITY = text("SELECT current_database(), pg_postmaster_start_time()")
_NOT_INSTALLED = {"0A000", "58P01"}
_TRIGRAMS = text("CREATE EXTENSION IF NOT EXISTS pg_trgm")
_INDEX = text(
    f"CREATE INDEX IF NOT EXISTS {SEARCH_INDEX} ON accounts USING gin"
    f" ({', '.join(f'{column} gin_trgm_ops' for column in _SEARCHED)})"
)


def unhurried(sql: Connection) -> None:
    """Let a transaction take as long as it takes, such as an upgrade or a move: a node's limits do not fit it."""
    driver: Any = sql.connection.driver_connection
    driver.patience = _PATIENCE
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        sql.exec_driver_sql(f"SET LOCAL {limit} = 0")


def finish(sql: Connection) -> None:
    """Do after each upgrade what it may have left to do."""
    _compare_by_bytes(sql)
    _index_for_search(sql)


def _compare_by_bytes(sql: Connection) -> None:
    """Let PostgreSQL compare every text of ours byte by byte, as SQLite does: what is ordered here must be there."""
    for table, column, kind in sql.execute(_BY_LANGUAGE).all():
        sql.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')


def _index_for_search(sql: Connection) -> None:
    """Let a search for a part of a name read an index; where the extension may not be had, it reads all names."""
    try:
        with sql.begin_nested():
            sql.execute(_TRIGRAMS)
            sql.execute(_INDEX)
    except DBAPIError as error:
        if not may_be_missed(error):
            raise


def may_be_missed(error: DBAPIError) -> bool:
    """Return whether the server does not have the extension, or does not let us have it (PostgreSQL, appendix A)."""
    return isinstance(error, ProgrammingError) or getattr(error.orig, "sqlstate", None) in _NOT_INSTALLED


def identity(sql: Connection) -> tuple[str, datetime]:
    """Give what a database is known again by, whatever address led to it: its name, and when its server has started."""
    name, started = sql.execute(_IDENTITY).one()
    return name, started


def must_suit(sql: Connection, name: str) -> None:
    """Raise `Obstacle` for a server that is too old, and for a database that does not hold every letter."""
    version, encoding = sql.execute(_KIND).one()
    if version // 10_000 < LEAST_VERSION:
        what = f"The database {name} is on PostgreSQL {version // 10_000}."
        raise Obstacle(what, f"Doorward needs PostgreSQL {LEAST_VERSION} or later.")
    if encoding != "UTF8":
        mend = "Make one that does: CREATE DATABASE doorward OWNER doorward TEMPLATE template0 ENCODING 'UTF8'."
        raise Obstacle(f"The database {name} does not hold every letter: its encoding is {encoding}.", mend)
