"""A worker whose database is away, when it starts or later."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward.edges.run import Runtime
from doorward.edges.sql.engine import DatabaseBusy
from doorward.worker import Duty, Worker
from tests.worlds import NOON, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def test_a_worker_that_starts_without_the_time_goes_on_later(world: World) -> None:
    """The database that tells the time may be failing over just then; the thread lives on (T29)."""
    asked, told = threading.Event(), threading.Event()

    class Late:
        def now(self) -> datetime:
            if not asked.is_set():
                asked.set()
                raise DatabaseBusy
            told.set()
            return NOON

    with capture_logs() as logs:
        working = Worker(replace(world.runtime, clock=Late()), [], "a worker")
        working.start()
        assert told.wait(20)
        working.stop()
    assert [line["event"] for line in logs] == ["a duty failed and is tried again"]


def failing(error: Exception) -> Duty:
    """Make a duty that fails."""

    def perform(runtime: Runtime) -> int:
        del runtime
        raise error

    return Duty("it", timedelta(seconds=1), perform, shared=False)


def test_a_database_that_is_away_is_one_line(world: World) -> None:
    """Every duty fails every few seconds meanwhile: its reason is logged, and no traceback; those of faults are."""
    away = DatabaseBusy()
    away.__cause__ = ConnectionRefusedError("connection refused\nIs the server running?")
    with capture_logs() as logs:
        for error in (away, DatabaseBusy(), ValueError("it broke")):
            Worker(world.runtime, [failing(error)], "a worker").turn()

    assert [(line.get("error"), "exc_info" in line) for line in logs] == [
        ("connection refused", False),
        ("the database is busy", False),
        (None, True),
    ]
