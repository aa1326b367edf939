import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from doorward.edges.sql.engine import DatabaseBusy
from doorward.edges.sql.sqlite import Lane, SqliteDatabase

COUNT = text("SELECT count(*) FROM notes")
ADD = text("INSERT INTO notes (what) VALUES (:what)")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Give a database with one table."""
    opened = SqliteDatabase(tmp_path / "doorward.db")
    with opened.write() as sql:
        sql.execute(text("CREATE TABLE notes (what TEXT)"))
    yield opened
    opened.close()


def count(database: SqliteDatabase) -> int:
    """Count the notes."""
    with database.read() as sql:
        return int(sql.execute(COUNT).scalar() or 0)


def test_a_block_that_ends_is_committed(database: SqliteDatabase) -> None:
    """What was written is there for every reader."""
    with database.write() as sql:
        sql.execute(ADD, {"what": "one"})

    assert count(database) == 1


def test_a_block_that_raises_is_rolled_back(database: SqliteDatabase) -> None:
    """Nothing of it lasts, and the next writer goes on."""

    def stop_half_way() -> None:
        with database.write() as sql:
            sql.execute(ADD, {"what": "one"})
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop_half_way()

    assert count(database) == 0
    with database.write() as sql:
        sql.execute(ADD, {"what": "two"})
    assert count(database) == 1


def test_a_reader_sees_one_moment_and_never_waits(database: SqliteDatabase) -> None:
    """A transaction that only reads has the view it began with, whatever is written meanwhile."""
    with database.read() as reading:
        before = reading.execute(COUNT).scalar()
        with database.write() as sql:
            sql.execute(ADD, {"what": "one"})
        after = reading.execute(COUNT).scalar()

    assert (before, after) == (0, 0)
    assert count(database) == 1


def test_nothing_is_lost_in_a_power_cut(database: SqliteDatabase) -> None:
    """WAL, synchronous FULL and foreign keys, on readers and writers."""
    for transaction in (database.read, database.write):
        with transaction() as sql:
            pragmas = [
                sql.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert pragmas == ["wal", 2, 1]


def test_many_writers_of_one_process_pass_in_turn(database: SqliteDatabase) -> None:
    """A hundred at once all get their turn, and none is told that the database is locked."""

    def add(what: int) -> None:
        with database.write() as sql:
            sql.execute(ADD, {"what": str(what)})

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(add, range(100)))

    assert count(database) == 100


def test_a_writer_of_another_process_is_waited_out(database: SqliteDatabase) -> None:
    """A lock that others hold for a moment is no error."""
    other = sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    release.start()

    with database.write() as sql:
        sql.execute(ADD, {"what": "one"})

    release.join()
    other.close()
    assert count(database) == 1


def test_a_writer_of_another_process_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """Nobody is told that anything is done; when the other has ended, the next writer gets through."""
    database = SqliteDatabase(tmp_path / "doorward.db", busy_seconds=0.05)
    with database.write() as sql:
        sql.execute(text("CREATE TABLE notes (what TEXT)"))
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy), database.write():
        pytest.fail("two have written at the same time")
    other.execute("COMMIT")
    with database.write() as sql:
        sql.execute(ADD, {"what": "one"})
    other.close()

    assert count(database) == 1
    database.close()


def test_a_refused_statement_does_not_repeat_what_was_written(database: SqliteDatabase) -> None:
    """Values stay out of the exception, and so out of the log: they may be secrets."""
    with database.write() as sql:
        sql.execute(text("CREATE UNIQUE INDEX one ON notes (what)"))
        sql.execute(ADD, {"what": "hunter2"})
        with pytest.raises(IntegrityError) as refused:
            sql.execute(ADD, {"what": "hunter2"})

    assert "hunter2" not in str(refused.value)


def test_a_full_lane_turns_away_at_once() -> None:
    """Nobody waits in a line that is too long already."""
    lane = Lane(waiting=0)
    lane.enter()

    with pytest.raises(DatabaseBusy):
        lane.enter()
    lane.leave()
    lane.enter()
