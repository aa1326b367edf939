import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.health import Health
from doorward.doors.web.metrics import Metrics
from doorward.edges.sql import schema
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.edges.sql.sqlite import SqliteDatabase
from tests import cluster
from tests.doors.asgi import Answered, call, scope_of
from tests.failover import pair
from tests.signer import SIGNER
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def ask(world: World, line: str, client: str = "127.0.0.1") -> Answered:
    """Ask behind the gate, as from some address."""
    method, path = line.split(" ")
    networks = (ip_network("10.0.0.0/8"),)
    metrics = Metrics("1")
    with ThreadPoolExecutor(1) as threads:
        around = Surroundings(threads, lambda: 0.0, metrics, SIGNER)
        gate = Gate(Health(world.runtime, metrics, networks), world.runtime, around)
        return asyncio.run(call(gate, scope_of(method, path, (), client)))


def test_a_process_that_answers_is_alive(world: World) -> None:
    """Without asking the database."""
    world.database.close()

    assert ask(world, "GET /healthz").status == 200


def test_a_server_with_a_current_database_is_ready(world: World) -> None:
    """As a load balancer asks."""
    assert ask(world, "GET /readyz").status == 200


@pytest.mark.parametrize(("version", "status"), [("0001", 503), ("0099", 200), ("0101", 503), ("abcd", 503)])
def test_a_node_stays_ready_while_others_are_upgraded(world: World, version: str, status: int) -> None:
    """A later version of the generation has all that this program knows; an older one, and all others, have not."""
    with world.database.write() as sql:
        sql.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608 - ours

    assert ask(world, "GET /readyz").status == status


@pytest.mark.sqlite("a file is written over")
def test_a_database_that_does_not_answer_is_not_ready(world: World) -> None:
    """A clear answer, and no traceback in it."""
    world.database.close()
    assert isinstance(world.database, SqliteDatabase)
    world.database.path.write_text("no database at all " * 100)
    answered = ask(world, "GET /readyz")

    assert answered.status == 503
    assert b"Traceback" not in answered.body


@pytest.mark.parametrize(
    ("client", "status"), [("127.0.0.1", 200), ("::1", 200), ("10.1.2.3", 200), ("192.0.2.7", 404)]
)
def test_figures_are_for_this_machine_and_the_proxys_network(world: World, client: str, status: int) -> None:
    """A visitor does not even learn that there are any."""
    assert ask(world, "GET /metrics", client).status == status


def test_figures_are_spelled_as_prometheus_reads_them(world: World) -> None:
    """Text, with our own figures among them."""
    assert b"# TYPE doorward_requests_total counter" in ask(world, "GET /metrics").body


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_nothing_is_changed_here(world: World, path: str) -> None:
    """Only GET and HEAD are taken."""
    assert ask(world, f"POST {path}").status == 405


@pytest.mark.postgresql
def test_a_server_whose_changes_nobody_confirms_is_not_ready(world: World) -> None:
    """Each COMMIT waits for a standby that is not there: it can show things, and do none (T29)."""
    with cluster.reachable() as folder, pair.running(folder) as both:
        database = PostgresDatabase(both.address)
        schema.prepare(database, "it")
        elsewhere = replace(world, runtime=replace(world.runtime, database=database))
        both.demand_standby()
        before = ask(elsewhere, "GET /readyz").status
        both.cut_off()
        after = ask(elsewhere, "GET /readyz").status
        database.close()

    assert (before, after) == (200, 503)
