"""The one condition that keeps lists, searches, counts and exports to the people whom somebody reaches (RIGHT-3)."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select

from doorward.edges.sql.tables.groups import account_groups, group_members
from doorward.kernel.act import Reach

_G, _M = account_groups.c, group_members.c
_MEMBERS = {
    side: select(_M.account_id).where(_M.group_id.in_(bindparam(side, expanding=True)))
    for side in ("within", "without")
}


def sides(reach: Reach) -> dict[str, list[Any]]:
    """Name the conditions that a reach asks for, with the groups that are their parameters; none where it is whole."""
    within = {} if reach.everything else {"within": list(reach.groups)}
    return within | ({"without": list(reach.without)} if reach.without else {})


def reached(account: Any, named: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return the named conditions on a column of account ids; `sides` gives their parameters."""
    conditions = {"within": account.in_(_MEMBERS["within"]), "without": account.not_in(_MEMBERS["without"])}
    return [conditions[side] for side in sorted(named)]


def groups_reached(reach: Reach) -> list[ColumnElement[bool]]:
    """Return the conditions on the table of groups that leave those whose members somebody reaches."""
    within = () if reach.everything else (_G.group_id.in_(list(reach.groups)),)
    return [*within, *((_G.group_id.not_in(list(reach.without)),) if reach.without else ())]


def named_within(sql: Connection, names: Collection[str], reach: Reach) -> frozenset[str]:
    """Of these names, give those that are of a group whose members somebody reaches."""
    statement = select(_G.name).where(_G.name.in_(list(names)), *groups_reached(reach))
    return frozenset(sql.execute(statement).scalars())
