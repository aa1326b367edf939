"""The primary among several servers: found, judged by its timeline, and given up when it no longer answers."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from doorward.edges.clock import seconds_awake_and_asleep
from doorward.edges.sql.engine import DatabaseBusy, Unconfirmed
from doorward.edges.sql.on_postgresql import unhurried
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.edges.sql.primary import SILENCE_SECONDS, Primary, one_by_one
from tests import cluster
from tests.failover import pair
from tests.failover.pair import Pair

LATER = 40.0

pytestmark = pytest.mark.postgresql


@pytest.fixture
def both() -> Iterator[Pair]:
    """Run a primary and its standby."""
    with cluster.reachable() as folder, pair.running(folder) as begun:
        yield begun


def port(connection: psycopg.Connection[Any]) -> int:
    """Say which of them a connection leads to."""
    return connection.info.port


def address(*ports: int) -> str:
    """Write an address of servers in this order."""
    hosts = ",".join(pair.HERE for _ in ports)
    return f"host={hosts} port={','.join(map(str, ports))} user=doorward dbname=postgres connect_timeout=2"


def test_standby_is_never_the_primary(both: Pair) -> None:
    """Whatever the address says or leaves out; and without a primary there is no connection."""
    primary = Primary(address(both.standby, both.primary))

    with primary.connect() as first, primary.connect() as second:
        assert {port(first), port(second)} == {both.primary}
    both.kill("one")
    with pytest.raises(psycopg.OperationalError, match="standby"):
        Primary(address(both.primary, both.standby)).connect()


def test_primary_of_before_the_failover_is_not_used(both: Pair) -> None:
    """Two servers take themselves for the primary; whoever has met the new one goes by it alone (T29)."""
    primary = Primary(address(both.primary, both.standby))
    with primary.connect() as before:
        both.promote()
        assert before.is_current
        both.signal("one", signal.SIGSTOP)
        with primary.connect() as after:
            both.signal("one", signal.SIGCONT)
            assert port(after) == both.standby
            assert (before.is_current, after.is_current) == (False, True)
    both.kill("two")
    with pytest.raises(psycopg.OperationalError):
        primary.connect()
    with Primary(address(both.primary)).connect() as whoever_has_not:
        assert port(whoever_has_not) == both.primary


def test_frozen_primary_is_given_up_by_all_who_wait(both: Pair) -> None:
    """It does not hang up; so they look, all give up at once, and go to the next one (T29)."""
    database = PostgresDatabase(address(both.primary, both.standby))
    reached = threading.Barrier(3)

    def waits(*, shared: bool) -> bool:
        try:
            with database.write(shared=shared) as sql:
                reached.wait(LATER)
                reached.wait(LATER)
                sql.execute(text("SELECT 1"))
        except DatabaseBusy:
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(waits, shared=True) for _ in range(2)]
        reached.wait(LATER)
        both.signal("one", signal.SIGSTOP)
        both.promote()
        reached.wait(LATER)
        assert all(one.result(LATER) for one in waiting)
    with database.read() as sql:
        assert sql.execute(text("SHOW port")).scalar_one() == str(both.standby)
    database.time()
    both.signal("one", signal.SIGCONT)
    database.close()


def test_server_that_takes_long_is_not_given_up(both: Pair) -> None:
    """A statement takes longer than silence does: the server is looked for, and is there."""
    database = PostgresDatabase(address(both.primary))
    with database.read() as sql:
        sql.execute(text(f"SELECT pg_sleep({SILENCE_SECONDS + 1})"))
        assert sql.execute(text("SHOW port")).scalar_one() == str(both.primary)
    database.close()


def test_commit_waits_only_so_long_for_a_standby(both: Pair) -> None:
    """Nobody is told that it is done; whoever comes next is told at once, until a standby is there (T29)."""
    database = PostgresDatabase(address(both.primary))
    with database.write() as sql:
        sql.execute(text("CREATE TABLE written (number int)"))
    both.demand_standby()
    both.cut_off()

    began = seconds_awake_and_asleep()
    with pytest.raises(Unconfirmed), database.write() as sql:
        sql.execute(text("INSERT INTO written VALUES (1)"))
    took = seconds_awake_and_asleep() - began

    assert SILENCE_SECONDS <= took < 2 * SILENCE_SECONDS
    with database.read() as sql:
        assert sql.execute(text("SELECT count(*) FROM written")).scalar_one() == 1
    with pytest.raises(DatabaseBusy), database.write():
        raise AssertionError("there is nobody to confirm it")
    both.demand_standby(of="")
    with database.write() as sql:
        sql.execute(text("INSERT INTO written VALUES (2)"))
    database.close()


def test_a_move_waits_longer_for_its_standby(both: Pair) -> None:
    """It has much to send; the same connection is as quick as any afterwards."""
    database = PostgresDatabase(address(both.primary))
    with database.write() as sql:
        unhurried(sql)
        driver: Any = sql.connection.driver_connection
        patience = driver.patience
    database.close()

    assert patience > driver.patience == SILENCE_SECONDS


@pytest.mark.parametrize(
    ("address", "each"),
    [
        ("postgresql://u@a,b,c/d", [("a", None), ("b", None), ("c", None)]),
        ("postgresql://u@a:1,b:2/d", [("a", "1"), ("b", "2")]),
        ("host=a,b port=5", [("a", "5"), ("b", "5")]),
        ("host=a,b port=5,", [("a", "5"), ("b", None)]),
        ("hostaddr=127.0.0.1,127.0.0.2", [(None, None), (None, None)]),
        ("dbname=d", [(None, None)]),
    ],
)
def test_each_server_of_an_address(address: str, each: list[tuple[str | None, str | None]]) -> None:
    """As libpq reads its lists: one port is for all hosts."""
    found = [conninfo_to_dict(one) for one in one_by_one(address)]

    assert [(one.get("host"), one.get("port")) for one in found] == each
