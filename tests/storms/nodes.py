"""The two shapes that what must be exact is tried on: processes on SQLite, and nodes on one PostgreSQL.

A module whose fixture is `@pytest.fixture(scope="module", params=SHAPES)` runs each of its storms on both; the second
is skipped where PostgreSQL's programs are missing.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import cluster
from tests.storms.town import Town, town, town_of_nodes

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
def three_nodes(folder: Path, options: Mapping[str, Any] | None = None) -> Iterator[Town]:
    """Launch three nodes on a database of their own, in a cluster that ends with them."""
    with a_database() as database, town_of_nodes(folder, NAMES, {**(options or {}), "database": database}) as begun:
        yield begun


@contextmanager
def a_database() -> Iterator[str]:
    """Give the address of an empty database in a cluster of its own."""
    folder = Path(tempfile.mkdtemp(prefix="doorward-", dir="/tmp"))  # a socket's path is short
    try:
        with cluster.running(folder) as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("CREATE DATABASE storm TEMPLATE template0")
            yield address.replace("/postgres?", "/storm?")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
