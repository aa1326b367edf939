"""The SQL on the audit trail: one INSERT, and reads; nothing here changes or removes an entry."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, bindparam, func, insert, select, type_coerce

from doorward.edges.sql.tables.audit import audit_entries
from doorward.features.audit.model import DayCount
from doorward.kernel.events import Entry

_T = audit_entries.c
_MICROSECONDS_A_DAY = 86_400_000_000

_ADD = insert(audit_entries)
_ENTRIES = select(
    _T.id, _T.at, _T.act, _T.outcome, _T.result, _T.code, _T.actor_id, _T.actor_name, _T.target_id, _T.target_name,
    _T.reason, _T.reference, _T.address, _T.user_agent, _T.session_id, _T.door, _T.node, _T.details,
).order_by(_T.id.desc()).limit(bindparam("limit"))  # fmt: skip
_CONDITIONS = {
    "target": _T.target_id == bindparam("target"),
    "actor_id": _T.actor_id == bindparam("actor_id"),
    "actor_name": _T.actor_name == bindparam("actor_name"),
    "act": _T.act == bindparam("act"),
    "from_id": _T.id >= bindparam("from_id"),
    "below_id": _T.id < bindparam("below_id"),
    "before_id": _T.id < bindparam("before_id"),
}
_DAY = (type_coerce(_T.at, BigInteger) // _MICROSECONDS_A_DAY).label("day")
_BY_SERVER = _T.actor_name.in_(["", "system"]).label("by_server")
_FIGURES = (
    select(_DAY, _T.act, _BY_SERVER, func.count().label("count"))
    .where(
        _T.act.in_(["signin.completed", "lockout.locked"]),
        _T.id >= bindparam("from_id"),
        _T.outcome.not_in(["refused", "unchanged"]),
    )
    .group_by(_DAY, _T.act, _BY_SERVER)
)


def add(sql: Connection, entry: Entry) -> None:
    """Write an entry at the end of the trail."""
    add_many(sql, [entry])


def add_many(sql: Connection, entries: Sequence[Entry]) -> None:
    """Write entries at the end of the trail, in their order."""
    sql.execute(_ADD, [_row(one) for one in entries])


def page(sql: Connection, conditions: Mapping[str, object], limit: int) -> list[Entry]:
    """Load entries that meet every condition, newest first."""
    rows = sql.execute(_filtered(frozenset(conditions)), {**conditions, "limit": limit})
    return [_entry(row) for row in rows]


def day_counts(sql: Connection, from_id: UUID) -> list[DayCount]:
    """Count completed sign-ins and locks by day, from an id on."""
    rows = sql.execute(_FIGURES, {"from_id": from_id})
    return [DayCount(row.day, row.act, bool(row.by_server), row[3]) for row in rows]


@cache
def _filtered(names: frozenset[str]) -> Any:
    return _ENTRIES.where(*(_CONDITIONS[name] for name in sorted(names)))


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id, at=row.at, act=row.act, outcome=row.outcome, result=row.result, code=row.code,
        actor_id=row.actor_id, actor_name=row.actor_name, target_id=row.target_id, target_name=row.target_name,
        reason=row.reason, reference=row.reference, address=row.address, user_agent=row.user_agent,
        session_id=row.session_id, door=row.door, node=row.node, details=row.details,
    )  # fmt: skip


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id, "at": entry.at, "act": entry.act, "outcome": entry.outcome, "result": entry.result,
        "code": entry.code, "actor_id": entry.actor_id, "actor_name": entry.actor_name,
        "target_id": entry.target_id, "target_name": entry.target_name, "reason": entry.reason,
        "reference": entry.reference, "address": entry.address, "user_agent": entry.user_agent,
        "session_id": entry.session_id, "door": entry.door, "node": entry.node, "details": dict(entry.details),
    }  # fmt: skip
