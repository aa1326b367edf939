"""PostgreSQL: readers with one view each, and writers that are alone by default, on every node.

In place of SQLite's lane stands one advisory lock of the server: a writing transaction takes it alone, so that what is
exact on SQLite is exact here without another thought; a `shared` one takes it beside others and holds the account that
it decides about. Writers read what is committed, statement by statement; so whoever has waited for a lock sees what
the one before has left.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from doorward.edges.sql import promises
from doorward.edges.sql.engine import BUSY_SECONDS, DatabaseBusy, Unconfirmed
from doorward.edges.sql.held import HeldConnection, Spellings
from doorward.edges.sql.holding import HOLDS, SHARED
from doorward.edges.sql.places import Places
from doorward.edges.sql.primary import Primary, Watched
from doorward.edges.sql.waiting import WRITERS

CONNECTIONS = 16
"""How many connections one process opens at most, its clock's own left out."""
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock"
_ALONE, _BESIDE = f"{_BEGIN}({WRITERS}, 0)", f"{_BEGIN}_shared({WRITERS}, 0)"
"""Said at once, since each way to the server and back costs as much as a statement."""
_WARNED = "doorward warned"
_DEFAULTS: dict[str, Any] = {
    "application_name": "doorward",
    "target_session_attrs": "read-write",  # of several hosts the primary, after a failover as well
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_LIMITS = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=30s -c idle_in_transaction_session_timeout=10s"
"""A node that stops in the middle of a transaction must not hold up the others for longer than this."""
_SPELLINGS = "-c datestyle=ISO"
"""The one in which the driver reads an instant, whatever is set for the user."""
_BUSY_CLASSES = ("08", "53", "57")
"""Lost connections, no room, cancelled or shut down (PostgreSQL, appendix A)."""
_BUSY_STATES = {"55P03", "40001", "40P01", "25006"}
"""A lock not had in time, lost races that the server has found, a primary that has become a standby."""


class PostgresDatabase:
    """PostgreSQL at an address; several hosts in it are tried in turn for the one that can be written."""

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        """Prepare the connections; none is opened yet."""
        self.url = url
        self._conninfo = _conninfo(url)
        self._primary = Primary(self._conninfo)
        writing, reading = _engine(self._primary, read_only=False), _engine(self._primary, read_only=True)
        self._writers = _Held(writing, max(2, connections // 2))
        self._readers = _Held(reading, max(2, connections - connections // 2))
        self._clock: Watched | None = None
        self._unconfirmed = False

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Open a writing transaction, alone among writers or beside other shared ones.

        A COMMIT that the server has answered with a warning may be nowhere but on the primary (the wait for its standby
        was cut short, by us or by others): nobody may be told that it is done (T29).
        """
        self._no_more_unconfirmed()
        with self._writers.borrowed() as connection:
            with connection.begin():
                connection.info[SHARED], connection.info[HOLDS] = shared, {}
                connection.say(_BESIDE if shared else _ALONE)
                yield connection
                _must_be_whole(connection)
                connection.info[_WARNED] = False
            if connection.info[_WARNED]:
                self._unconfirmed = True
                raise Unconfirmed

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, with one view of everything."""
        with self._readers.borrowed() as connection:
            connection.begin()
            try:
                yield connection
            finally:
                if not connection.invalidated:
                    connection.rollback()

    def _no_more_unconfirmed(self) -> None:
        """After a COMMIT that no standby has confirmed begin no other before one is there: nobody need wait for it."""
        if not self._unconfirmed:
            return
        with self.read() as sql:
            if promises.unconfirmed(sql):
                raise DatabaseBusy
        self._unconfirmed = False

    def time(self) -> datetime:
        """Ask the database for the time: the one clock that decisions go by."""
        with _busy_is_told():
            if self._clock is None or self._clock.closed or not self._clock.is_current:
                self._clock = self._primary.connect()
                self._clock.autocommit = True
            try:
                row = self._clock.execute("SELECT clock_timestamp()").fetchone()
            except psycopg.Error:
                self._clock.close()
                raise
        if row is None:
            raise DatabaseBusy
        when: datetime = row[0]
        return when

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self._writers.close()
        self._readers.close()
        if self._clock is not None:
            self._clock.close()
            self._clock = None


class _Held:
    """A limited number of connections that are kept open: whoever finds none free waits in line."""

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine = engine
        self._free: deque[HeldConnection] = deque()
        self._spellings = Spellings()
        self._places = Places(most)

    @contextmanager
    def borrowed(self) -> Iterator[HeldConnection]:
        if not self._places.take(BUSY_SECONDS):
            raise DatabaseBusy
        try:
            with _busy_is_told():
                connection = self._take()
                try:
                    yield connection
                finally:
                    self._put_back(connection)
        finally:
            self._places.give_back()

    def close(self) -> None:
        """Close what is free."""
        while self._free:
            _close(self._free.pop())

    def _take(self) -> HeldConnection:
        """Take one that leads to the primary of now; what leads to another is closed."""
        with suppress(IndexError):
            while True:
                connection = self._free.pop()
                if _is_current(connection):
                    return connection
                _close(connection)
        return HeldConnection(self._engine, self._spellings)

    def _put_back(self, connection: HeldConnection) -> None:
        """Keep a connection that is well; when one is lost, so are the others: they went to the same server."""
        if connection.invalidated or connection.closed:
            _close(connection)
            self.close()
        else:
            self._free.append(connection)


def _must_be_whole(connection: Connection) -> None:
    """Refuse to commit after an error that was caught: the server would roll back, and call it a success."""
    driver = connection.connection.driver_connection
    if isinstance(driver, Watched) and driver.info.transaction_status is TransactionStatus.INERROR:
        raise DatabaseBusy


def _is_current(connection: Connection) -> bool:
    driver = connection.connection.driver_connection
    return isinstance(driver, Watched) and driver.is_current


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except DBAPIError:
        connection.invalidate()


@contextmanager
def _busy_is_told() -> Iterator[None]:
    """Turn the server's words for a database that is busy, gone or no longer the primary into ours."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _is_busy(error.orig):
            raise DatabaseBusy from error
        raise
    except psycopg.Error as error:
        if _is_busy(error):
            raise DatabaseBusy from error
        raise


def _is_busy(error: BaseException | None) -> bool:
    if not isinstance(error, psycopg.OperationalError | psycopg.errors.ReadOnlySqlTransaction):
        return False
    state = error.sqlstate
    return state is None or state in _BUSY_STATES or state.startswith(_BUSY_CLASSES)


def _conninfo(url: str) -> str:
    """Lay what the address says over what we need."""
    given = conninfo_to_dict(url)
    limits = f"{_LIMITS} {_SPELLINGS} {given.pop('options', None) or ''}".strip()
    return make_conninfo("", **{**_DEFAULTS, **given, "options": limits})


def _engine(primary: Primary, *, read_only: bool) -> Engine:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=primary.connect,
        poolclass=NullPool,  # they are held here, and what is closed is to be closed
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        hide_parameters=True,  # an exception is logged, and what was written may be a secret
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: psycopg.Connection[Any], record: Any) -> None:
        if read_only:
            connection.read_only = True
        else:
            connection.autocommit = True  # the driver begins nothing by itself: `write` does, with the lock

        def warned(notice: psycopg.errors.Diagnostic) -> None:
            if notice.severity_nonlocalized == "WARNING":
                record.info[_WARNED] = True

        connection.add_notice_handler(warned)

    return engine
