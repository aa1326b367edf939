"""A statement that comes again answers as SQLAlchemy lets it answer, on either database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    event,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound, StatementError

from doorward.edges.sql import schema
from doorward.edges.sql.engine import DatabaseBusy
from doorward.edges.sql.held import HeldConnection
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.edges.sql.tables.policy import settings
from doorward.edges.sql.tables.signin import failing_names
from tests.edges.sql.executing import (
    ADD,
    AGAIN,
    BEN,
    NAMED,
    NOON,
    OF_AREA,
    OF_SOURCE,
    Opened,
    again,
    alike,
    filled,
    setting,
)

_S, _N = settings.c, failing_names.c


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Opened]:
    """Give a database with a few rows."""
    with filled(tmp_path) as opened:
        yield opened


STATEMENTS: list[tuple[Any, dict[str, Any]]] = [
    (OF_AREA, {"area": "a"}),
    (OF_AREA, {"area": "nowhere"}),
    (NAMED, {"area": "a", "name": "one"}),
    (OF_SOURCE, {"source": "s"}),
    (select(func.count()).where(_S.area == bindparam("area")), {"area": "a"}),
    (select(_S.name, literal("always"), literal(7).label("seven")).where(_S.area == "a").limit(bindparam("most")),
     {"most": 1}),
    (select(_N.name_id, func.coalesce(_N.in_flight, False).label("flies")).where(_N.tried_at <= bindparam("now")),
     {"now": NOON}),
    (select(_N.name_id).where(_N.name_id == bindparam("name")), {"name": BEN}),
    (union_all(select(_S.area), select(_S.name)).order_by("area"), {}),
    (select(_S.area, select(func.count()).select_from(failing_names).scalar_subquery().label("all")), {}),
    (select(_S.name, _S.chosen).where(_S.area.in_(["a", "c"]), _S.name != bindparam("name")), {"name": "one"}),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "values"), STATEMENTS)
def test_rows_are_as_sqlalchemy_gives_them(database: Opened, statement: Any, values: dict[str, Any]) -> None:
    """Values, their types, their names and their places."""
    with database.read() as sql:
        alike(sql, statement, values)


@pytest.mark.parametrize("way", ["first", "one_or_none", "one", "scalar", "scalar_one", "scalar_one_or_none"])
@pytest.mark.parametrize("area", ["a", "b", "nowhere"])
def test_one_row_is_given_as_sqlalchemy_gives_it(database: Opened, way: str, area: str) -> None:
    """None, one, or several: the same answer, or the same exception."""

    def answer(result: Any) -> Any:
        try:
            got = getattr(result, way)()
        except (NoResultFound, MultipleResultsFound) as error:
            return type(error)
        return tuple(got) if isinstance(got, tuple) else got

    with database.read() as sql:
        expected = Connection.execute(sql, OF_AREA, {"area": area})
        if not expected.returns_rows:
            pytest.fail("the reference gives no rows")
        wanted = answer(expected)
        wanted = tuple(wanted) if hasattr(wanted, "_mapping") else wanted
        assert answer(again(sql, OF_AREA, {"area": area})) == wanted


def test_values_of_a_column_and_rows_in_turn(database: Opened) -> None:
    """Either can be read while the statement still answers."""
    with database.read() as sql:
        assert list(again(sql, OF_AREA, {"area": "a"}).scalars()) == ["a", "a"]
        assert [row.name for row in again(sql, OF_AREA, {"area": "a"})] == ["one", "two"]


def test_changed_rows_are_counted(database: Opened) -> None:
    """An update that meets nobody has changed nothing."""
    change = update(settings).where(_S.area == bindparam("where")).values(version=bindparam("to"))
    with database.write() as sql:
        for where, count in (("a", 2), ("nowhere", 0), ("b", 1), ("a", 2)):
            assert sql.execute(change, {"where": where, "to": 5}).rowcount == count


def test_what_is_changed_is_given_back(database: Opened) -> None:
    """RETURNING gives rows like a question."""
    change = (
        update(settings).where(_S.area == bindparam("where")).values(version=_S.version + 1)
        .returning(_S.version, _S.changed_at)
    )  # fmt: skip
    with database.write() as sql:
        versions = [sql.execute(change, {"where": "b"}).one() for _ in range(AGAIN)]

    assert [tuple(row) for row in versions] == [(2, NOON), (3, NOON), (4, NOON)]


def test_many_rows_at_once(database: Opened) -> None:
    """A list of values is written by one statement, and an empty one as SQLAlchemy takes it."""
    with database.write() as sql:
        for number in range(AGAIN):
            sql.execute(ADD, [setting("many", f"{number}-{one}", one) for one in range(4)])
        count = sql.execute(select(func.count()).where(_S.area == "many")).scalar_one()

    assert count == AGAIN * 4


def test_the_same_statement_with_other_columns(database: Opened) -> None:
    """What is inserted goes by the names that are given, not by those of the time before."""
    fewer = insert(failing_names)
    with database.write() as sql:
        for number in range(AGAIN):
            row = {"source": "t", "name_id": UUID(int=number + 9), "tried_at": NOON, "in_flight": False}
            sql.execute(fewer, {**row, "failed_before": number})
        rows = sql.execute(select(_N.failed_before).where(_N.source == "t").order_by(_N.name_id)).all()

    assert [row.failed_before for row in rows] == [0, 1, 2]


@pytest.mark.parametrize("times", [1, AGAIN])
def test_a_value_that_is_missing_is_told(database: Opened, times: int) -> None:
    """By SQLAlchemy, the first time and later."""
    with database.read() as sql:
        for _ in range(times - 1):
            sql.execute(NAMED, {"area": "a", "name": "one"}).all()
        with pytest.raises(StatementError, match="name"):
            sql.execute(NAMED, {"area": "a"})


def test_a_statement_that_breaks_a_key_says_so_without_its_values(
    database: Opened,
) -> None:
    """`IntegrityError` as SQLAlchemy raises it; what was written may be a secret."""
    row = setting("a", "one", "hidden in the row")
    with database.write() as sql:
        for _ in range(AGAIN):
            with pytest.raises(IntegrityError) as told, sql.begin_nested():
                sql.execute(ADD, row)
            assert "hidden in the row" not in str(told.value).split("DETAIL")[0]
        assert sql.execute(NAMED, {"area": "a", "name": "one"}).one().chosen == {"x": [1, None]}


def test_whoever_listens_hears_of_it(database: Opened) -> None:
    """A statement in the driver's words is told before it is executed, like any other."""
    heard: list[tuple[str, bool]] = []
    with database.write() as sql:
        again(sql, OF_AREA, {"area": "a"})
        event.listen(sql, "before_cursor_execute", lambda *told: heard.append((told[2][:6], told[5])))
        sql.execute(OF_AREA, {"area": "a"})
        sql.execute(ADD, [setting("c", "one", 1), setting("c", "two", 2)])

    assert heard == [("SELECT", False), ("INSERT", True)]


