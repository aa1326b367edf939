"""SQLite: readers that never wait, and one lane for writers.

The writers of a process pass one lane in turn and begin IMMEDIATE, so that a transaction that has begun can always
commit and "database is locked" stays between processes, where it is waited out. SQLite itself would ask again after up
to 100 ms, and would seldom find the moment between two writers of a busy process. Connections are held, not fetched
anew: a statement on a held connection costs a fifth of one that checks a pool out and in.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from doorward.edges.clock import seconds_awake_and_asleep
from doorward.edges.sql.engine import BUSY_SECONDS, DatabaseBusy
from doorward.edges.sql.held import HeldConnection, Spellings
from doorward.edges.sql.waiting import LANE

ASKED_EVERY = 0.000_5
"""Seconds between two looks whether another process has ended its transaction."""
WAITING_WRITERS = 256
"""How many writers of this process may wait for the lane (architecture: at least 256)."""


_IMMEDIATE = "BEGIN IMMEDIATE"
_HELD_BY_OTHERS = {"SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT"}
_NEVER = threading.Event()


class Lane:
    """One at a time, first come first served; where too many wait already, one more is turned away."""

    def __init__(self, waiting: int = WAITING_WRITERS) -> None:
        """Open the lane with room for `waiting` to wait."""
        self._waiting = waiting
        self._queue: deque[threading.Lock] = deque()
        self._guard = threading.Lock()
        self._taken = False

    @property
    def waiting(self) -> int:
        """Count who stands in line."""
        return len(self._queue)

    def enter(self) -> None:
        """Take the lane, or wait in line for it; raise `DatabaseBusy` when the line is full."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            if len(self._queue) >= self._waiting:
                raise DatabaseBusy
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def leave(self) -> None:
        """Hand the lane to whoever has waited longest."""
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False


class SqliteDatabase:
    """SQLite in one file: WAL, synchronous FULL, foreign keys on."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Prepare the engines; no file is opened yet. Other processes are waited for so long."""
        self.path = path
        self._writing = _engine(path, _IMMEDIATE, busy_seconds)
        self._reading = _engine(path, "BEGIN", busy_seconds)
        self._lane = Lane()
        self._spellings = Spellings()
        self._writer: Connection | None = None
        self._readers: deque[Connection] = deque()

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Open a writing transaction in this process's lane; here nothing is written at the same time by two."""
        del shared
        self._lane.enter()
        try:
            connection = self._held_writer()
            with _busy_is_told(), connection.begin():
                yield connection
        finally:
            self._drop_stuck_writer()
            self._lane.leave()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction on a held connection."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = HeldConnection(self._reading, self._spellings)
        try:
            with _busy_is_told():
                connection.begin()
                yield connection
        finally:
            connection.rollback()
            self._readers.append(connection)

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        while self._readers:
            self._readers.pop().close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._writing.dispose()
        self._reading.dispose()

    def _held_writer(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = HeldConnection(self._writing, self._spellings)
            self._writer.info[LANE] = self._lane
        return self._writer

    def _drop_stuck_writer(self) -> None:
        """Close a writer whose COMMIT has failed: SQLite keeps its transaction open, so no other could begin."""
        if self._writer is not None and getattr(self._writer.connection.driver_connection, "in_transaction", False):
            self._writer.invalidate()
            self._writer.close()
            self._writer = None


@contextmanager
def _busy_is_told() -> Iterator[None]:
    """Turn the driver's word for a busy database into ours."""
    try:
        yield
    except OperationalError as error:
        if "locked" in str(error.orig) or "busy" in str(error.orig):
            raise DatabaseBusy from error
        raise


def _engine(path: Path, begin: str, busy_seconds: float) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"check_same_thread": False, "timeout": busy_seconds, "isolation_level": None},
        pool_size=0,
        max_overflow=-1,
        pool_reset_on_return=None,
        hide_parameters=True,  # an exception is logged, and what was written may be a secret
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        del record
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        if begin == _IMMEDIATE:
            connection.execute("PRAGMA busy_timeout=0")  # it is waited here

    @event.listens_for(engine, "begin")
    def begins(connection: Connection) -> None:
        _begin(connection.connection.driver_connection, begin, busy_seconds)

    return engine


def _begin(driver: Any, statement: str, busy_seconds: float) -> None:
    """Begin a transaction as soon as no other process writes; raise `DatabaseBusy` when that takes too long."""
    until = seconds_awake_and_asleep() + busy_seconds
    while True:
        try:
            driver.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname not in _HELD_BY_OTHERS:
                raise
            if seconds_awake_and_asleep() >= until:
                raise DatabaseBusy from error
            _NEVER.wait(ASKED_EVERY)
        else:
            return
