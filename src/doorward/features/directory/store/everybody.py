"""The list of all accounts where it is narrowed down: walked in its order, and read at once where that does not do.

A page of what many accounts fulfil is soon full when names are walked in their order. What few fulfil is not met on
that way within reason, but an index of the database finds the few, and sorting them costs little. Which of the two it
is shows after some names, whatever a database believes of its tables.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, literal, select

from doorward.edges.sql.tables.accounts import account_state, accounts
from doorward.edges.sql.tables.second_factor import allowlist
from doorward.features.directory.store import lists, walking
from doorward.kernel.ids import AccountId

WALK = {"sqlite": 20_000, "postgresql": 4_000}
"""How many names are walked at most before the rest is found at once: further where that reads the whole table."""

_A, _S, _L = accounts.c, account_state.c, allowlist.c
_WAY = accounts.alias("way")


def search(
    sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int, walk: int | None = None
) -> list[lists.JoinedAccount]:
    """Load accounts that meet every condition, by full name, then id; at most `walk` names are walked."""
    names = frozenset(conditions) - lists.NO_CONDITIONS
    values = {**conditions, "now": now, "most": most, "walk": WALK[sql.dialect.name] if walk is None else walk}
    edge = sql.execute(_edge(going_on="after" in names), values).one_or_none()
    upto = {} if edge is None else {"edge_name": edge[0], "edge_account": edge[1]}
    found = _ids(sql, _walk(names, to_an_edge=edge is not None), values | upto)
    if edge is not None and len(found) < most:
        found = _ids(sql, _at_once(names), values)
    return lists.search(sql, {"accounts": found}, now, most) if found else []


def _ids(sql: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[AccountId]:
    return [AccountId(one) for one in sql.execute(statement, values).scalars()]


@cache
def _edge(*, going_on: bool) -> Select[Any]:
    return walking.edge(accounts, going_on=going_on)


@cache
def _walk(names: frozenset[str], *, to_an_edge: bool) -> Select[Any]:
    met = _asked(select(literal(1)), names).where(_A.account_id == _WAY.c.account_id)
    return walking.walk(_WAY, met, going_on="after" in names, to_an_edge=to_an_edge)


@cache
def _at_once(names: frozenset[str]) -> Select[Any]:
    """Find everybody; the name as no index has it, so that they are found first and then sorted."""
    return (
        _asked(select(_A.account_id), names)
        .where(*walking.after(accounts, going_on="after" in names))
        .order_by(_A.full_name_canonical.concat(""), _A.account_id)
        .limit(bindparam("most"))
    )


def _asked(statement: Select[Any], names: frozenset[str]) -> Select[Any]:
    return (
        statement.select_from(accounts)
        .join(account_state, _S.account_id == _A.account_id)
        .outerjoin(allowlist, _L.account_id == _A.account_id)
        .where(*(lists.CONDITIONS[one] for one in sorted(names - {"after"})))
    )
