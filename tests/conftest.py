"""What holds for every test: no socket beyond this machine; few examples from hypothesis, many with `long`."""

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import cluster

settings.register_profile("everyday", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("everyday")


@pytest.fixture
def passable() -> Iterator[Path]:
    """Give a folder that everybody may pass; those of pytest are closed to others, and again when a run begins."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run keep its worlds in PostgreSQL."""
    parser.addoption("--postgresql", action="store_true", help="keep the worlds of tests in a throw-away PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    """Start that PostgreSQL, and tell what the mark means."""
    config.addinivalue_line("markers", "sqlite(why): what is asked only of SQLite")
    config.addinivalue_line("markers", "postgresql: what is asked only of PostgreSQL")
    cluster.started(config)


def pytest_configure_node(node: Any) -> None:
    """Let the other processes of the run find it."""
    cluster.tell(node)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is asked only of SQLite, or only of PostgreSQL, where worlds are kept in the other."""
    for item in items:
        mark = item.get_closest_marker("sqlite")
        if mark is not None and cluster.chosen():
            item.add_marker(pytest.mark.skip(reason=mark.args[0]))
        if item.get_closest_marker("postgresql") and not cluster.chosen():
            item.add_marker(pytest.mark.skip(reason="runs with --postgresql"))


class SocketBeyondLoopbackError(Exception):
    """A test reached for the network."""


def _is_here(host: object) -> bool:
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _watch(event: str, details: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(details[1], tuple):
        host = details[1][0]
    elif event == "socket.getaddrinfo":
        host = details[0]
    else:
        return
    if not _is_here(host):
        raise SocketBeyondLoopbackError(f"{event} to {host!r}")


sys.addaudithook(_watch)
