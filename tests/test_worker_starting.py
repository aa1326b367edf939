"""A worker whose database is away when it starts."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward.edges.sql.engine import DatabaseBusy
from doorward.worker import Worker
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
