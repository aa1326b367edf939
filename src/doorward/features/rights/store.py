"""The SQL on roles of one's own, and on the assignments of accounts and of groups."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from doorward.edges.sql.tables.rights import group_role_assignments, role_assignments, roles
from doorward.features.rights.model.facts import EVERYTHING, Assignment, Effect, Role, Scope
from doorward.kernel.ids import AccountId, GroupId

_T, _G, _R = role_assignments.c, group_role_assignments.c, roles.c
_OF = select(_T.role, _T.effect, _T.scope).where(_T.account_id == bindparam("holder")).order_by(_T.role, _T.scope)
_OF_EACH = (
    select(_T.account_id, _T.role, _T.effect, _T.scope)
    .where(_T.account_id.in_(bindparam("holders", expanding=True)))
    .order_by(_T.account_id, _T.role, _T.scope)
)
_OF_GROUPS = (
    select(_G.group_id, _G.role, _G.effect, _G.scope)
    .where(_G.group_id.in_(bindparam("groups", expanding=True)))
    .order_by(_G.group_id, _G.role, _G.scope)
)
_ALLOW_EVERYTHING = {"which": Effect.ALLOW.value, "over": str(EVERYTHING)}
_HOLDERS = select(_T.account_id).where(
    _T.role == bindparam("named"), _T.effect == bindparam("which"), _T.scope == bindparam("over")
)
_GROUPS_HOLDING = select(_G.group_id).where(
    _G.role == bindparam("named"), _G.effect == bindparam("which"), _G.scope == bindparam("over")
)
_EVERY_HOLDER = (
    select(_T.account_id).where(_T.account_id > bindparam("after")).distinct().order_by(_T.account_id)
    .limit(bindparam("most"))
)  # fmt: skip
_WITH = select(_T.account_id).where(_T.role == bindparam("named")).distinct()
_GROUPS_WITH = select(_G.group_id).where(_G.role == bindparam("named")).distinct()
_EVERY_GROUP = select(_G.group_id).distinct().order_by(_G.group_id)
_ROLES_OVER = (
    select(_T.role).where(_T.scope == bindparam("over"))
    .union(select(_G.role).where(_G.scope == bindparam("over")))
    .order_by("role")
)  # fmt: skip
_OVER_GROUP = select(_T.account_id).where(_T.scope == bindparam("over")).limit(1)
_OVER_GROUP_BY_GROUP = select(_G.group_id).where(_G.scope == bindparam("over")).limit(1)
_GRANT, _GRANT_GROUP = insert(role_assignments), insert(group_role_assignments)
_ONE = (_T.role == bindparam("named"), _T.effect == bindparam("which"), _T.scope == bindparam("over"))
_ONE_OF_GROUP = (_G.role == bindparam("named"), _G.effect == bindparam("which"), _G.scope == bindparam("over"))
_REVOKE = delete(role_assignments).where(_T.account_id == bindparam("holder"), *_ONE)
_REVOKE_GROUP = delete(group_role_assignments).where(_G.group_id == bindparam("holder"), *_ONE_OF_GROUP)
_LIFT_DENIALS = delete(role_assignments).where(_T.account_id == bindparam("holder"), _T.effect == Effect.DENY.value)
_COUNT = select(func.count(_T.account_id.distinct())).where(_T.role == bindparam("named"))
_COUNT_GROUPS = select(func.count(_G.group_id.distinct())).where(_G.role == bindparam("named"))
_ROLES = select(_R.name, _R.title, _R.rights, _R.reaches_higher, _R.version).order_by(_R.name)
_ADD = insert(roles)
_SAVE = update(roles).where(_R.name == bindparam("named"), _R.version == bindparam("before"))
_DELETE = delete(roles).where(_R.name == bindparam("named"), _R.version == bindparam("before"))


@dataclass(frozen=True, slots=True)
class WriteStamp:
    """Who writes, and when."""

    by: str
    at: datetime


def assignments_of(sql: Connection, account: AccountId) -> tuple[Assignment, ...]:
    """Load the assignments that an account holds itself."""
    return tuple(_assignment(row) for row in sql.execute(_OF, {"holder": account}))


def assignments_of_each(sql: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, list[Assignment]]:
    """Load the assignments that accounts hold themselves; an account that holds none is left out."""
    found: dict[AccountId, list[Assignment]] = {}
    for row in sql.execute(_OF_EACH, {"holders": accounts}):
        found.setdefault(AccountId(row.account_id), []).append(_assignment(row))
    return found


def assignments_of_groups(sql: Connection, groups: Collection[GroupId]) -> tuple[Assignment, ...]:
    """Load the assignments that groups give their members."""
    if not groups:
        return ()
    rows = sql.execute(_OF_GROUPS, {"groups": list(groups)})
    return tuple(_assignment(row, GroupId(row.group_id)) for row in rows)


def holders(sql: Connection, role: str) -> list[AccountId]:
    """List the accounts that are allowed a role over everything by themselves."""
    return [AccountId(row.account_id) for row in sql.execute(_HOLDERS, {"named": role, **_ALLOW_EVERYTHING})]


def groups_holding(sql: Connection, role: str) -> list[GroupId]:
    """List the groups that allow their members a role over everything."""
    return [GroupId(row.group_id) for row in sql.execute(_GROUPS_HOLDING, {"named": role, **_ALLOW_EVERYTHING})]


def every_holder(sql: Connection, after: AccountId, most: int) -> list[AccountId]:
    """List accounts that hold any role themselves, by id."""
    return [AccountId(row.account_id) for row in sql.execute(_EVERY_HOLDER, {"after": after, "most": most})]


def every_group(sql: Connection) -> list[GroupId]:
    """List the groups that give their members any role."""
    return [GroupId(row.group_id) for row in sql.execute(_EVERY_GROUP)]


def accounts_with(sql: Connection, role: str) -> list[AccountId]:
    """List the accounts that hold a role themselves, or are denied it, over whomever."""
    return [AccountId(row.account_id) for row in sql.execute(_WITH, {"named": role})]


def groups_with(sql: Connection, role: str) -> list[GroupId]:
    """List the groups that give their members a role, or deny it, over whomever."""
    return [GroupId(row.group_id) for row in sql.execute(_GROUPS_WITH, {"named": role})]


def roles_over(sql: Connection, group: GroupId) -> list[str]:
    """List the roles that anybody holds, or is denied, over the members of a group."""
    return [row.role for row in sql.execute(_ROLES_OVER, {"over": str(Scope(group))})]


def is_scope(sql: Connection, group: GroupId) -> bool:
    """Return whether anybody holds a role over the members of a group."""
    values = {"over": str(Scope(group))}
    return any(sql.execute(one, values).first() is not None for one in (_OVER_GROUP, _OVER_GROUP_BY_GROUP))


def grant(sql: Connection, holder: AccountId, assignment: Assignment, stamp: WriteStamp) -> None:
    """Insert an assignment of an account."""
    sql.execute(_GRANT, {"account_id": holder, **_columns(assignment, stamp)})


def grant_group(sql: Connection, holder: GroupId, assignment: Assignment, stamp: WriteStamp) -> None:
    """Insert an assignment of a group."""
    sql.execute(_GRANT_GROUP, {"group_id": holder, **_columns(assignment, stamp)})


def revoke(sql: Connection, holder: AccountId, assignment: Assignment) -> bool:
    """Delete an assignment of an account; tell whether it was there."""
    return sql.execute(_REVOKE, {"holder": holder, **_key(assignment)}).rowcount > 0


def revoke_group(sql: Connection, holder: GroupId, assignment: Assignment) -> bool:
    """Delete an assignment of a group; tell whether it was there."""
    return sql.execute(_REVOKE_GROUP, {"holder": holder, **_key(assignment)}).rowcount > 0


def lift_denials(sql: Connection, account: AccountId) -> None:
    """Delete whatever denies an account a role."""
    sql.execute(_LIFT_DENIALS, {"holder": account})


def count_holders(sql: Connection, role: str) -> tuple[int, int]:
    """Count the accounts and the groups that hold a role, or are denied it."""
    values = {"named": role}
    return int(sql.execute(_COUNT, values).scalar_one()), int(sql.execute(_COUNT_GROUPS, values).scalar_one())


def own_roles(sql: Connection) -> dict[str, Role]:
    """Load the roles of one's own, by name."""
    return {
        row.name: Role(row.name, row.title, frozenset(row.rights), row.reaches_higher, row.version)
        for row in sql.execute(_ROLES)
    }


