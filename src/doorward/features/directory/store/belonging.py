"""What accounts belong to and hold: the joined reads of their groups and roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, union_all

from doorward.edges.sql.tables.groups import account_groups, group_members
from doorward.edges.sql.tables.rights import group_role_assignments, role_assignments
from doorward.features.rights.model.facts import Assignment, Effect, Scope
from doorward.kernel.act import Reach
from doorward.kernel.ids import AccountId, GroupId

_R, _G, _M, _GR = role_assignments.c, account_groups.c, group_members.c, group_role_assignments.c

_GROUPS = (
    select(_M.account_id, _G.name, _G.group_id)
    .join_from(group_members, account_groups, _G.group_id == _M.group_id)
    .where(_M.account_id.in_(bindparam("accounts", expanding=True)))
    .order_by(_M.account_id, _G.name_canonical)
)
_OWN = select(_R.account_id, _R.role, _R.effect, _R.scope)
_HELD = _OWN.where(_R.account_id.in_(bindparam("accounts", expanding=True))).order_by(
    _R.account_id, _R.role, _R.effect, _R.scope
)
_THROUGH = select(_M.account_id, _GR.role, _GR.effect, _GR.scope).join_from(
    group_members, group_role_assignments, _GR.group_id == _M.group_id
)
_ASSIGNMENTS = union_all(
    _OWN.where(_R.account_id.in_(bindparam("accounts", expanding=True))),
    _THROUGH.where(_M.account_id.in_(bindparam("accounts", expanding=True))),
)
"""What accounts hold themselves, and what their groups give them."""


@dataclass(frozen=True, slots=True)
class Belongs:
    """What accounts belong to: the names of their groups, and what they hold themselves."""

    groups: Mapping[AccountId, tuple[str, ...]]
    held: Mapping[AccountId, Sequence[Assignment]]

    def over(self) -> list[GroupId]:
        """List the groups over whose members something is held."""
        return [one.scope.group for each in self.held.values() for one in each if one.scope.group is not None]


def of_accounts(sql: Connection, wanted: Sequence[AccountId], reach: Reach) -> Belongs:
    """Load what accounts belong to and hold themselves; groups out of reach have no name."""
    return Belongs(groups_of(sql, wanted, reach), held_by(sql, wanted))


def held_by(sql: Connection, wanted: Sequence[AccountId]) -> dict[AccountId, list[Assignment]]:
    """Load what accounts hold themselves, by the names of the roles."""
    return _assignments(sql.execute(_HELD, {"accounts": wanted}))


def groups_of(sql: Connection, wanted: Sequence[AccountId], reach: Reach) -> dict[AccountId, tuple[str, ...]]:
    """Load the names of the groups that accounts are in, in their order, as far as somebody reaches those groups."""
    rows = sql.execute(_GROUPS, {"accounts": wanted})
    return _by_account((row.account_id, row.name) for row in rows if reach.covers([row.group_id]))


def assignments_of(sql: Connection, wanted: Sequence[AccountId]) -> dict[AccountId, list[Assignment]]:
    """Load the assignments of many accounts."""
    return _assignments(sql.execute(_ASSIGNMENTS, {"accounts": wanted}))


def _assignments(rows: Iterable[Any]) -> dict[AccountId, list[Assignment]]:
    found: dict[AccountId, list[Assignment]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(Assignment(row.role, Effect(row.effect), Scope.parse(row.scope)))
    return found


def _by_account(rows: Iterable[Any]) -> dict[AccountId, tuple[str, ...]]:
    found: dict[AccountId, tuple[str, ...]] = {}
    for account, name in rows:
        found[account] = (*found.get(account, ()), name)
    return found
