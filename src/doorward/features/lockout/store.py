"""The SQL on counters and reservations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.lockout import lockout_counters, lockout_reservations
from doorward.features.lockout.model import Context, Counter, Factor, InFlight, Reservation
from doorward.kernel.ids import AccountId

_C, _R = lockout_counters.c, lockout_reservations.c
_THIS = (_C.account_id == bindparam("account"), _C.factor == bindparam("which"), _C.context == bindparam("where"))
_IN_FLIGHT = (
    select(func.count())
    .where(
        _R.account_id == bindparam("account"),
        _R.factor == bindparam("which"),
        _R.context == bindparam("where"),
        _R.counted,
    )
    .scalar_subquery()
)
_STALE = or_(_R.reserved_at < bindparam("since"), _R.reserved_at > bindparam("until"))
_DEAD = select(func.count()).where(_R.account_id == bindparam("account"), _STALE).scalar_subquery()
_FAILURES = select(_C.failures).where(*_THIS).scalar_subquery()
_CHANGED_AT = select(_C.changed_at).where(*_THIS).scalar_subquery().label("changed_at")
_COUNTER = select(
    func.coalesce(_FAILURES, 0).label("failures"), _IN_FLIGHT.label("reserved"), _DEAD.label("dead"), _CHANGED_AT
)
_RESERVE = insert(lockout_reservations)
_RELEASE = delete(lockout_reservations).where(
    _R.account_id == bindparam("account"), _R.reservation_id == bindparam("id")
)
_FAIL = update(lockout_counters).where(*_THIS).values(
    failures=_C.failures + bindparam("more"), changed_at=bindparam("at")
).returning(_C.failures)  # fmt: skip
_FIRST_FAILURE = insert(lockout_counters)
_ZERO = update(lockout_counters).values(failures=0, changed_at=bindparam("at"))
_CLEAR = _ZERO.where(*_THIS[:2])
_CLEAR_ACCOUNTS = _ZERO.where(_C.account_id.in_(bindparam("accounts", expanding=True)))
_STALE_OF = (
    delete(lockout_reservations)
    .where(_R.account_id == bindparam("account"), _STALE)
    .returning(_R.reservation_id, _R.factor, _R.context, _R.counted)
)
_WITH_STALE = select(_R.account_id).where(_STALE).distinct().limit(bindparam("most"))
_OLD_UNKNOWN = Expiring(lockout_counters, and_(_C.unknown_name, _C.changed_at < UNTIL))


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted together: an account's (or unknown name's) failures of one factor in one context."""

    account: AccountId
    factor: Factor
    context: Context = Context.EVERYWHERE

    @property
    def columns(self) -> dict[str, object]:
        """Return the key as the statements' parameters."""
        return {"account": self.account, "which": self.factor.value, "where": self.context.value}


def counter(sql: Connection, key: Key, alive: InFlight) -> Counter:
    """Load failures, attempts that are reserved, and how many of the account's are in flight no longer."""
    return Counter(*sql.execute(_COUNTER, {**key.columns, **_span(alive)}).one())


def reserve(sql: Connection, reservation: Reservation, at: datetime) -> None:
    """Write an attempt in flight."""
    sql.execute(
        _RESERVE,
        {
            "account_id": reservation.account,
            "reservation_id": reservation.id,
            "factor": reservation.factor.value,
            "context": reservation.context.value,
            "counted": reservation.counted,
            "reserved_at": at,
        },
    )


def release(sql: Connection, account: AccountId, reservation: UUID) -> bool:
    """Delete an attempt in flight; tell whether it was still there (it may have been counted as dead)."""
    return sql.execute(_RELEASE, {"account": account, "id": reservation}).rowcount == 1


def add_failures(sql: Connection, key: Key, count: int, at: datetime, *, unknown_name: bool) -> int:
    """Count failures and give the new number."""
    failures = sql.execute(_FAIL, {**key.columns, "more": count, "at": at}).scalar_one_or_none()
    if failures is not None:
        return int(failures)
    sql.execute(
        _FIRST_FAILURE,
        {
            "account_id": key.account,
            "factor": key.factor.value,
            "context": key.context.value,
            "failures": count,
            "unknown_name": unknown_name,
            "changed_at": at,
        },
    )
    return count


def clear(sql: Connection, account: AccountId, factor: Factor, at: datetime) -> None:
    """Set one factor's counters to 0; attempts in flight stay counted (LOCK-4)."""
    sql.execute(_CLEAR, {"account": account, "which": factor.value, "at": at})


def clear_accounts(sql: Connection, accounts: Sequence[AccountId], at: datetime) -> None:
    """Set every counter of these accounts to 0; attempts in flight stay counted (LOCK-4)."""
    sql.execute(_CLEAR_ACCOUNTS, {"accounts": accounts, "at": at})


def take_stale(sql: Connection, account: AccountId, alive: InFlight) -> list[tuple[Factor, Context]]:
    """Delete the account's attempts whose process died, and list factor and context of those that count."""
    rows = sql.execute(_STALE_OF, {"account": account, **_span(alive)}).all()
    return [(Factor(row.factor), Context(row.context)) for row in rows if row.counted]


def accounts_with_stale(sql: Connection, alive: InFlight, most: int) -> list[AccountId]:
    """List accounts that have attempts whose process died."""
    return [AccountId(row.account_id) for row in sql.execute(_WITH_STALE, {**_span(alive), "most": most})]


def _span(alive: InFlight) -> dict[str, datetime]:
    return {"since": alive.since, "until": alive.until}


def forget_unknown(sql: Connection, before: datetime) -> int:
    """Delete a few counts for names that nobody has."""
    return _OLD_UNKNOWN.forget(sql, before)
