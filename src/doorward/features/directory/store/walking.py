"""Places in a list that is ordered by full name, then id."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, tuple_

from doorward.edges.sql.tables.accounts import accounts

_A = accounts.c


def place(way: FromClause) -> tuple[Any, Any]:
    """Give the place in the list that a row of a table stands for."""
    return way.c.full_name_canonical, way.c.account_id


def after(way: FromClause, *, going_on: bool) -> list[ColumnElement[bool]]:
    """Give the condition of a page that is not the first: what comes after `after_name` and `after_account`."""
    return [tuple_(*place(way)) > given("after")] if going_on else []


def given(which: str) -> Any:
    """Give the place that the parameters `<which>_name` and `<which>_account` name."""
    return tuple_(
        bindparam(f"{which}_name", type_=_A.full_name_canonical.type),
        bindparam(f"{which}_account", type_=_A.account_id.type),
    )
