"""What a schema on PostgreSQL has besides: texts that compare by their bytes, and an index for search."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

SEARCH_INDEX = "ix_accounts_search"
_SEARCHED = ("full_name_canonical", "user_name_canonical", "email_canonical")
_BY_LANGUAGE = text("""
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attcollation NOT IN (0, (SELECT oid FROM pg_collation WHERE collname = 'C' LIMIT 1))
""")
_TRIGRAMS = text("CREATE EXTENSION IF NOT EXISTS pg_trgm")
_INDEX = text(
    f"CREATE INDEX IF NOT EXISTS {SEARCH_INDEX} ON accounts USING gin"
    f" ({', '.join(f'{column} gin_trgm_ops' for column in _SEARCHED)})"
)


def unhurried(sql: Connection) -> None:
    """Let a transaction take as long as it takes, such as an upgrade or a move: a node's limits do not fit it."""
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
    except ProgrammingError:
        return
