"""The list of locked accounts, read from the side of the locks: what it costs hangs on the page, not on the crowd.

Each statement can be carried out in one sensible way only, so that it is quick whatever a database believes of its
tables. Names are walked in their order, through an index of the locked alone or of one part of their names, and each
account that is met is looked up by its id. Where that does not fill the page soon, all locked names are read once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.searching import matches, matching
from doorward.edges.sql.tables.accounts import account_state, accounts
from doorward.edges.sql.tables.groups import group_members
from doorward.edges.sql.tables.locked import locked_names, locked_parts
from doorward.edges.sql.tables.second_factor import allowlist
from doorward.features.accounts.model import LockReason
from doorward.features.directory.store import lists, walking
from doorward.features.directory.store.walking import after, place
from doorward.kernel.act import Reach
from doorward.kernel.ids import AccountId

WALK = 2_000
"""How many names are walked at most before all are read."""
_COUNTED = 500
"""A part that occurs more often than this is common, and how often does not matter."""

_A, _S, _L, _N, _P, _M = (
    accounts.c, account_state.c, allowlist.c, locked_names.c, locked_parts.c, group_members.c
)  # fmt: skip
_LISTED = locked_names.alias("listed")
_STANDS = and_(_N.locked_at.is_not(None), or_(_N.lock_ends_at.is_(None), _N.lock_ends_at > lists.NOW))
_MATCHES = matches(_N.full_name_canonical, _N.user_name_canonical, _N.email_canonical)
_REACHED = dict(zip(("within", "without"), reached(_N.account_id, ("within", "without")), strict=True))
_OWN = {
    "locked": _STANDS,
    "pattern": _MATCHES,
    "automatic": _N.lock_reason.in_(lists.AUTOMATIC),
    "by_hand": _N.lock_reason.not_in(lists.AUTOMATIC),
    "group": _N.account_id.in_(select(_M.account_id).where(_M.group_id == bindparam("group"))),
    "after_id": _N.account_id > bindparam("after_id"),
    "automatic locks": and_(
        _STANDS, _N.lock_reason.in_(lists.AUTOMATIC), _N.locked_at <= bindparam("as_of", type_=_N.locked_at.type)
    ),
    **_REACHED,
}
"""What the names of the locked tell by themselves, or membership."""
_OF_GROUPS = {"group", "within", "without"}
"""Conditions that may leave few of many: walking names in their order does not meet those few."""
_BY_REASON = select(_N.lock_reason, func.count().label("count")).where(_STANDS).group_by(_N.lock_reason)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is searched for, by the names of its conditions, and the values of all of them."""

    names: frozenset[str]
    values: Mapping[str, Any]

    def going_on(self, name: str, account: AccountId) -> "_Asked":
        """Ask for what comes after a name."""
        after = {"after": True, "after_name": name, "after_account": account}
        return _Asked(self.names | {"after"}, {**self.values, **after})


def search(
    sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int, walk: int = WALK
) -> list[lists.JoinedAccount]:
    """Load locked accounts that meet every condition, by full name, then id.

    Beside a pattern stand parts of it: whoever it finds has all of them. `walk` names are walked at most.
    """
    asked = _Asked(frozenset(conditions) - lists.NO_CONDITIONS, {**conditions, "now": now, "walk": walk})
    found = _all(sql, asked, most) if asked.names & _OF_GROUPS else _walked(sql, asked, most)
    return lists.search(sql, {"accounts": found}, now, most) if found else []


def count_by_reason(sql: Connection, query: str, now: datetime, reach: Reach) -> dict[LockReason, int]:
    """Count the locks that stand among those whom a search finds, by their reason."""
    named = sides(reach)
    statement = _BY_REASON.where(*(_REACHED[side] for side in sorted(named)))
    if found := matching(query):
        statement = statement.where(_MATCHES)
    rows = sql.execute(statement, {"now": now, **named, **found})
    return {LockReason(row.lock_reason): row[1] for row in rows}


def ids(sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int) -> list[tuple[AccountId, str]]:
    """Load id and user name of locked accounts that meet every condition, in the order of their ids."""
    rows = sql.execute(_ids(frozenset(conditions)), {**conditions, "now": now, "most": most})
    return [(AccountId(row.account_id), row.user_name) for row in rows]


def count(sql: Connection, conditions: Mapping[str, Any], now: datetime) -> int:
    """Count the locked accounts that meet every condition."""
    return int(sql.execute(_count(frozenset(conditions)), {**conditions, "now": now}).scalar_one())