def add_role(sql: Connection, role: Role, stamp: WriteStamp) -> None:
    """Insert a role."""
    sql.execute(_ADD, {"name": role.name, **_said(role, stamp)})


def save_role(sql: Connection, before: Role, role: Role, stamp: WriteStamp) -> bool:
    """Write a role if it is still at the version that was loaded; tell whether it was."""
    changed = _SAVE.values(**_said(role, stamp))
    return sql.execute(changed, {"named": before.name, "before": before.version}).rowcount == 1


def delete_role(sql: Connection, role: Role) -> bool:
    """Delete a role if it is still at the version that was loaded; tell whether it was."""
    return sql.execute(_DELETE, {"named": role.name, "before": role.version}).rowcount == 1


def _assignment(row: Any, through: GroupId | None = None) -> Assignment:
    return Assignment(row.role, Effect(row.effect), Scope.parse(row.scope), through)


def _key(assignment: Assignment) -> dict[str, str]:
    return {"named": assignment.role, "which": assignment.effect.value, "over": str(assignment.scope)}


def _columns(assignment: Assignment, stamp: WriteStamp) -> dict[str, object]:
    return {
        "role": assignment.role, "scope": str(assignment.scope), "effect": assignment.effect.value,
        "granted_at": stamp.at, "granted_by": stamp.by,
    }  # fmt: skip


def _said(role: Role, stamp: WriteStamp) -> dict[str, object]:
    rights: Iterable[str] = sorted(role.rights)
    return {
        "title": role.title, "rights": rights, "reaches_higher": role.reaches_higher, "version": role.version,
        "changed_at": stamp.at, "changed_by": stamp.by,
    }  # fmt: skip
