"""A statement that is given lists of values answers as SQLAlchemy lets it answer, on either database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Connection, bindparam, delete, event, select, union_all, update

from doorward.edges.sql.rows import Rows
from doorward.edges.sql.spelling import MOST
from doorward.edges.sql.tables.policy import settings
from doorward.edges.sql.tables.signin import failing_names
from tests.edges.sql.executing import ADA, ADD, AGAIN, BEN, OF_AREA, Opened, again, alike, filled, setting

_S, _N = settings.c, failing_names.c
AMONG_AREAS = select(_S.area, _S.name).where(_S.area.in_(bindparam("areas", expanding=True))).order_by(_S.area, _S.name)
OUTSIDE = select(_S.name).where(_S.area.not_in(bindparam("areas", expanding=True))).order_by(_S.name)
AMONG_NAMES = select(_N.name_id).where(_N.name_id.in_(bindparam("names", expanding=True))).order_by(_N.name_id)
BOTH = AMONG_AREAS.where(_S.name.in_(bindparam("names", expanding=True)), _S.version == bindparam("version"))
TWICE = union_all(
    select(_S.area).where(_S.area.in_(bindparam("words", expanding=True))),
    select(_S.name).where(_S.name.in_(bindparam("words", expanding=True)), _S.area != bindparam("not_in")),
).order_by("area")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Opened]:
    """Give a database with a few rows."""
    with filled(tmp_path) as opened:
        yield opened


LISTS: list[tuple[Any, dict[str, Any]]] = [
    *((AMONG_AREAS, {"areas": areas}) for areas in ([], ["a"], ["b", "a"], ("a", "x", "b"), ["a"] * 5, ["x"] * 9)),
    *((OUTSIDE, {"areas": areas}) for areas in ([], ["a"], ["b", "x", "y"])),
    *((AMONG_NAMES, {"names": names}) for names in ([], [ADA], [BEN, ADA, UUID(int=7)])),
    (BOTH, {"areas": ["a", "b", "c"], "names": ["one"], "version": 1}),
    (BOTH, {"version": 1, "names": ["one", "two"], "areas": []}),
    (TWICE, {"words": ["a", "one", "two"], "not_in": "b"}),
]


@pytest.mark.parametrize(("statement", "values"), LISTS)
def test_rows_of_lists_are_as_sqlalchemy_gives_them(database: Opened, statement: Any, values: dict[str, Any]) -> None:
    """Values, their types, their names and their places."""
    with database.read() as sql:
        alike(sql, statement, values)


def test_other_lists_are_left_to_sqlalchemy(database: Opened) -> None:
    """Those that are longer than any text is spelled for, and other collections."""
    areas = ["a", "b", *(f"{number}" for number in range(MOST))]
    with database.read() as sql:
        for _ in range(AGAIN):
            for given in (areas, {"a", "b"}):
                answer: Any = sql.execute(AMONG_AREAS, {"areas": given})
                assert not isinstance(answer, Rows)
                assert len(answer.all()) == 3


def test_a_list_is_no_reason_to_take_a_value_for_one(database: Opened) -> None:
    """A setting may be a list, and is written and read as it stands."""
    with database.write() as sql:
        for number, chosen in enumerate(([], [1], [1, None, "x"], [[2]])):
            sql.execute(ADD, setting("lists", f"{number}", chosen))
        found = again(sql, OF_AREA, {"area": "lists"}).all()

    assert [row.chosen for row in found] == [[], [1], [1, None, "x"], [[2]]]


def test_a_list_that_grows_needs_few_texts(database: Opened) -> None:
    """One for each power of two, so that drivers and servers keep them."""
    said: set[str] = set()
    with database.read() as sql:
        again(sql, AMONG_AREAS, {"areas": ["a"]})
        event.listen(sql, "before_cursor_execute", lambda *told: said.add(told[2]))
        for length in range(1, MOST + 1):
            areas = [f"{number}" for number in range(length - 1)] + ["b"]
            assert [row.area for row in sql.execute(AMONG_AREAS, {"areas": areas})] == ["b"]

    assert len(said) == MOST.bit_length()


def test_those_in_a_list_are_changed_once_each(database: Opened) -> None:
    """Nobody else is, whatever length the list is filled up to; several sets of values follow each other."""
    among = _S.area.in_(bindparam("areas", expanding=True))
    raise_ = update(settings).where(among).values(version=_S.version + bindparam("by"))
    with database.write() as sql:
        for areas, count in ((["b"], 1), (["a", "x", "y"], 2), ([], 0), (["a", "b", "a"], 3), (["b"], 1)):
            assert sql.execute(raise_, {"areas": areas, "by": 10}).rowcount == count
        found = sql.execute(select(_S.area, _S.version).order_by(_S.area)).all()
        sql.execute(delete(settings).where(among), {"areas": ["a"]})
        left = sql.execute(select(_S.area)).scalars()

        assert [tuple(row) for row in found] == [("a", 21), ("a", 21), ("b", 31)]
        assert list(left) == ["b"]


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    areas=st.lists(st.sampled_from(["a", "b", "c", "", "%s", "'"]), max_size=20),
    names=st.lists(st.sampled_from(["one", "two", "three"]), max_size=5),
)
def test_lists_are_as_sqlalchemy_takes_them(database: Opened, areas: list[str], names: list[str]) -> None:
    """Of any length, also none at all."""
    values = {"areas": areas, "names": names, "version": 1}
    with database.read() as sql:
        expected = [tuple(row) for row in Connection.execute(sql, BOTH, values)]

        assert [tuple(row) for row in again(sql, BOTH, values)] == expected
