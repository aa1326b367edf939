"""The SQL on jobs and their items."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, select, update

from doorward.edges.sql.tables.jobs import job_items, jobs
from doorward.features.directory.model import Search
from doorward.features.jobs.model import Beginner, Frontier, Job, JobItem, JobKind, JobState, JobTally
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, JobId

_J, _I = jobs.c, job_items.c
_WAITING_AMONG = (
    _I.job_id == bindparam("job"),
    _I.account_id.between(bindparam("first"), bindparam("last")),
    _I.account_id.in_(bindparam("accounts", expanding=True)),
    _I.outcome.is_(None),
)
"""The items of a piece that wait. Each index of a job's items has the account too, so that a piece costs what it holds,
and not as much as all that wait, whatever a database believes of the job; bounds, for a list alone is looked up one by
one or filtered.
"""

_ADD = insert(jobs)
_ADD_ITEM = insert(job_items)
_JOBS = select(
    _J.job_id, _J.kind, _J.state, _J.reason, _J.filter, _J.owner_id, _J.owner_name, _J.origin, _J.made_at,
    _J.finished_at, _J.total,
)  # fmt: skip
_BY_ID = _JOBS.where(_J.job_id == bindparam("job"))
_BY_KEY = _JOBS.where(_J.idempotency_key == bindparam("key"))
_OF_ACCOUNT_BY_KEY = _BY_KEY.where(_J.owner_id == bindparam("owner"))
_OF_OWNER_BY_KEY = _BY_KEY.where(_J.owner_id.is_(None), _J.owner_name == bindparam("owner"))
_RUNNING = _JOBS.where(_J.state == JobState.RUNNING.value).order_by(_J.job_id)
_OPEN = select(_I.account_id).where(_I.job_id == bindparam("job"), _I.outcome.is_(None)).limit(bindparam("most"))
_OPEN_AMONG = select(_I.account_id).where(*_WAITING_AMONG)
_SETTLE = update(job_items).where(*_WAITING_AMONG).values(outcome=bindparam("came"), code=bindparam("why"))
_COUNTS = (
    select(_I.job_id, _I.outcome, func.count().label("count"))
    .where(_I.job_id.in_(bindparam("jobs", expanding=True)))
    .group_by(_I.job_id, _I.outcome)
)
_NEWEST = _JOBS.order_by(_J.job_id.desc()).limit(bindparam("most"))
_OF_ACCOUNT = _NEWEST.where(_J.owner_id == bindparam("owner"))
_ITEMS = (
    select(_I.account_id, _I.name, _I.outcome, _I.code)
    .where(_I.job_id == bindparam("job"))
    .order_by(_I.account_id)
    .limit(bindparam("limit"))
)
_ITEMS_AFTER = _ITEMS.where(_I.account_id > bindparam("after"))
_FROZEN = (
    update(jobs)
    .where(
        _J.job_id == bindparam("job"),
        _J.total == bindparam("before"),
        _J.filter.is_not(None),
        _J.state == JobState.RUNNING.value,
    )
    .values(filter=bindparam("left"), total=bindparam("now_total"))
)
_END = (
    update(jobs)
    .where(_J.job_id == bindparam("job"), _J.state == JobState.RUNNING.value)
    .values(state=bindparam("how"), finished_at=bindparam("at"))
)


def add(sql: Connection, job: Job) -> None:
    """Insert a job."""
    origin = job.beginner.origin
    sql.execute(
        _ADD,
        {
            "job_id": job.id, "kind": job.kind.value, "state": job.state.value, "reason": job.reason,
            "filter": _written(job.frontier), "owner_id": job.beginner.account, "owner_name": job.beginner.name,
            "origin": {
                "door": origin.door.value, "address": origin.address, "user_agent": origin.user_agent,
                "reference": origin.reference, "epoch": job.beginner.epoch,
                "used_second_factor": job.beginner.used_second_factor, "asked_for": job.asked_for,
            },
            "idempotency_key": job.key_hash, "made_at": job.made_at, "finished_at": job.finished_at,
            "total": job.total,
        },
    )  # fmt: skip


def add_items(sql: Connection, job: JobId, items: Sequence[tuple[AccountId, str]]) -> None:
    """Freeze accounts with their names as items that wait."""
    if items:
        sql.execute(_ADD_ITEM, [{"job_id": job, "account_id": account, "name": name} for account, name in items])


def find(sql: Connection, job: JobId) -> Job | None:
    """Load a job."""
    row = sql.execute(_BY_ID, {"job": job}).one_or_none()
    return None if row is None else _job(row)


def by_key(sql: Connection, account: AccountId | None, name: str, key_hash: bytes) -> Job | None:
    """Load the job that an account began with this key, whatever it was called; without one, the owner of this name."""
    statement = _OF_OWNER_BY_KEY if account is None else _OF_ACCOUNT_BY_KEY
    row = sql.execute(statement, {"owner": name if account is None else account, "key": key_hash}).first()
    return None if row is None else _job(row)


def running(sql: Connection) -> list[Job]:
    """Load the jobs that are not finished, oldest first."""
    return [_job(row) for row in sql.execute(_RUNNING)]


def open_items(sql: Connection, job: JobId, most: int) -> list[AccountId]:
    """List items that wait."""
    return [AccountId(row.account_id) for row in sql.execute(_OPEN, {"job": job, "most": most})]


def open_among(sql: Connection, job: JobId, accounts: Sequence[AccountId]) -> list[AccountId]:
    """Of these items, list those that wait."""
    if not accounts:
        return []
    return [AccountId(row.account_id) for row in sql.execute(_OPEN_AMONG, _piece(job, accounts))]


def settle(sql: Connection, job: JobId, accounts: Sequence[AccountId], result: tuple[str, str | None]) -> int:
    """Write one outcome and code beside items, at least one, unless they have theirs; tell how many had none."""
    outcome, code = result
    return sql.execute(_SETTLE, {**_piece(job, accounts), "came": outcome, "why": code}).rowcount


def _piece(job: JobId, accounts: Sequence[AccountId]) -> dict[str, Any]:
    return {"job": job, "accounts": accounts, "first": min(accounts), "last": max(accounts)}


def tallies(sql: Connection, wanted: Sequence[Job]) -> dict[JobId, JobTally]:
    """Count the items of jobs by outcome; what is left of a long selection waits as its items do."""
    found: dict[JobId, dict[str | None, int]] = {job.id: {} for job in wanted}
    for row in sql.execute(_COUNTS, {"jobs": list(found)}):
        found[JobId(row.job_id)][row.outcome] = row[2]
    return {job.id: _tally(found[job.id], job.listed) for job in wanted}


def newest(sql: Connection, whose: AccountId | None, before: JobId | None, most: int) -> list[Job]:
    """Load the jobs that an account began, or everybody's, newest first, from before one of them."""
    statement = _NEWEST if whose is None else _OF_ACCOUNT
    if before is not None:
        statement = statement.where(_J.job_id < before)
    return [_job(row) for row in sql.execute(statement, {"owner": whose, "most": most})]