def test_what_only_sqlalchemy_can_execute_is_left_to_it(database: Opened) -> None:
    """Such as texts."""
    with database.read() as sql:
        for _ in range(AGAIN):
            assert sql.execute(text("SELECT count(*) FROM settings")).scalar() == 3


def test_a_statement_built_for_one_call_is_not_kept(database: Opened) -> None:
    """What is known of a statement goes with it."""
    built = 50
    with database.read() as sql:
        assert isinstance(sql, HeldConnection)
        for number in range(built):
            again(sql, select(_S.name).where(_S.area == "a").limit(number))
        assert len(sql.spellings) < built


def test_a_busy_database_is_told_as_busy(tmp_path: Path) -> None:
    """A reader whose view is old cannot write: the driver's word for that is ours for waiting in vain."""
    path = tmp_path / "doorward.db"
    one, other = SqliteDatabase(path), SqliteDatabase(path)
    schema.prepare(one, "it")

    def write_after_another() -> None:
        with other.read() as sql:
            again(sql, OF_AREA, {"area": "a"})
            for number in range(AGAIN):
                with one.write() as writer:
                    writer.execute(ADD, setting("a", f"{number}", 1))
            for number in range(AGAIN):
                sql.execute(ADD, setting("b", f"{number}", 1))

    with pytest.raises(DatabaseBusy):
        write_after_another()
    one.close()
    other.close()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.text("abc", max_size=3), st.integers(0, 2**31 - 1)), unique_by=lambda row: row[0]))
def test_what_is_written_is_read(database: Opened, rows: list[tuple[str, int]]) -> None:
    """Whatever is written one by one is there, in its order."""
    with database.write() as sql:
        sql.execute(delete(settings).where(_S.area == "p"))
        for name, number in rows:
            sql.execute(ADD, {**setting("p", name, {"n": number}), "version": number})
        found = sql.execute(OF_AREA, {"area": "p"}).all()

    assert [(row.name, row.version, row.chosen["n"]) for row in found] == [(n, v, v) for n, v in sorted(rows)]


def test_what_sqlalchemy_asks_for_itself_is_answered_by_it(database: Opened) -> None:
    """Whether tables are there, and what they look like: it wants answers of its own kind, each time anew."""
    with database.write() as sql:
        for _ in range(2 * AGAIN):
            settings.create(sql, checkfirst=True)
            looked = inspect(sql)
            assert looked.has_table("settings")
            assert {"settings", "accounts"} <= set(looked.get_table_names())
            assert {"area", "name"} <= {column["name"] for column in looked.get_columns("settings")}
            assert looked.get_pk_constraint("settings")["constrained_columns"]
            assert looked.get_indexes("audit_entries")
