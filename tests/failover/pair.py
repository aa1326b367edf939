"""A primary and a standby that nobody waits for: what Patroni's synchronous mode is there to avoid."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import cluster
from tests.failover.ports import free_port
from tests.launcher import eventually

HERE = "127.0.0.1"
_CONFIRMING = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both servers, by their ports and folders."""

    primary: int
    standby: int
    folder: Path
    user: str | None

    @property
    def address(self) -> str:
        """Give the address that Doorward takes."""
        return f"postgresql://doorward@{HERE}:{self.primary},{HERE}:{self.standby}/postgres"

    def demand_standby(self, of: str = "*") -> None:
        """Let each COMMIT of the primary wait for a standby; or, where none is named, for nobody."""
        with _connected(self.primary) as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{of}'".encode())
            connection.execute("SELECT pg_reload_conf()")
            eventually(lambda: _one(connection, _CONFIRMING) == len(of))

    def cut_off(self) -> None:
        """Let the standby hear no more of its primary, which does not mind."""
        with _connected(self.standby) as connection:
            connection.execute("ALTER SYSTEM SET primary_conninfo = ''")
            connection.execute("SELECT pg_reload_conf()")
        with _connected(self.primary) as connection:
            eventually(lambda: _one(connection, "SELECT count(*) FROM pg_stat_replication") == 0)

    def fail_over(self) -> None:
        """Kill the primary and make the standby one."""
        self.kill("one")
        self.promote()

    def promote(self) -> None:
        """Make the standby a primary, whatever the other one is."""
        with _connected(self.standby) as connection:
            connection.execute("SELECT pg_promote()")

    def kill(self, name: str) -> None:
        """Kill one of them where it stands."""
        self.signal(name, signal.SIGKILL)

    def signal(self, name: str, what: signal.Signals) -> None:
        """Send something to each process of a server."""
        processes = self._processes(name)
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, what)
        if what is signal.SIGKILL:
            eventually(lambda: not any(map(cluster.lives, processes)))

    def end(self) -> None:
        """Leave no process behind."""
        self.kill("one")
        self.kill("two")

    def _processes(self, name: str) -> list[int]:
        with suppress(FileNotFoundError):
            first = int((self.folder / name / "postmaster.pid").read_text().split("\n")[0])
            return [first, *cluster.children(first)]
        return []


@contextmanager
def running(folder: Path) -> Iterator[Pair]:
    """Run both."""
    user, bin_ = cluster.somebody_ordinary(folder), cluster.programs()
    assert bin_ is not None
    pair = Pair(free_port(HERE), free_port(HERE), folder, user)
    words = ("-U", "doorward", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    cluster.run(user, bin_ / "initdb", "-D", folder / "one", *words)
    try:
        _start(pair, "one", pair.primary)
        backup = (
            "-d",
            f"host={HERE} port={pair.primary} user=doorward",
            "-D",
            folder / "two",
            "-R",
            "-c",
            "fast",
            "-N",
        )
        cluster.run(user, bin_ / "pg_basebackup", *backup)
        _start(pair, "two", pair.standby)
        with _connected(pair.primary) as connection:
            eventually(lambda: _one(connection, "SELECT count(*) FROM pg_stat_replication") == 1)
        yield pair
    finally:
        pair.end()


def _start(pair: Pair, name: str, port: int) -> None:
    bin_ = cluster.programs()
    assert bin_ is not None
    options = f"-k {pair.folder} -c listen_addresses={HERE} -c port={port} -c fsync=off"
    log = pair.folder / f"{name}.log"
    cluster.run(pair.user, bin_ / "pg_ctl", "-D", pair.folder / name, "-w", "-l", log, "-o", options, "start")


def _connected(port: int) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(f"postgresql://doorward@{HERE}:{port}/postgres", autocommit=True)


def _one(connection: psycopg.Connection[tuple[int]], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]
