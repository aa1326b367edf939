"""PostgreSQL as the product uses it: who waits for whom, and what is told when it is lost."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from doorward.edges.sql.engine import DatabaseBusy
from doorward.edges.sql.holding import hold_account, hold_administrators, hold_source
from doorward.edges.sql.on_postgresql import SEARCH_INDEX
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.kernel.ids import AccountId
from tests import cluster

ADA, BEN = AccountId(UUID(int=1)), AccountId(UUID(int=2))
SOON, LATER = 0.3, 20.0

pytestmark = pytest.mark.postgresql


@pytest.fixture
def nodes() -> Iterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """Open one database as two nodes do."""
    first = cluster.fresh()
    second = PostgresDatabase(first.url, cluster.CONNECTIONS)
    yield first, second
    second.close()
    first.close()


class Second:
    """Another node that tries something while the first is busy."""

    def __init__(self, node: PostgresDatabase, *, shared: bool, account: AccountId | None = None) -> None:
        """Begin to try."""
        self._node, self._shared, self._account = node, shared, account
        self._through = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._tried = self._pool.submit(self._try)

    def _try(self) -> None:
        with self._node.write(shared=self._shared) as sql:
            if self._account is not None:
                hold_account(sql, self._account)
            self._through.set()

    def waits(self) -> bool:
        """Tell whether it is held up."""
        return not self._through.wait(SOON)

    def ends(self) -> bool:
        """Tell whether it comes through in the end."""
        self._tried.result(LATER)
        self._pool.shutdown()
        return self._through.is_set()


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False)])
def test_whoever_is_alone_is_alone_on_every_node(
    nodes: tuple[PostgresDatabase, PostgresDatabase], *, first: bool, second: bool
) -> None:
    """An exclusive writer waits for shared ones, and they for it."""
    with nodes[0].write(shared=first):
        other = Second(nodes[1], shared=second)
        assert other.waits()
    assert other.ends()


@pytest.mark.parametrize(("account", "waits"), [(ADA, True), (BEN, False)])
def test_shared_writers_wait_for_their_account_only(
    nodes: tuple[PostgresDatabase, PostgresDatabase], account: AccountId, *, waits: bool
) -> None:
    """Two sign-ins of one person follow each other; those of two people do not."""
    with nodes[0].write(shared=True) as sql:
        assert hold_account(sql, ADA)
        other = Second(nodes[1], shared=True, account=account)
        assert other.waits() is waits
    assert other.ends()


def test_whoever_is_alone_holds_everything_already(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """Nothing that was read before can be old, so nothing is asked."""
    with nodes[0].write() as sql:
        assert not hold_account(sql, ADA)
        assert not hold_source(sql, "192.0.2.7")
        assert not hold_administrators(sql)


def test_waiting_writer_sees_what_the_one_before_has_left(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """It reads statement by statement, after it has its turn."""
    with nodes[0].write() as sql:
        sql.execute(text("CREATE TABLE seen (number int)"))
    with nodes[0].write() as sql, ThreadPoolExecutor(1) as pool:

        def count() -> int:
            with nodes[1].write() as other:
                found: int = other.execute(text("SELECT count(*) FROM seen")).scalar_one()
                other.execute(text("DROP TABLE seen"))
            return found

        waiting = pool.submit(count)
        sql.execute(text("INSERT INTO seen VALUES (1)"))
        sql.commit()
        assert waiting.result(LATER) == 1


def test_reader_has_one_view_and_writes_nothing(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """Whatever others commit meanwhile."""
    with nodes[0].read() as sql:
        before = sql.execute(text("SELECT count(*) FROM duties")).scalar_one()
        with nodes[1].write() as other:
            other.execute(text("INSERT INTO duties (duty, held_by, held_until) VALUES ('post', 'node-2', 0)"))
        assert sql.execute(text("SELECT count(*) FROM duties")).scalar_one() == before
        with pytest.raises(DBAPIError, match="read-only"):
            sql.execute(text("DELETE FROM duties"))


def test_lost_connection_is_told_and_the_next_one_works(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """Nobody is told that something is done, and nobody is told twice that the server was gone."""
    with nodes[1].read() as kept, nodes[1].read():
        kept.execute(text("SELECT 1"))
    with pytest.raises(DatabaseBusy), nodes[0].write() as sql:  # noqa: PT012 - the end of the block is what fails
        mine = sql.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with nodes[1].read() as other:
            ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :mine")
            other.execute(ended, {"mine": mine})
        sql.execute(text("SELECT 1"))
    with nodes[0].write() as sql:
        assert sql.execute(text("SELECT 1")).scalar_one() == 1


def test_warned_commit_is_not_taken_for_done(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """As when the wait for a standby is cut short: committed here, and perhaps nowhere else (T29)."""
    with nodes[0].write() as sql:
        sql.execute(
            text("""
            CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN RAISE WARNING 'canceling wait for synchronous replication'; RETURN NULL; END $$;
            CREATE TABLE warned (number int);
            CREATE CONSTRAINT TRIGGER warns AFTER INSERT ON warned DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION warn()""")
        )
    with pytest.raises(DatabaseBusy), nodes[0].write() as sql:
        sql.execute(text("INSERT INTO warned VALUES (1)"))
    with nodes[0].write() as sql:
        sql.execute(text("DROP TABLE warned; DROP FUNCTION warn()"))


def test_server_that_is_not_there_is_busy() -> None:
    """A refused connection is no fault of ours: 503, and the same again later."""
    nowhere = PostgresDatabase("postgresql://doorward@/doorward?host=/nowhere")

    with pytest.raises(DatabaseBusy), nowhere.read():
        raise AssertionError("there is no server")
    with pytest.raises(DatabaseBusy):
        nowhere.time()


def test_time_is_the_databases(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """Aware, and the same for both nodes."""
    told = [node.time() for node in nodes]

    assert abs(told[0] - datetime.now(UTC)) < timedelta(seconds=5)  # noqa: TID251 - both run on this machine
    assert told[0] <= told[1]


def test_texts_compare_by_their_bytes(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """Whatever language the server was set up for: lists are read on from where they ended (KEY-13)."""
    with nodes[0].read() as sql:
        other = sql.execute(
            text("""
            SELECT count(*) FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')
              AND collation_name IS DISTINCT FROM 'C'""")
        ).scalar_one()
    assert other == 0


def test_part_of_a_name_is_found_by_an_index(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """A page of a search costs what it shows, with ten million people as with ten."""
    query = (
        "EXPLAIN SELECT account_id FROM accounts WHERE full_name_canonical LIKE '%oss%' OR email_canonical LIKE '%oss%'"
    )
    with nodes[0].read() as sql:
        sql.execute(text("SET LOCAL enable_seqscan = off"))
        plan = " ".join(sql.execute(text(query)).scalars())

    assert SEARCH_INDEX in plan


def test_what_failed_and_was_caught_is_not_committed(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """The server answers such a COMMIT by rolling back, without an error; nobody may take that for done."""
    one, _ = nodes

    def catch_and_go_on() -> None:
        with one.write() as sql:
            sql.execute(text("CREATE TABLE caught (what INTEGER)"))
            with suppress(DBAPIError):
                sql.execute(text("SELECT 1 / 0"))

    with pytest.raises(DatabaseBusy):
        catch_and_go_on()
    with one.write() as sql:
        assert sql.execute(text("SELECT to_regclass('caught')")).scalar() is None


def test_a_spelling_of_days_changes_nothing(nodes: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    """The driver reads one alone, and so each connection asks for it."""
    first, second = nodes
    database = str(conninfo_to_dict(first.url)["dbname"])
    with psycopg.connect(first.url, autocommit=True) as owner:
        owner.execute(SQL("ALTER DATABASE {} SET datestyle = 'SQL, DMY'").format(Identifier(database)))
        told = second.time()
        owner.execute(SQL("ALTER DATABASE {} RESET datestyle").format(Identifier(database)))

    assert told.tzinfo is not None
