"""Writing many rows at once: COPY on PostgreSQL, one statement prepared once on SQLite.

The general way asks each value of each row for its type; here a column is asked once, and what repeats is spelled once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import repeat
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, LargeBinary, Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from doorward.edges.sql.columns import Id

Row = Mapping[str, Any]

_ASKED_AT_ONCE = 500
"""How many values one statement asks for."""


def insert_rows(sql: Connection, table: Table, rows: Sequence[Row], same: Row | None = None) -> None:
    """Insert rows that all have the same columns, at least two; `same` is what every row has besides.

    A key that is there already raises `IntegrityError`, as in any other way of writing.
    """
    if not rows:
        return
    alike = {} if same is None else same
    own = tuple(rows[0])
    columns = list(map(partial(_stored, sql, table), own, zip(*map(itemgetter(*own), rows), strict=True)))
    columns += [repeat(next(iter(_stored(sql, table, name, (value,)))), len(rows)) for name, value in alike.items()]
    names, stored = (*own, *alike), zip(*columns, strict=True)
    if sql.dialect.name == "postgresql":
        _copy(sql, table, names, stored)
    else:
        sql.exec_driver_sql(_insert(table, names), list(stored))


def _stored(sql: Connection, table: Table, name: str, values: Iterable[Any]) -> Iterable[Any]:
    """Spell a column's values as the database keeps them."""
    kind = table.c[name].type
    if isinstance(kind, LargeBinary):
        return values
    if isinstance(kind, Id):
        return map(_bytes, values) if sql.dialect.name == "sqlite" else values
    spell = kind.dialect_impl(sql.dialect).bind_processor(sql.dialect)
    return values if spell is None else _each(spell, values)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.int.to_bytes(16, "big")


def _each(spell: Callable[[Any], Any], values: Iterable[Any]) -> Iterator[Any]:
    """Spell each value; what is the one before once more, such as the instant of the act, is not spelled again."""
    last, spelled = None, spell(None)
    for value in values:
        if value is not last:
            last, spelled = value, spell(value)
        yield spelled


def _copy(sql: Connection, table: Table, names: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = sql.connection.driver_connection
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as out:
            for row in rows:
                out.write_row(row)
    except sql.dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(statement, None, error) from None


@cache
def _insert(table: Table, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - ours


def among(sql: Connection, column: Column[Any], values: Sequence[str]) -> set[str]:
    """Of these texts, tell which a column holds; asked in parts that any database takes.

    PostgreSQL gets one array, planned anew each time: a plan kept from when the table was small would read all of it.
    """
    parts = (values[start : start + _ASKED_AT_ONCE] for start in range(0, len(values), _ASKED_AT_ONCE))
    if sql.dialect.name != "postgresql":
        asked = select(column).where(column.in_(bindparam("values", expanding=True)))
        return {one for part in parts for one in sql.execute(asked, {"values": part}).scalars()}
    driver: Any = sql.connection.driver_connection
    statement = f"SELECT {column.name} FROM {column.table} WHERE {column.name} = ANY(%s)"  # noqa: S608 - ours
    with driver.cursor() as cursor:
        found = (cursor.execute(statement, [list(part)], prepare=False).fetchall() for part in parts)
        return {one for rows in found for (one,) in rows}
