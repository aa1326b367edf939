"""The SQL on role assignments."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from doorward.edges.sql.tables.rights import role_assignments
from doorward.features.rights.model import Assignment, Effect, Scope
from doorward.kernel.ids import AccountId

_T = role_assignments.c
_OF = select(_T.role, _T.effect, _T.scope).where(_T.account_id == bindparam("account")).order_by(_T.role)
_HOLDERS = (
    select(_T.account_id, _T.effect)
    .where(_T.role == bindparam("role"), _T.scope == Scope.EVERYTHING.value)
)  # fmt: skip
_GRANT = insert(role_assignments)
_OF_EFFECT = delete(role_assignments).where(_T.account_id == bindparam("account"), _T.effect == bindparam("which"))
_REVOKE = _OF_EFFECT.where(_T.role == bindparam("name"))


def assignments_of(sql: Connection, account: AccountId) -> tuple[Assignment, ...]:
    """Load an account's assignments."""
    rows = sql.execute(_OF, {"account": account})
    return tuple(Assignment(row.role, Effect(row.effect), Scope(row.scope)) for row in rows)


def holders(sql: Connection, role: str) -> list[AccountId]:
    """List the accounts that hold a role over everything and are not denied it."""
    rows = sql.execute(_HOLDERS, {"role": role}).all()
    denied = {row.account_id for row in rows if row.effect == Effect.DENY.value}
    return [AccountId(row.account_id) for row in rows if row.account_id not in denied]


def grant(sql: Connection, account: AccountId, assignment: Assignment, by: str, at: datetime) -> None:
    """Insert an assignment."""
    sql.execute(
        _GRANT,
        {
            "account_id": account, "role": assignment.role, "scope": assignment.scope.value,
            "effect": assignment.effect.value, "granted_at": at, "granted_by": by,
        },
    )  # fmt: skip


def revoke(sql: Connection, account: AccountId, role: str) -> bool:
    """Delete what allows an account a role; what denies it stays. Tell whether there was one."""
    return sql.execute(_REVOKE, {"account": account, "name": role, "which": Effect.ALLOW.value}).rowcount > 0


def lift_denials(sql: Connection, account: AccountId) -> None:
    """Delete whatever denies an account a role."""
    sql.execute(_OF_EFFECT, {"account": account, "which": Effect.DENY.value})
