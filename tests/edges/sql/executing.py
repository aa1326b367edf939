"""What the tests of held connections share: a database with a few rows, and a statement executed in both ways."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select

from doorward.edges.sql import schema
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.edges.sql.rows import Rows
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.edges.sql.tables.policy import settings
from doorward.edges.sql.tables.signin import failing_names
from tests import cluster

Opened = SqliteDatabase | PostgresDatabase
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ADA, BEN = UUID(int=1), UUID(int=2)
_S, _N = settings.c, failing_names.c
ADD = insert(settings)
ADD_NAME = insert(failing_names)
OF_AREA = select(settings).where(_S.area == bindparam("area")).order_by(_S.name)
NAMED = OF_AREA.where(_S.name == bindparam("name"))
OF_SOURCE = select(failing_names).where(_N.source == bindparam("source")).order_by(_N.name_id)
AGAIN = 3
"""How often a statement is executed until it is one that comes again."""


def setting(area: str, name: str, chosen: Any) -> dict[str, Any]:
    """Give a row of settings."""
    return {"area": area, "name": name, "chosen": chosen, "version": 1, "changed_at": NOON, "changed_by": "ada"}


def again(sql: Connection, statement: Any, values: Any = None) -> Any:
    """Execute a statement as often as makes it one that comes again, and give its last answer."""
    for _ in range(AGAIN - 1):
        list(sql.execute(statement, values))
    answer: object = sql.execute(statement, values)
    assert isinstance(answer, Rows)
    return answer


@contextmanager
def filled(folder: Path) -> Iterator[Opened]:
    """Give a database with its tables."""
    opened = cluster.fresh() if cluster.chosen() else SqliteDatabase(folder / "doorward.db")
    schema.prepare(opened, "it")
    with opened.write() as sql:
        for area, name, chosen in (("a", "one", {"x": [1, None]}), ("a", "two", "zwölf"), ("b", "one", 3)):
            sql.execute(ADD, setting(area, name, chosen))
        for person, in_flight in ((ADA, True), (BEN, False)):
            row = {"source": "s", "name_id": person, "tried_at": NOON, "in_flight": in_flight, "failed_before": 0}
            sql.execute(ADD_NAME, row)
    yield opened
    with opened.write() as sql:
        sql.execute(delete(settings))
        sql.execute(delete(failing_names))
    opened.close()


def alike(sql: Connection, statement: Any, values: dict[str, Any]) -> None:
    """Hold both ways against each other: values, their types, their names and their places."""
    reference = Connection.execute(sql, statement, values)
    names, expected = list(reference.keys()), reference.all()
    found = again(sql, statement, values).all()

    assert [tuple(row) for row in found] == [tuple(row) for row in expected]
    for row, wanted in zip(found, expected, strict=True):
        for name in names:
            if name.isidentifier() and not name.startswith("_"):
                assert getattr(row, name) == getattr(wanted, name)
                assert type(getattr(row, name)) is type(getattr(wanted, name))
