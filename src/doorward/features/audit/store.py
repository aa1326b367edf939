"""The SQL on the audit trail: one INSERT, and reads; nothing changes an entry, and expiry alone removes some."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, insert, or_, select, type_coerce, update

from doorward.edges.sql.bulk import insert_rows
from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.tables.audit import audit_checkpoints, audit_entries
from doorward.features.audit.model import Checkpoint, DayCount
from doorward.kernel.act import Reach
from doorward.kernel.events import Entry

_T = audit_entries.c
_C = audit_checkpoints.c
_BEYOND = 2**31 - 1
"""No run has this number, and no column holds one above."""
_MICROSECONDS_A_DAY = 86_400_000_000

_ADD = insert(audit_entries)
_COLUMNS = (
    _T.id, _T.at, _T.act, _T.outcome, _T.result, _T.code, _T.actor_id, _T.actor_name, _T.target_id, _T.target_name,
    _T.reason, _T.reference, _T.address, _T.user_agent, _T.session_id, _T.door, _T.node, _T.details,
)  # fmt: skip
_ENTRIES = select(*_COLUMNS).order_by(_T.id.desc()).limit(bindparam("limit"))
_OLDEST = select(*_COLUMNS).where(_T.id < bindparam("below_id")).order_by(_T.id).limit(bindparam("limit"))
_REMOVE = delete(audit_entries).where(_T.id <= bindparam("last_id"))
_CONDITIONS = {
    "within": reached(_T.target_id, ["within"])[0],
    "without": or_(_T.target_id.is_(None), *reached(_T.target_id, ["without"])),
    "target": _T.target_id == bindparam("target"),
    "actor_id": _T.actor_id == bindparam("actor_id"),
    "actor_name": _T.actor_name == bindparam("actor_name"),
    "act": _T.act == bindparam("act"),
    "from_id": _T.id >= bindparam("from_id"),
    "below_id": _T.id < bindparam("below_id"),
    "before_id": _T.id < bindparam("before_id"),
}
_CHECKPOINTS = (
    select(_C.number, _C.begun_at, _C.ended_at, _C.count, _C.first_id, _C.first_at, _C.last_id, _C.last_at, _C.link)
    .where(_C.number < bindparam("before_number"))
    .order_by(_C.number.desc())
    .limit(bindparam("limit"))
)
_BEGIN = insert(audit_checkpoints)
_MOVE = (
    update(audit_checkpoints)
    .where(_C.number == bindparam("run"))
    .values(
        ended_at=bindparam("to_ended_at"), count=bindparam("to_count"), last_id=bindparam("to_last_id"),
        last_at=bindparam("to_last_at"), link=bindparam("to_link"),
    )
)  # fmt: skip
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


def add_each(sql: Connection, pattern: Entry, own: Iterable[tuple[UUID, UUID, str]]) -> None:
    """Write entries that differ in their ids and targets alone."""
    rows = [{"id": one, "target_id": target, "target_name": name} for one, target, name in own]
    same = {name: value for name, value in _row(pattern).items() if rows and name not in rows[0]}
    insert_rows(sql, audit_entries, rows, same)


def add_many(sql: Connection, entries: Sequence[Entry]) -> None:
    """Write entries at the end of the trail, in their order."""
    sql.execute(_ADD, [_row(one) for one in entries])


def page(sql: Connection, conditions: Mapping[str, object], limit: int) -> list[Entry]:
    """Load entries that meet every condition, newest first."""
    rows = sql.execute(_filtered(frozenset(conditions)), {**conditions, "limit": limit})
    return [_entry(row) for row in rows]


def day_counts(sql: Connection, from_id: UUID, reach: Reach) -> list[DayCount]:
    """Count completed sign-ins and locks by day, from an id on, of the people whom somebody reaches."""
    named = sides(reach)
    rows = sql.execute(_FIGURES.where(*reached(_T.target_id, named)), {"from_id": from_id, **named})
    return [DayCount(row.day, row.act, bool(row.by_server), row[3]) for row in rows]


def oldest(sql: Connection, below_id: UUID, limit: int) -> list[Entry]:
    """Load the oldest entries, as far as they lie below an id."""
    return [_entry(row) for row in sql.execute(_OLDEST, {"below_id": below_id, "limit": limit})]


def remove(sql: Connection, last_id: UUID) -> int:
    """Remove the old end of the trail, up to an entry and with it; tell how many entries that were."""
    return sql.execute(_REMOVE, {"last_id": last_id}).rowcount


def last_checkpoint(sql: Connection) -> Checkpoint | None:
    """Load the latest run of removals, under way or ended."""
    found = checkpoints(sql, None, 1)
    return found[0] if found else None


def checkpoints(sql: Connection, before_number: int | None, limit: int) -> list[Checkpoint]:
    """Load runs of removals, newest first."""
    wanted = {"before_number": min(_BEYOND if before_number is None else before_number, _BEYOND), "limit": limit}
    return [Checkpoint(*row) for row in sql.execute(_CHECKPOINTS, wanted)]


def save_checkpoint(sql: Connection, run: Checkpoint) -> None:
    """Write where a run has come to."""
    moved = {"to_ended_at": run.ended_at, "to_count": run.count, "to_last_id": run.last_id, "to_last_at": run.last_at}
    if not sql.execute(_MOVE, {"run": run.number, "to_link": run.link, **moved}).rowcount:
        sql.execute(_BEGIN, {column.name: getattr(run, column.name) for column in _C})


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
