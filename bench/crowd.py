"""A crowd to search in: accounts written by one statement, one in a hundred of them locked.

Indexes are made when all rows are there, and the tables that follow locks as well: ten million take minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from doorward.edges.sql import following

FIRST = ("Ada", "Bram", "Cora", "Dirk", "Emma", "Fred", "Gina", "Hans", "Iris", "Joris", "Karla", "Lars", "Mira")
LAST = ("Rossi", "Novak", "Jansen", "Weber", "Silva", "Moreau", "Kovacs", "Lindqvist", "Okafor", "Tanaka", "Ivanova")
LOCKED_EVERY = 100
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n)",
    "postgresql": "generate_series(1, CAST(:count AS integer)) AS i",
}
_ID = {
    "sqlite": "CAST(printf('%08x', i) || randomblob(8) AS BLOB)",
    "postgresql": "CAST(lpad(to_hex(i), 8, '0') || substr(md5(CAST(random() AS text)), 9) AS uuid)",
}
"""Ids rise as those of the product do."""
_FALSE = {"sqlite": "0", "postgresql": "false"}
_TRUE = {"sqlite": "1", "postgresql": "true"}
_INDEXES = {
    "sqlite": """
        SELECT name, sql AS made FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('accounts', 'account_state')
    """,
    "postgresql": """
        SELECT indexname AS name, indexdef AS made FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename IN ('accounts', 'account_state')
          AND indexname NOT LIKE 'pk%' AND indexname NOT LIKE 'uq%'
    """,
}
_ROOM = {
    "sqlite": ("PRAGMA cache_size = -1000000", "PRAGMA cache_size = -2000"),
    "postgresql": ("SET LOCAL maintenance_work_mem = '1GB'", "SET LOCAL maintenance_work_mem = DEFAULT"),
}
"""Memory for the while in which the crowd is written."""


def fill(sql: Connection, count: int) -> None:
    """Add so many accounts; `version` holds each one's number."""
    with _at_once(sql):
        _write(sql, count)


def _write(sql: Connection, count: int) -> None:
    kind = sql.dialect.name
    name = f"{_one_of(FIRST, 'i')} || ' ' || {_one_of(LAST, f'i / {len(FIRST)}')} || ' ' || i"
    login = f"lower({_one_of(FIRST, 'i')}) || '.' || i"
    sql.execute(
        text(f"""
        INSERT INTO accounts (account_id, user_name, user_name_canonical, full_name, full_name_canonical, email,
          email_canonical, kind, enabled, protected, created_at, updated_at, version)
        SELECT {_ID[kind]}, {login}, {login}, {name}, lower({name}), {login} || '@example.org',
          {login} || '@example.org', 'internal', {_TRUE[kind]}, {_FALSE[kind]}, 0, 0, i FROM {_NUMBERS[kind]}"""),  # noqa: S608 - ours
        {"count": count},
    )
    locked = f"version % {LOCKED_EVERY} = 0"
    sql.execute(
        text(f"""
        INSERT INTO account_state (account_id, epoch, locked_at, lock_reason, enabled_at, factors, excluded)
        SELECT account_id, 1, CASE WHEN {locked} THEN version END, CASE WHEN {locked} THEN 'Failures' END, 0, 1,
          {_FALSE[kind]} FROM accounts
        WHERE account_id NOT IN (SELECT account_id FROM account_state)""")  # noqa: S608 - ours
    )


@contextmanager
def _at_once(sql: Connection) -> Iterator[None]:
    """Write without indexes and triggers; they are made afterwards, from all rows at once."""
    more, as_before = _ROOM[sql.dialect.name]
    indexes = sql.execute(text(_INDEXES[sql.dialect.name])).all()
    sql.exec_driver_sql(more)
    for index in indexes:
        sql.exec_driver_sql(f"DROP INDEX {index.name}")
    following.stop(sql)
    yield
    for index in indexes:
        sql.exec_driver_sql(index.made)
    following.fill(sql)
    sql.exec_driver_sql(as_before)


def _one_of(words: tuple[str, ...], number: str) -> str:
    chosen = " ".join(f"WHEN {index} THEN '{word}'" for index, word in enumerate(words))
    return f"(CASE ({number}) % {len(words)} {chosen} END)"