def _walked(sql: Connection, asked: _Asked, most: int) -> list[AccountId]:
    """Walk the names in their order, as far as it is worth while; then read what comes after them at once."""
    values = {**asked.values, "most": most}
    going_on, parts = "after" in asked.names, values.pop("parts", ())
    if parts:
        values["part"] = parts[0] if len(parts) == 1 else _rarest(sql, parts, asked)
    edge = sql.execute(_edge(by_part=bool(parts), going_on=going_on), values).one_or_none()
    if edge is not None:
        values |= {"edge_name": edge[0], "edge_account": edge[1]}
    walk = _walk(asked.names, by_part=bool(parts), to_an_edge=edge is not None)
    found = [AccountId(one) for one in sql.execute(walk, values).scalars()]
    if edge is None or len(found) == most:
        return found
    return found + _all(sql, asked.going_on(edge[0], AccountId(edge[1])), most - len(found))


def _rarest(sql: Connection, parts: Sequence[str], asked: _Asked) -> str:
    """Choose the part that occurs least often in what is left of the list; the first of those that are common."""
    named = {f"part_{place}": part for place, part in enumerate(parts)}
    values = {**asked.values, **named, "counted": _COUNTED}
    counts = sql.execute(_counts(len(parts), going_on="after" in asked.names), values).one()
    return min(zip(counts, parts, strict=True), key=lambda counted: counted[0])[1]


def _all(sql: Connection, asked: _Asked, most: int) -> list[AccountId]:
    """Read all locked names, and sort those that are found."""
    return [AccountId(one) for one in sql.execute(_every(asked.names), {**asked.values, "most": most}).scalars()]


@cache
def _ids(names: frozenset[str]) -> Select[Any]:
    statement = select(_N.account_id, _A.user_name).order_by(_N.account_id).limit(bindparam("most"))
    return _joined(statement, names)


@cache
def _count(names: frozenset[str]) -> Select[Any]:
    return _joined(select(func.count()), names)


def _joined(statement: Select[Any], names: frozenset[str]) -> Select[Any]:
    return (
        statement.select_from(locked_names)
        .join(accounts, _A.account_id == _N.account_id)
        .join(account_state, _S.account_id == _N.account_id)
        .outerjoin(allowlist, _L.account_id == _N.account_id)
        .where(*_own(names), *_others(names))
    )


@cache
def _counts(parts: int, *, going_on: bool) -> Select[Any]:
    some = (
        select(literal(1).label("one"))
        .where(_P.part == bindparam(f"part_{number}"), *after(locked_parts, going_on=going_on))
        .order_by(*place(locked_parts))  # for a planner that would look for the first ones in the whole table
        .limit(bindparam("counted"))
        .subquery()
        for number in range(parts)
    )
    return select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))


@cache
def _edge(*, by_part: bool, going_on: bool) -> Select[Any]:
    way = _way(by_part=by_part)
    return walking.edge(way, _on_it(way, by_part=by_part), going_on=going_on)


@cache
def _walk(names: frozenset[str], *, by_part: bool, to_an_edge: bool) -> Select[Any]:
    way = _way(by_part=by_part)
    met = select(literal(1)).select_from(locked_names).where(_N.account_id == way.c.account_id, *_own(names))
    if others := _others(names):
        met = met.join(accounts, _A.account_id == _N.account_id).where(*others)
        met = met.join(account_state, _S.account_id == _N.account_id)
        met = met.outerjoin(allowlist, _L.account_id == _N.account_id)
    on_it = _on_it(way, by_part=by_part)
    return walking.walk(way, met, on_it, going_on="after" in names, to_an_edge=to_an_edge)


@cache
def _every(names: frozenset[str]) -> Select[Any]:
    """Read all that are locked; the name as no index has it, so that they are found first and then sorted."""
    statement = select(_N.account_id).where(*_own(names), *after(locked_names, going_on="after" in names))
    if others := _others(names):
        met = (
            select(literal(1))
            .select_from(accounts)
            .join(account_state, _S.account_id == _A.account_id)
            .outerjoin(allowlist, _L.account_id == _A.account_id)
            .where(_A.account_id == _N.account_id, *others)
        )
        statement = statement.where(met.correlate(locked_names).scalar_subquery().is_not(None))
    return statement.order_by(_N.full_name_canonical.concat(""), _N.account_id).limit(bindparam("most"))


def _own(names: frozenset[str]) -> list[Any]:
    return [_OWN[one] for one in sorted(names & _OWN.keys())]


def _others(names: frozenset[str]) -> list[Any]:
    return [lists.CONDITIONS[one] for one in sorted(names - _OWN.keys() - {"after"})]


def _way(*, by_part: bool) -> FromClause:
    """Return the table whose index is walked."""
    return locked_parts if by_part else _LISTED


def _on_it(way: FromClause, *, by_part: bool) -> ColumnElement[bool]:
    return way.c.part == bindparam("part") if by_part else way.c.locked_at.is_not(None)