def items(sql: Connection, job: JobId, after: AccountId | None, limit: int) -> list[JobItem]:
    """Load a part of the items, in the order of their ids."""
    values: dict[str, Any] = {"job": job, "limit": limit}
    rows = sql.execute(_ITEMS, values) if after is None else sql.execute(_ITEMS_AFTER, {**values, "after": after})
    return [JobItem(AccountId(row.account_id), row.name, row.outcome, row.code) for row in rows]


def save_frontier(sql: Connection, job: Job, frontier: Frontier | None, added: int) -> bool:
    """Note how far a search is frozen, unless another process was quicker; tell whether it was not."""
    values = {"job": job.id, "before": job.total, "now_total": job.total + added, "left": _written(frontier)}
    return sql.execute(_FROZEN, values).rowcount == 1


def end(sql: Connection, job: JobId, how: JobState, at: datetime) -> bool:
    """Note that a job is finished or stopped; tell whether it was running until now."""
    return sql.execute(_END, {"job": job, "how": how.value, "at": at}).rowcount == 1


def _tally(counts: Mapping[str | None, int], listed: int) -> JobTally:
    done, unchanged, refused = (counts.get(outcome, 0) for outcome in ("done", "unchanged", "refused"))
    return JobTally(sum(counts.values()) + listed, done, unchanged, refused, counts.get(None, 0) + listed)


def _written(frontier: Frontier | None) -> dict[str, Any] | None:
    if frontier is None:
        return None
    after = None if frontier.after is None else str(frontier.after)
    if frontier.search is None:
        return {"listed": [str(one) for one in frontier.listed]}
    return {"search": frontier.search.spelled(), "after": after}


def _read(written: Mapping[str, Any] | None) -> Frontier | None:
    if written is None:
        return None
    if "listed" in written:
        return Frontier(None, listed=tuple(AccountId(UUID(one)) for one in written["listed"]))
    after = None if written["after"] is None else AccountId(UUID(written["after"]))
    return Frontier(Search.read(written["search"]), after)


def _job(row: Any) -> Job:
    came = row.origin
    origin = Origin(Door(came["door"]), came["address"], came["user_agent"], reference=came["reference"])
    beginner = Beginner(
        account=None if row.owner_id is None else AccountId(row.owner_id), name=row.owner_name, epoch=came["epoch"],
        used_second_factor=came["used_second_factor"], origin=origin,
    )  # fmt: skip
    return Job(
        id=JobId(row.job_id), kind=JobKind(row.kind), state=JobState(row.state), reason=row.reason, beginner=beginner,
        made_at=row.made_at, total=row.total, frontier=_read(row.filter), finished_at=row.finished_at,
        asked_for=came.get("asked_for"),
    )  # fmt: skip
