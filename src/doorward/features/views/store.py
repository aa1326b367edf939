"""The SQL on saved views."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.tables.views import saved_views
from doorward.features.directory.model import Search
from doorward.features.views.model import View
from doorward.kernel.ids import AccountId
from doorward.kernel.names import canonical

_V = saved_views.c
_ONE = (_V.account_id == bindparam("account"), _V.name_canonical == bindparam("called"))

_VIEWS = select(_V.name, _V.search)
_OF = _VIEWS.where(_V.account_id == bindparam("account")).order_by(_V.name_canonical)
_CALLED = _VIEWS.where(*_ONE)
_ADD = insert(saved_views)
_CHANGE = update(saved_views).where(*_ONE)
_DELETE = delete(saved_views).where(*_ONE)


def views_of(sql: Connection, account: AccountId) -> list[View]:
    """Load somebody's views, by name."""
    return [_view(row) for row in sql.execute(_OF, {"account": account})]


def called(sql: Connection, account: AccountId, name: str) -> View | None:
    """Load somebody's view by its name, in any spelling of it."""
    row = sql.execute(_CALLED, _key(account, name)).one_or_none()
    return None if row is None else _view(row)


def add(sql: Connection, account: AccountId, view: View, at: datetime) -> None:
    """Insert a view; a name that the account has violates its key."""
    sql.execute(_ADD, {"account_id": account, **_row(view), "saved_at": at})


def change(sql: Connection, account: AccountId, name: str, view: View, at: datetime) -> bool:
    """Write a view in place of the one with this name; tell whether it was there."""
    return sql.execute(_CHANGE.values(**_row(view), saved_at=at), _key(account, name)).rowcount == 1


def remove(sql: Connection, account: AccountId, name: str) -> bool:
    """Delete a view; tell whether it was there."""
    return sql.execute(_DELETE, _key(account, name)).rowcount == 1


def _key(account: AccountId, name: str) -> dict[str, Any]:
    return {"account": account, "called": canonical(name)}


def _row(view: View) -> dict[str, Any]:
    return {"name": view.name, "name_canonical": canonical(view.name), "search": view.search.spelled()}


def _view(row: Any) -> View:
    return View(row.name, Search.read(row.search))
