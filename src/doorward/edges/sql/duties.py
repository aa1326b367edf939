"""Who does which of the server's own duties, and who serves at all: a row is held for a while, by a conditional UPDATE.

Every thread that does duties holds a row of its own beside them, also while others do all there is: without it nobody
could tell that its process serves. A holder renews what it holds; when its process dies, the lease runs out and another
takes over. The figures are instants of the caller's clock; a lease that ends further away than any can was written
before the clock was set back, and binds nobody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from doorward.edges.sql.tables.server import duties

LEASE = timedelta(seconds=30)
"""For how long a duty is held without being renewed."""
_FURTHEST = 2 * LEASE
"""Leases of nodes whose clocks differ a little end before this."""
_SERVING = "serving/"
"""Begins the name of a row that only says that its holder serves; older programs take it for a duty."""

_SERVES = duties.c.duty.startswith(_SERVING)
_OVER = or_(duties.c.held_until <= bindparam("now"), duties.c.held_until > bindparam("furthest"))
_HELD = select(duties.c.duty, duties.c.held_by, duties.c.held_until).where(
    duties.c.held_until > bindparam("now"), duties.c.held_until <= bindparam("furthest")
)
_DUTIES_HELD = _HELD.where(~_SERVES)
_HELD_BY_OTHERS = _HELD.where(duties.c.held_by != bindparam("holder"))
_TAKE = (
    update(duties)
    .where(duties.c.duty == bindparam("wanted"), or_(duties.c.held_by == bindparam("holder"), _OVER))
    .values(held_by=bindparam("holder"), held_until=bindparam("until"))
)
_THERE = select(duties.c.duty).where(duties.c.duty == bindparam("wanted"))
_ADD = insert(duties).values(duty=bindparam("wanted"), held_by=bindparam("holder"), held_until=bindparam("until"))
_LATEST = select(duties.c.held_until).order_by(duties.c.held_until.desc()).limit(1)
_GIVE_BACK = update(duties).where(duties.c.held_by == bindparam("holder")).values(held_until=bindparam("now"))
_FORGET_OVER = delete(duties).where(_SERVES, _OVER)


def held_by_others(sql: Connection, holder: str, now: datetime) -> dict[str, datetime]:
    """Return which duties others hold, and until when."""
    values = {"holder": holder, "now": now, "furthest": now + _FURTHEST}
    return {row.duty: row.held_until for row in sql.execute(_HELD_BY_OTHERS, values)}


def held(sql: Connection, now: datetime) -> list[tuple[str, str, datetime]]:
    """List the duties that are held, each with its holder and until when, by name."""
    found = sql.execute(_DUTIES_HELD, {"now": now, "furthest": now + _FURTHEST})
    return sorted((row.duty, row.held_by, row.held_until) for row in found)


def holders(sql: Connection, now: datetime) -> dict[str, datetime]:
    """Name everybody who serves or holds a duty, and until when that is known at the latest."""
    found: dict[str, datetime] = {}
    for row in sql.execute(_HELD, {"now": now, "furthest": now + _FURTHEST}):
        found[row.held_by] = max(row.held_until, found.get(row.held_by, row.held_until))
    return found


def take(sql: Connection, wanted: Iterable[str], holder: str, now: datetime) -> set[str]:
    """Take or renew duties that nobody else holds; give those that are held now."""
    values = {"holder": holder, "now": now, "until": now + LEASE, "furthest": now + _FURTHEST}
    return {duty for duty in wanted if _take(sql, {"wanted": duty, **values})}


def serve(sql: Connection, holder: str, now: datetime) -> None:
    """Say that this holder serves, for as long as a duty would be held; what others left that are gone is forgotten."""
    take(sql, [_SERVING + holder], holder, now)
    sql.execute(_FORGET_OVER, {"now": now, "furthest": now + _FURTHEST})


def last_held_until(sql: Connection) -> datetime | None:
    """Return until when any duty was held at the latest: a server that ran has left its time here."""
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
