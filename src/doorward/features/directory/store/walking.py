"""Walking a list that is ordered by full name, then id: its places, how far to go, and whom one meets."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, select, tuple_

from doorward.edges.sql.tables.accounts import accounts

_A = accounts.c


def place(way: FromClause) -> tuple[Any, Any]:
    """Return the place in the list that a row of a table stands for."""
    return way.c.full_name_canonical, way.c.account_id


def after(way: FromClause, *, going_on: bool) -> list[ColumnElement[bool]]:
    """Return the condition of a page that is not the first: what comes after `after_name` and `after_account`."""
    return [tuple_(*place(way)) > given("after")] if going_on else []


def given(which: str) -> Any:
    """Give the place that the parameters `<which>_name` and `<which>_account` name."""
    return tuple_(
        bindparam(f"{which}_name", type_=_A.full_name_canonical.type),
        bindparam(f"{which}_account", type_=_A.account_id.type),
    )


def edge(way: FromClause, *on_it: ColumnElement[bool], going_on: bool) -> Select[Any]:
    """Find the place up to which `walk` rows of a table are walked; none where fewer are left."""
    return (
        select(*place(way))
        .where(*on_it, *after(way, going_on=going_on))
        .order_by(*place(way))
        .limit(1)
        .offset(bindparam("walk"))
    )


def walk(
    way: FromClause, met: Select[Any], *on_it: ColumnElement[bool], going_on: bool, to_an_edge: bool
) -> Select[Any]:
    """Walk rows of a table in their order, to `edge_name` and `edge_account` or the end, for `most` that are met.

    A question on each row, as a value, leaves a planner nothing to turn round.
    """
    upto = [tuple_(*place(way)) <= given("edge")] if to_an_edge else []
    return (
        select(way.c.account_id)
        .where(*on_it, *after(way, going_on=going_on), *upto)
        .where(met.correlate(way).scalar_subquery().is_not(None))
        .order_by(*place(way))
        .limit(bindparam("most"))
    )
