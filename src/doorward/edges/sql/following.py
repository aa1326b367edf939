"""The tables of locked names follow locks and names by triggers: whoever writes a lock cannot forget them.

That holds for every statement of every version of the program that writes to this database. What an account's opening
leaves behind is its row, and the parts of its names: lifting many locks costs one small write each, and whoever is
locked again meanwhile finds them there. The worker takes them away later.
"""

from types import ModuleType

from sqlalchemy import Connection, delete, inspect, select

from doorward.edges.sql import following_on_postgresql, following_on_sqlite
from doorward.edges.sql.tables.locked import locked_names, locked_parts

TABLES = (locked_parts.name, locked_names.name)
_OPENED = select(locked_names.c.account_id).where(locked_names.c.locked_at.is_(None))


def complete(sql: Connection) -> None:
    """Let the tables follow as this version means it, after each upgrade; the first time they are filled."""
    if not inspect(sql).has_table(TABLES[0]):
        return
    if following(sql):
        stop(sql)
    else:
        _fill(sql)
    _begin(sql)


def fill(sql: Connection) -> None:
    """Make the tables anew from locks and names, all at once: many times as fast as row by row."""
    stop(sql)
    _fill(sql)
    _begin(sql)


def following(sql: Connection) -> bool:
    """Return whether all triggers are there."""
    there = set(sql.exec_driver_sql(_words(sql).THERE).scalars())
    return there.issuperset(_words(sql).TRIGGERS)


def stop(sql: Connection) -> None:
    """Let the tables follow nobody, until `complete` or `fill`."""
    for name, table in _words(sql).TABLE_OF.items():
        sql.exec_driver_sql(_words(sql).DROP.format(name=name, table=table))


def forget(sql: Connection, most: int) -> int:
    """Take away the names of at most `most` accounts that are no longer locked; tell of how many it did."""
    some = sql.execute(_OPENED.limit(most)).scalars().all()
    sql.execute(delete(locked_names).where(locked_names.c.account_id.in_(some)))
    return len(some)


def _fill(sql: Connection) -> None:
    for table in TABLES:
        sql.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - ours
    for statement in _words(sql).FILL:
        sql.exec_driver_sql(statement)


def _begin(sql: Connection) -> None:
    for statement in (*_words(sql).FUNCTIONS, *_words(sql).TRIGGERS.values()):
        sql.exec_driver_sql(statement)


def _words(sql: Connection) -> ModuleType:
    return following_on_postgresql if sql.dialect.name == "postgresql" else following_on_sqlite
