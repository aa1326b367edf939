"""Both databases to measure on: SQLite's file, or a PostgreSQL of one's own that keeps what it has answered."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.measuring import NotMeasured, data_directory
from tests import cluster

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
BOTH = (SQLITE, POSTGRESQL)
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}


@dataclass(frozen=True, slots=True)
class Home:
    """A data directory, and the process of the database behind it where that is one of its own."""

    data: Path
    url: str = ""
    postmaster: int | None = None

    def second(self, name: str) -> Path:
        """Make the data directory of another node on the same database."""
        data = self.data.with_name(name)
        data.mkdir(mode=0o700)
        key = data / "doorward.key"
        key.touch(mode=0o600)
        key.write_bytes((self.data / "doorward.key").read_bytes())
        (data / "doorward.toml").write_text(f'database = "{self.url}"\nnode = "{name}"\n')
        return data


@contextmanager
def home(kind: str) -> Iterator[Home]:
    """Give a fresh data directory on this kind of database, and remove both afterwards."""
    if kind == POSTGRESQL and cluster.programs() is None:
        raise NotMeasured("PostgreSQL's programs are missing")
    with data_directory() as data, ExitStack() as running:
        yield Home(data) if kind == SQLITE else _on_postgresql(data, running)


def _on_postgresql(data: Path, running: ExitStack) -> Home:
    outer = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="doorward-bench-", dir="/var/tmp")))
    outer.chmod(0o755)  # PostgreSQL's own user goes through it to its folder
    folder = outer / "pg"
    folder.mkdir()
    address = running.enter_context(cluster.running(folder, **DURABLE))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE doorward")
    url = address.replace("/postgres?", "/doorward?")
    data.mkdir(mode=0o700)
    (data / "doorward.toml").write_text(f'database = "{url}"\n')
    return Home(data, url, int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]))
