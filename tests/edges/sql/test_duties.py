from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from doorward.edges.sql import duties, schema
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.edges.sql.tables import server

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Give a database with its tables."""
    opened = SqliteDatabase(tmp_path / "doorward.db")
    schema.prepare(opened, "it")
    yield opened
    opened.close()


def take(database: SqliteDatabase, holder: str, at: datetime, *wanted: str) -> set[str]:
    """Take duties for half a minute."""
    with database.write() as sql:
        return duties.take(sql, wanted, holder, at)


def test_a_duty_is_held_by_one(database: SqliteDatabase) -> None:
    """Who comes second gets nothing, and is told until when."""
    first = take(database, "a", NOON, "mail", "locks")
    second = take(database, "b", NOON, "mail", "jobs")

    assert (first, second) == ({"mail", "locks"}, {"jobs"})
    with database.read() as sql:
        assert duties.held_by_others(sql, "b", NOON) == {"mail": NOON + LEASE, "locks": NOON + LEASE}


def test_a_holder_renews(database: SqliteDatabase) -> None:
    """The same holder takes it again, for longer."""
    take(database, "a", NOON, "mail")

    assert take(database, "a", NOON + timedelta(seconds=20), "mail") == {"mail"}
    assert take(database, "b", NOON + timedelta(seconds=40), "mail") == set()


def test_a_lease_runs_out(database: SqliteDatabase) -> None:
    """When its holder has died, another takes over at the end of the lease and not before."""
    take(database, "a", NOON, "mail")

    assert take(database, "b", NOON + timedelta(seconds=29), "mail") == set()
    assert take(database, "b", NOON + timedelta(seconds=30), "mail") == {"mail"}
    assert take(database, "a", NOON + timedelta(seconds=31), "mail") == set()


def test_what_is_given_back_is_free_at_once(database: SqliteDatabase) -> None:
    """A process that stops leaves nobody waiting."""
    take(database, "a", NOON, "mail")
    with database.write() as sql:
        duties.give_back(sql, "a", NOON)

    assert take(database, "b", NOON, "mail") == {"mail"}


def test_a_node_that_starts_frees_what_its_dead_held(database: SqliteDatabase) -> None:
    """Leases of its own processes are over; those of other nodes stay."""
    take(database, "node-1/7", NOON, "mail")
    take(database, "node-10/7", NOON, "jobs")
    with database.write() as sql:
        duties.give_back_all_of(sql, "node-1", NOON)

    assert take(database, "new", NOON, "mail", "jobs") == {"mail"}


def test_the_last_lease_tells_when_a_server_ran(database: SqliteDatabase) -> None:
    """The latest of all; nothing where no server ran yet."""
    with database.read() as sql:
        assert duties.last_held_until(sql) is None
    take(database, "a", NOON, "mail")
    take(database, "b", NOON + LEASE, "jobs")
    with database.read() as sql:
        assert duties.last_held_until(sql) == NOON + 2 * LEASE


def test_a_lease_from_before_the_clock_was_set_back_binds_nobody(database: SqliteDatabase) -> None:
    """Else a duty would rest for as long as the clock was wrong."""
    take(database, "dead", NOON + timedelta(hours=5), "mail")

    assert take(database, "b", NOON, "mail") == {"mail"}
    assert take(database, "c", NOON, "mail") == set()


def test_whoever_serves_is_known_without_a_duty(database: SqliteDatabase) -> None:
    """By a row of its own, which is no duty; it is there until the lease ends, or is given back."""
    take(database, "oak/1", NOON, "mail")
    with database.write() as sql:
        duties.serve(sql, "oak/1", NOON + timedelta(seconds=5))
        duties.serve(sql, "elm/1", NOON)
        duties.serve(sql, "ash/1", NOON)
        duties.give_back(sql, "ash/1", NOON)
    with database.read() as sql:
        assert duties.held(sql, NOON) == [("mail", "oak/1", NOON + LEASE)]
        assert duties.holders(sql, NOON) == {"oak/1": NOON + LEASE + timedelta(seconds=5), "elm/1": NOON + LEASE}
        assert duties.holders(sql, NOON + LEASE).keys() == {"oak/1"}


def test_rows_of_those_who_served_do_not_pile_up(database: SqliteDatabase) -> None:
    """Each process has a name of its own; what the dead left goes with the next who says that it serves."""
    with database.write() as sql:
        duties.serve(sql, "later/1", NOON + timedelta(hours=5))
        for number in range(20):
            duties.serve(sql, f"oak/{number}", NOON + number * LEASE)
    with database.read() as sql:
        assert sql.execute(select(server.duties.c.held_by)).scalars().all() == ["oak/19"]
