"""The SQL on the audit trail: one INSERT, and reads; nothing changes an entry, and expiry alone removes some."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, and_, bindparam, delete, func, insert, or_, select, type_coerce, update

from doorward.edges.sql.bulk import insert_rows
from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.tables.audit import audit_checkpoints, audit_entries, counted_acts, day_counts
from doorward.features.audit.model import Checkpoint, DayCount, Stretch
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
_THERE = select(_T.id).where(_T.id.in_(bindparam("ids", expanding=True)))
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
    "reference": _T.reference == bindparam("reference"),
}
_NARROWING = {
    "within": reached(func.coalesce(_T.target_id, _T.target_id), ["within"])[0],
    "target": func.coalesce(_T.target_id, _T.target_id) == bindparam("target"),
    "actor_id": func.coalesce(_T.actor_id, _T.actor_id) == bindparam("actor_id"),
    "actor_name": func.coalesce(_T.actor_name, _T.actor_name) == bindparam("actor_name"),
    "act": func.coalesce(_T.act, _T.act) == bindparam("act"),
}
"""Conditions beside a reference, read from no index: SQLite keeps no statistics, and would as soon read a whole act."""
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
    .where(_T.act == bindparam("act"), _T.id >= bindparam("from_id"), _T.outcome.not_in(["refused", "unchanged"]))
    .group_by(_DAY, _T.act, _BY_SERVER)
)
_D, _A = day_counts.c, counted_acts.c
_KEPT = select(_A.act, _A.last_id, _D.day, _D.by_server, _D.count).select_from(
    counted_acts.outerjoin(day_counts, and_(_D.act == _A.act, _D.day >= bindparam("from_day")))
)
_COUNTED = select(_A.last_id).where(_A.act == bindparam("act"))
_UNCOUNTED = select(_T.id).where(
    _T.act == bindparam("act"), _T.id >= bindparam("from_id"), _T.id < bindparam("below_id")
)
_END_OF_MANY = _UNCOUNTED.order_by(_T.id).limit(1).offset(bindparam("others"))
_END_OF_FEW = _UNCOUNTED.order_by(_T.id.desc()).limit(1)
_BEGIN_COUNTING = insert(counted_acts)
_COUNT_ON = (
    update(counted_acts)
    .where(_A.act == bindparam("of_act"), _A.last_id == bindparam("after_id"))
    .values(last_id=bindparam("to_id"))
)
_MORE = (
    update(day_counts)
    .where(_D.day == bindparam("on_day"), _D.act == bindparam("of_act"), _D.by_server == bindparam("by"))
    .values(count=_D.count + bindparam("more"))
)
_FIRST = insert(day_counts)
_FORGET_DAYS = delete(day_counts).where(_D.day < bindparam("first_day"))


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


def there(sql: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Of these entries, tell which are in the trail."""
    return set(sql.execute(_THERE, {"ids": ids}).scalars()) if ids else set()


def page(sql: Connection, conditions: Mapping[str, object], limit: int) -> list[Entry]:
    """Load entries that meet every condition, newest first."""
    rows = sql.execute(_filtered(frozenset(conditions)), {**conditions, "limit": limit})
    return [_entry(row) for row in rows]


def days_within(sql: Connection, acts: Sequence[str], from_id: UUID, reach: Reach) -> list[DayCount]:
    """Count acts by day, from an id on, of the people whom somebody reaches: entry by entry."""
    named = sides(reach)
    statement = _FIGURES.where(*reached(_T.target_id, named))
    return [one for act in acts for one in _counts(sql, statement, {"act": act, "from_id": from_id, **named})]


def days(sql: Connection, acts: Sequence[str], first_day: int, from_id: UUID) -> list[DayCount]:
    """Count acts by day: as they are kept, and the entries that are not counted yet."""
    rows = sql.execute(_KEPT, {"from_day": first_day}).all()
    kept = [DayCount(row.day, row.act, row.by_server, row[4]) for row in rows if row.day is not None]
    counted = {row.act: _after(row.last_id) for row in rows}
    since = ({"act": act, "from_id": max(counted.get(act, from_id), from_id)} for act in acts)
    return kept + [one for values in since for one in _counts(sql, _FIGURES, values)]


def uncounted(sql: Connection, act: str, from_id: UUID, below_id: UUID, most: int) -> Stretch | None:
    """Count the next entries of an act that are in no day yet, between two ids; None where there are none."""
    counted = sql.execute(_COUNTED, {"act": act}).scalar_one_or_none()
    start = from_id if counted is None else max(_after(counted), from_id)
    between = {"act": act, "from_id": start, "below_id": below_id}
    last = sql.execute(_END_OF_MANY, {**between, "others": most - 1}).scalar_one_or_none()
    last = last or sql.execute(_END_OF_FEW, between).scalar_one_or_none()
    if last is None:
        return None
    counts = _counts(sql, _FIGURES.where(_T.id <= bindparam("last_id")), {**between, "last_id": last})
    return Stretch(act, counted, last, tuple(counts))


def keep_counts(sql: Connection, counted: Stretch) -> bool:
    """Add a stretch to the days, unless somebody else has counted it; tell whether that was done."""
    if not _moved_on(sql, counted):
        return False
    for one in counted.counts:
        more = {"on_day": one.day, "of_act": one.act, "by": one.by_server, "more": one.count}
        if not sql.execute(_MORE, more).rowcount:
            sql.execute(_FIRST, {"day": one.day, "act": one.act, "by_server": one.by_server, "count": one.count})
    return True


def forget_days(sql: Connection, first_day: int) -> None:
    """Forget the counts of days before one."""
    sql.execute(_FORGET_DAYS, {"first_day": first_day})


def _moved_on(sql: Connection, counted: Stretch) -> bool:
    if counted.after_id is not None:
        upto = {"of_act": counted.act, "after_id": counted.after_id, "to_id": counted.last_id}
        return bool(sql.execute(_COUNT_ON, upto).rowcount)
    if sql.execute(_COUNTED, {"act": counted.act}).one_or_none() is not None:
        return False
    sql.execute(_BEGIN_COUNTING, {"act": counted.act, "last_id": counted.last_id})
    return True


def _after(last_id: UUID) -> UUID:
    return UUID(int=last_id.int + 1)


def _counts(sql: Connection, statement: Any, values: Mapping[str, object]) -> list[DayCount]:
    return [DayCount(row.day, row.act, bool(row.by_server), row[3]) for row in sql.execute(statement, values)]


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
    known = _CONDITIONS | _NARROWING if "reference" in names else _CONDITIONS
    return _ENTRIES.where(*(known[name] for name in sorted(names)))


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
