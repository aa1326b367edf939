"""Writing many rows at once: COPY on PostgreSQL, statements of many rows each on SQLite.

The general way asks each value of each row for its type; here a column is asked once. What all rows share, such as the
instant of the act, is spelled, and handed to the database, once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Connection, LargeBinary, Table, bindparam, select
from sqlalchemy.exc import IntegrityError

from doorward.edges.sql.columns import Id

Row = Mapping[str, Any]

_ASKED_AT_ONCE = 500
"""How many values one statement asks for."""
_ROWS_AT_ONCE = 500
"""How many rows one statement of SQLite writes; with some ten values each far from the 32,766 that it takes."""


class _Columns(NamedTuple):
    """Rows as the database keeps them, by columns: those of many values, and those of which all rows have the same."""

    own: dict[str, list[Any]]
    same: dict[str, Any]


def insert_rows(sql: Connection, table: Table, rows: Sequence[Row], same: Row | None = None) -> None:
    """Insert rows that all have the same columns, at least two; `same` is what every row has besides.

    A key that is there already raises `IntegrityError`, as in any other way of writing.
    """
    if rows:
        write = _copy if sql.dialect.name == "postgresql" else _insert
        write(sql, table, _columns(sql, table, rows, same or {}))


def _columns(sql: Connection, table: Table, rows: Sequence[Row], same: Row) -> _Columns:
    names = tuple(rows[0])
    stored = {
        name: list(_stored(sql, table, name, values))
        for name, values in zip(names, zip(*map(itemgetter(*names), rows), strict=True), strict=True)
    }
    alike = {name: next(iter(_stored(sql, table, name, (value,)))) for name, value in same.items()}
    for name in names[1:]:  # the first stays, for there must be one that says how many rows there are
        if stored[name].count(stored[name][0]) == len(rows):
            alike[name] = stored.pop(name)[0]
    return _Columns(stored, alike)


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


def _copy(sql: Connection, table: Table, columns: _Columns) -> None:
    """Write rows by COPY in its text form: the values of a row with tabs between them (PostgreSQL, COPY)."""
    statement = f"COPY {table.name} ({', '.join((*columns.own, *columns.same))}) FROM STDIN"
    end = "".join(f"\t{_speller(type(value))(value)}" for value in columns.same.values()) + "\n"
    lines = map("\t".join, zip(*map(_copied, columns.own.values()), strict=True))
    driver: Any = sql.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as out:
            out.write(end.join(lines) + end)
    except sql.dialect.loaded_dbapi.IntegrityError as error:
        raise IntegrityError(statement, None, error) from None


def _copied(values: Sequence[Any]) -> Iterable[str]:
    spellers = {kind: _speller(kind) for kind in set(map(type, values))}
    if len(spellers) == 1:
        return map(spellers.popitem()[1], values)
    return (spellers[type(value)](value) for value in values)


def _speller(kind: type) -> Callable[[Any], str]:
    return next(_COPIED[one] for one in kind.__mro__ if one in _COPIED)


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_COPIED: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: r"\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _text,
    bytes: lambda value: rf"\\x{value.hex()}",
    UUID: lambda value: f"{value.int:032x}",
}
"""How COPY's text form spells a value."""


def _insert(sql: Connection, table: Table, columns: _Columns) -> None:
    """Write rows many at a time: what a statement costs besides its rows is more than a row costs."""
    names, same = (*columns.same, *columns.own), tuple(columns.same.values())
    rows = list(zip(*columns.own.values(), strict=True))
    say = partial(_statement, table, names, len(same))
    whole = len(rows) - len(rows) % _ROWS_AT_ONCE
    for start in range(0, whole, _ROWS_AT_ONCE):
        values = chain.from_iterable(rows[start : start + _ROWS_AT_ONCE])
        sql.exec_driver_sql(say(_ROWS_AT_ONCE), (*same, *values))
    if rows[whole:]:
        sql.exec_driver_sql(say(1), [(*same, *row) for row in rows[whole:]])


@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[str, ...], same: int, rows: int) -> str:
    """Spell the statement that inserts `rows` rows; the first `same` of their columns are handed over once."""
    own = len(names) - same
    shared = [f"?{place}" for place in range(1, same + 1)]
    starts = range(same + 1, same + 1 + rows * own, own)
    values = (", ".join((*shared, *(f"?{place}" for place in range(start, start + own)))) for start in starts)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({'), ('.join(values)})"  # noqa: S608 - ours


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
