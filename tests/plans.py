"""How a database carries out statements, as it says itself."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event


def plans_of(sql: Connection, say: Callable[[], object]) -> list[str]:
    """Say something on a connection, and tell how the database carries out each question and change in it."""
    explain = "EXPLAIN" if sql.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    said: list[tuple[str, Any]] = []

    def keep(_sql: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        one = values[0] if many else values
        said.append((statement, tuple(one) if isinstance(one, list) else one))

    event.listen(sql, "before_cursor_execute", keep)
    say()
    event.remove(sql, "before_cursor_execute", keep)
    return [
        "\n".join(str(row[-1]) for row in sql.exec_driver_sql(f"{explain} {statement}", values))
        for statement, values in said
        if statement.startswith(("SELECT", "UPDATE"))
    ]
