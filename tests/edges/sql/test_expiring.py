"""Forgetting what has expired, a few rows at a time."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.links import one_time_links
from tests.worlds import NOON, World

MINUTE = timedelta(minutes=1)
EXPIRING = Expiring(one_time_links, one_time_links.c.expires_at <= UNTIL)


def add(world: World, *minutes: int) -> None:
    """Write links that run out so many minutes after noon."""
    with world.database.write() as sql:
        for number, after in enumerate(minutes):
            row = {
                "account_id": UUID(int=number), "token_hash": bytes([number]) * 32, "kind": "welcome", "epoch": 0,
                "made_at": NOON, "made_by": "cli:root", "expires_at": NOON + after * MINUTE,
            }  # fmt: skip
            sql.execute(insert(one_time_links), row)


def left(world: World) -> list[int]:
    """Tell which links are there, by their numbers."""
    with world.database.read() as sql:
        return sorted(one.int for one in sql.execute(select(one_time_links.c.account_id)).scalars())


def test_a_few_go_at_a_time(world: World) -> None:
    """However many there are, and until none is left."""
    add(world, 1, 2, 1, 2, 1)
    counts = []
    for _ in range(4):
        with world.database.write() as sql:
            counts.append(EXPIRING.forget(sql, NOON + 5 * MINUTE, most=2))

    assert (counts, left(world)) == ([2, 2, 1, 0], [])


def test_what_has_time_stays(world: World) -> None:
    """To the microsecond."""
    add(world, 1, 2, 3)
    with world.database.write() as sql:
        early = EXPIRING.forget(sql, NOON + MINUTE - timedelta(microseconds=1))
        late = EXPIRING.forget(sql, NOON + 2 * MINUTE)

    assert (early, late, left(world)) == (0, 2, [2])
