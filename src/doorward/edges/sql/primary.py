"""The primary among PostgreSQL's servers: which one it is now, and whether it still answers.

A machine that freezes does not hang up: its kernel goes on to take what is sent, and no answer ever comes. So whoever
has heard nothing for a while looks whether the server still takes connections. If it doesn't, every connection to it is
given up, on every thread that waits.

After a failover two servers may take themselves for the primary, until the old one is told. Each promotion begins a
new timeline (PostgreSQL, 26.3.5), so the server whose timeline is older than one that was met is not used.
"""

import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from doorward.edges.clock import seconds_awake_and_asleep

R = TypeVar("R")

SILENCE_SECONDS = 5.0
"""After so long without an answer it is looked whether the server is there; waiting for one's turn takes longer."""
_LOOK_SECONDS = 5
_EACH = ("host", "hostaddr", "port")
_TIMELINE = "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END"
_TIMELINE_DIGITS = 8
"""The name of a file of the write-ahead log begins with its timeline, in hexadecimal digits."""


class Watched(psycopg.Connection[Any]):
    """A connection that is given up when its server no longer answers, or is no longer the primary."""

    primary: "Primary | None" = None
    generation = 0
    patience = SILENCE_SECONDS
    """How many seconds the COMMIT of the present transaction may wait for a standby."""
    _committing_since: float | None = None

    @property
    def is_current(self) -> bool:
        """Return whether it leads to the primary of now."""
        return self.primary is None or self.primary.generation == self.generation

    def commit(self) -> None:
        """Commit; a wait for a standby that is not there is cut short, and ends with the server's warning (T29).

        No limit of the server's own ends that wait (PostgreSQL, 27.2.8).
        """
        self._committing_since = seconds_awake_and_asleep()
        try:
            super().commit()
        finally:
            self._committing_since, self.patience = None, SILENCE_SECONDS

    def wait(self, gen: Generator[Any, Any, R], *given: Any, **named: Any) -> R:
        """Wait for the server as the driver does, which wakes up from time to time."""
        return super().wait(self._watching(gen), *given, **named)

    def _watching(self, gen: Generator[Any, Any, R]) -> Generator[Any, Any, R]:
        """Hand on what the driver waits for, and look about whenever nothing has come for long."""
        try:
            wanted = next(gen)
            heard = seconds_awake_and_asleep()
            while True:
                ready = yield wanted
                now = seconds_awake_and_asleep()
                if not ready and now - heard >= SILENCE_SECONDS and self.primary is not None:
                    self.primary.look(self.generation)
                    self._cut_short(now)
                if ready or now - heard >= SILENCE_SECONDS:
                    heard = seconds_awake_and_asleep()
                if not ready and not self.is_current:
                    self._give_up()
                wanted = gen.send(ready)
        except StopIteration as end:
            answer: R = end.value
            return answer

    def _cut_short(self, now: float) -> None:
        since = self._committing_since
        if since is not None and now - since >= self.patience and self.is_current:
            with suppress(psycopg.Error):  # it is tried again after the next silence
                self.cancel_safe(timeout=_LOOK_SECONDS)

    def _give_up(self) -> None:
        self.pgconn.finish()
        raise psycopg.OperationalError("the server has not answered, and is given up")


class Primary:
    """Finds the server that can be written; `generation` counts how often another one became it."""

    def __init__(self, conninfo: str) -> None:
        """Take an address that may name several servers."""
        self._hosts = one_by_one(conninfo)
        self._timeline = 0
        self._changing = threading.Lock()
        self._looking = threading.Lock()
        self.generation = 0

    def connect(self) -> Watched:
        """Connect to the primary: the server that was it last is asked first, and each of the others after it."""
        failed: psycopg.OperationalError | None = None
        hosts = self._hosts
        for host in hosts:
            try:
                connection = self._connect_to(host)
            except psycopg.OperationalError as error:
                failed = error
            else:
                self._hosts = [host, *(other for other in hosts if other != host)]
                return connection
        raise failed or psycopg.OperationalError("the address names no server")

    def look(self, generation: int) -> None:
        """See whether the server that was connected to last takes connections; if not, give up all that lead to it."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            if generation == self.generation:
                psycopg.connect(make_conninfo(self._hosts[0], connect_timeout=_LOOK_SECONDS)).close()
        except psycopg.errors.ConnectionTimeout:
            self._next_generation()
        except psycopg.Error:
            return  # it says no, so it is there
        finally:
            self._looking.release()

    def _connect_to(self, host: str) -> Watched:
        connection = Watched.connect(host, autocommit=True)
        try:
            self._judge(connection)
        except BaseException:
            connection.close()
            raise
        connection.autocommit = False
        return connection

    def _judge(self, connection: Watched) -> None:
        """Refuse a standby, and a primary of an older timeline; a newer one ends the time of the others."""
        row = connection.execute(_TIMELINE).fetchone()
        if row is None or row[0] is None:
            raise psycopg.OperationalError("the server is a standby")
        timeline = int(row[0][:_TIMELINE_DIGITS], 16)
        with self._changing:
            if timeline < self._timeline:
                raise psycopg.OperationalError("the server is a primary of before the failover")
            if timeline > self._timeline > 0:
                self.generation += 1
            self._timeline = timeline
            connection.primary, connection.generation = self, self.generation

    def _next_generation(self) -> None:
        with self._changing:
            self.generation += 1


def one_by_one(conninfo: str) -> list[str]:
    """Make one address for each server that an address names, as libpq reads its lists."""
    given = conninfo_to_dict(conninfo)
    lists = {key: str(given.pop(key)).split(",") for key in _EACH if given.get(key)}
    count = max((len(words) for words in lists.values()), default=1)
    each = [{key: words[number if len(words) > 1 else 0] for key, words in lists.items()} for number in range(count)]
    return [make_conninfo("", **{**given, **{key: word for key, word in one.items() if word}}) for one in each]
