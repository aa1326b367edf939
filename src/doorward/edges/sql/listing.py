"""The order of every list of people, by full name and then by id, and how a list goes on after one of them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from doorward.edges.sql.tables.accounts import accounts

_A = accounts.c
_NAME_BEFORE = select(_A.full_name_canonical).where(_A.account_id == bindparam("after")).scalar_subquery()


def by_name(statement: Select[Any], account: Any) -> Select[Any]:
    """Order a statement by the full names of the accounts that a column names, then by their ids."""
    return statement.join(accounts, _A.account_id == account).order_by(_A.full_name_canonical, _A.account_id)


def after_it() -> ColumnElement[bool]:
    """Go on after the account `after` of a statement that is ordered so: after its name as it is now."""
    same = and_(_A.full_name_canonical == _NAME_BEFORE, _A.account_id > bindparam("after"))
    return or_(_A.full_name_canonical > _NAME_BEFORE, same)
