"""Who does which of the server's own duties: a row is held for a while, by a conditional UPDATE.

A holder renews what it holds; when its process dies, the lease runs out and another takes over. The figures are
instants of the caller's clock; a lease that ends further away than any can was written before the clock was set back,
and binds nobody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from doorward.edges.sql.tables.server import duties

LEASE = timedelta(seconds=30)
"""For how long a duty is held without being renewed."""
_FURTHEST = 2 * LEASE
"""Leases of nodes whose clocks differ a little end before this."""

_HELD_BY_OTHERS = select(duties.c.duty, duties.c.held_until, duties.c.held_by).where(
    duties.c.held_by != bindparam("holder"),
    duties.c.held_until > bindparam("now"),
    duties.c.held_until <= bindparam("furthest"),
)
_TAKE = (
    update(duties)
    .where(
        duties.c.duty == bindparam("wanted"),
        or_(
            duties.c.held_by == bindparam("holder"),
            duties.c.held_until <= bindparam("now"),
            duties.c.held_until > bindparam("furthest"),
        ),
    )
    .values(held_by=bindparam("holder"), held_until=bindparam("until"))
)
_THERE = select(duties.c.duty).where(duties.c.duty == bindparam("wanted"))
_ADD = insert(duties).values(duty=bindparam("wanted"), held_by=bindparam("holder"), held_until=bindparam("until"))
_LATEST = select(duties.c.held_until).order_by(duties.c.held_until.desc()).limit(1)
_GIVE_BACK = update(duties).where(duties.c.held_by == bindparam("holder")).values(held_until=bindparam("now"))


def held_by_others(sql: Connection, holder: str, now: datetime) -> dict[str, datetime]:
    """Say which duties others hold, and until when."""
    values = {"holder": holder, "now": now, "furthest": now + _FURTHEST}
    return {row.duty: row.held_until for row in sql.execute(_HELD_BY_OTHERS, values)}


def held(sql: Connection, now: datetime) -> list[tuple[str, str, datetime]]:
    """List the duties that are held, each with its holder and until when, by name."""
    values = {"holder": "", "now": now, "furthest": now + _FURTHEST}
    return sorted((row.duty, row.held_by, row.held_until) for row in sql.execute(_HELD_BY_OTHERS, values))


def holders(sql: Connection, now: datetime) -> set[str]:
    """Name everybody who holds a duty: the servers that run."""
    values = {"holder": "", "now": now, "furthest": now + _FURTHEST}
    return {row.held_by for row in sql.execute(_HELD_BY_OTHERS, values)}


def take(sql: Connection, wanted: Iterable[str], holder: str, now: datetime) -> set[str]:
    """Take or renew duties that nobody else holds; give those that are held now."""
    values = {"holder": holder, "now": now, "until": now + LEASE, "furthest": now + _FURTHEST}
    return {duty for duty in wanted if _take(sql, {"wanted": duty, **values})}


def last_held_until(sql: Connection) -> datetime | None:
    """Say until when any duty was held at the latest: a server that ran has left its time here."""
    latest: datetime | None = sql.execute(_LATEST).scalar()
    return latest


def give_back(sql: Connection, holder: str, now: datetime) -> None:
    """Let go of every duty, so that others need not wait for the leases to run out."""
    sql.execute(_GIVE_BACK, {"holder": holder, "now": now})


def give_back_all_of(sql: Connection, node: str, now: datetime) -> None:
    """Let go of what processes of a node held that have died; asked by a node that starts."""
    theirs = duties.c.held_by.startswith(f"{node}/", autoescape=True)
    sql.execute(update(duties).where(theirs, duties.c.held_until > now).values(held_until=now))


def _take(sql: Connection, values: dict[str, object]) -> bool:
    if sql.execute(_TAKE, values).rowcount:
        return True
    if sql.execute(_THERE, values).first() is not None:
        return False
    sql.execute(_ADD, {name: values[name] for name in ("wanted", "holder", "until")})
    return True
