"""Whether other writers wait, on either database."""

import sqlite3
import threading
from contextlib import closing

import pytest

from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.edges.sql.waiting import others_wait
from tests.worlds import World

LONG, A_MOMENT, LOOKS = 20.0, 0.01, 2_000


def test_nobody_waits_for_a_writer_that_is_alone(world: World) -> None:
    """Nor for one after another."""
    for _ in range(2):
        with world.database.write() as sql:
            assert not others_wait(sql)


@pytest.mark.sqlite("elsewhere all who wait are seen")
def test_another_process_that_has_written_is_taken_to_come_again(world: World) -> None:
    """Its waiting is not to be seen; what it has committed is, once."""
    database = world.database
    assert isinstance(database, SqliteDatabase)
    seen = []
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        for writes in (False, True, False):
            if writes:
                other.execute("DELETE FROM jobs")
                other.execute("UPDATE alembic_version SET version_num = version_num")
            with database.write() as sql:
                seen.append(others_wait(sql))

    assert seen == [False, True, False]


@pytest.mark.parametrize("shared", [False, True])
def test_whoever_waits_is_seen(world: World, *, shared: bool) -> None:
    """One that writes alone, and one that writes beside others: both wait for whoever is alone."""
    through = threading.Event()

    def write() -> None:
        with world.database.write(shared=shared):
            through.set()

    other = threading.Thread(target=write)
    with world.database.write() as sql:
        other.start()
        seen = any(others_wait(sql) or through.wait(A_MOMENT) for _ in range(LOOKS))
        assert not through.is_set()
    other.join(LONG)

    assert seen
    assert through.is_set()
    with world.database.write() as sql:
        assert not others_wait(sql)
