"""The two shapes that what must be exact is tried on: processes on SQLite, and nodes on one PostgreSQL.

A module whose fixture is `@pytest.fixture(scope="module", params=SHAPES)` runs each of its storms on both; the second
is skipped where PostgreSQL's programs are missing.
"""

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doorward.edges.sql.engine import DatabaseBusy
from tests import cluster
from tests.launcher import Server, eventually
from tests.storms.size import FULL
from tests.storms.town import Town, beside, town

NAMES = ("oak", "elm", "ash")
WORKERS = "two processes"
NODES = "three nodes"
needs_postgresql = pytest.mark.skipif(cluster.programs() is None, reason="PostgreSQL's programs are missing")
SHAPES = (WORKERS, pytest.param(NODES, marks=needs_postgresql))


@contextmanager
def shaped(shape: str, folder: Path, options: Mapping[str, Any] | None = None) -> Iterator[Town]:
    """Launch a server of two processes, or three nodes on a database of their own."""
    if shape == WORKERS:
        with town(folder, options, workers=2) as begun:
            yield begun
    else:
        with three_nodes(folder, options) as begun:
            yield begun


@contextmanager
def three_nodes(
    folder: Path,
    options: Mapping[str, Any] | None = None,
    finds: Mapping[str, Mapping[str, str]] | None = None,
    *,
    real_cost: bool = FULL,
) -> Iterator[Town]:
    """Launch three nodes on a database of their own.

    `finds` says what some of them find in their environment.
    """
    nodes = {name: (finds or {}).get(name, {}) for name in NAMES}
    with (
        cluster.database() as database,
        town_of_nodes(folder, nodes, {**(options or {}), "database": database}, real_cost=real_cost) as begun,
    ):
        yield begun


@contextmanager
def town_of_nodes(
    folder: Path, nodes: Mapping[str, Mapping[str, str]], options: Mapping[str, Any], *, real_cost: bool = FULL
) -> Iterator[Town]:
    """Launch nodes, by name and what each finds in its environment, on the database that the options name.

    Each begins with the first one's key file, and listens on a port of its own even where the first one's is chosen.
    """
    elsewhere = {key: value for key, value in options.items() if key not in {"listen", "public_url"}}
    first, *others = [
        Server(folder, options=elsewhere if number else options, node=name, environment=finds, real_cost=real_cost)
        for number, (name, finds) in enumerate(nodes.items())
    ]
    with ThreadPoolExecutor(len(nodes)) as threads:
        try:
            first.start()
            for node in others:
                node.data.mkdir(mode=0o700)
                shutil.copy(first.data / "doorward.key", node.data)
            list(threads.map(Server.start, others))
            with beside(first) as (runtime, olga):
                yield Town(first, runtime, olga, tuple(others))
        finally:
            list(threads.map(Server.stop, (first, *others)))


def reconnect(server: Town) -> None:
    """Bring the connections of the test itself back, after the database was lost or left."""

    def reads() -> bool:
        try:
            return server.count("SELECT count(*) FROM accounts") > 0
        except DatabaseBusy:
            return False

    server.runtime.database.close()
    eventually(reads)
