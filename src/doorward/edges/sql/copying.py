"""Writing many rows into PostgreSQL by COPY, and saying which value it does not take."""

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table

from doorward.kernel.obstacle import Obstacle

Row = tuple[Any, ...]
Rows = list[Row]
_SAID = {
    "22001": "a text that is longer than the column takes",
    "22003": "a number beyond the range of the column",
}
"""What PostgreSQL refuses and SQLite keeps (PostgreSQL, appendix A)."""


def copy(target: Connection, table: Table, batches: Iterable[Rows]) -> None:
    """Write rows in the transaction of `target`; raise `Obstacle` for a value that PostgreSQL does not take."""
    spell, row = target.dialect.identifier_preparer, ()
    columns = ", ".join(map(spell.quote, table.columns.keys()))
    statement = f"COPY {spell.format_table(table)} ({columns}) FROM STDIN"
    driver: Any = target.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as out:
            for row in chain.from_iterable(batches):
                out.write_row(row)
    except (target.dialect.loaded_dbapi.DataError, UnicodeEncodeError) as error:
        where, what = _found(table, row) or _told(table, error)
        mend = "Nothing was moved. Correct it, then move again."
        raise Obstacle(f"{where} holds {what}, which PostgreSQL cannot keep.", mend) from error


def _found(table: Table, row: Row) -> tuple[str, str] | None:
    """Look for the value in the row that could not be written; it is not told, for it may be a secret."""
    for column, value in zip(table.columns.keys(), row, strict=False):
        wrong = _wrong(value)
        if wrong:
            return f"{table.name}.{column}{_which(table, row)}", wrong
    return None


def _wrong(value: object) -> str:
    if not isinstance(value, str):
        return ""
    if "\0" in value:
        return "a text with a NUL character"
    return "a text that is not Unicode" if any("\ud800" <= one <= "\udfff" for one in value) else ""


def _which(table: Table, row: Row) -> str:
    """Name the row by its first id, such as the account's."""
    named = zip(table.columns.keys(), row, strict=True)
    return next((f" ({column} {value})" for column, value in named if isinstance(value, UUID)), "")


def _told(table: Table, error: Exception) -> tuple[str, str]:
    """Read where the server has found it from what it says."""
    said: Any = getattr(error, "diag", None)
    column = re.search(r", column (\w+)", getattr(said, "context", None) or "")
    where = f"{table.name}.{column[1]}" if column else table.name
    return where, _SAID.get(getattr(said, "sqlstate", None) or "", "a value of another kind")
