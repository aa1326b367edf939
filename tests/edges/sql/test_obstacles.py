import sqlite3

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from doorward.edges.sql import obstacles, schema
from doorward.edges.sql.engine import DatabaseBusy, Unconfirmed
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.kernel.obstacle import Obstacle
from tests import cluster


def from_driver(said: BaseException) -> OperationalError:
    """Wrap what a driver raises, as SQLAlchemy does."""
    return OperationalError("SELECT 1", None, said)


def busy(cause: BaseException | None) -> DatabaseBusy:
    """Make our word for a busy database, with what stands behind it."""
    error = DatabaseBusy()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("said", "told", "mend"),
    [
        ("permission denied for schema public\nLINE 2: CREATE\n   ^", "denied for schema public.", "its owner"),
        ("could not extend file: No space left on device", "No space left on device.", "disk of the database's server"),
        ('FATAL:  too many connections for role "x"', 'for role "x".', "Raise max_connections or the user's limit"),
        ('FATAL:  password authentication failed for user "x"', 'for user "x".', "~/.pgpass"),
        ("fe_sendauth: no password supplied", "no password supplied.", "~/.pgpass"),
        ('FATAL:  no pg_hba.conf entry for host "x"', 'for host "x".', "Let this machine in there"),
        ('FATAL:  database "x" does not exist', "does not exist.", "Create it in the server"),
        ("canceling statement due to lock timeout", "lock timeout.", "Another program holds it"),
        ("cannot execute INSERT in a read-only transaction", "transaction.", "Name the primary"),
    ],
)
def test_what_a_server_says_leads_to_what_mends_it(said: str, told: str, mend: str) -> None:
    """Its first line alone is repeated, whether the database counts as busy or not."""
    for error in (from_driver(psycopg.OperationalError(said)), busy(psycopg.OperationalError(said))):
        one = obstacles.obstacle(error, "postgresql://db/x")

        assert one.what.startswith("The database postgresql://db/x cannot be used: ")
        assert one.what.endswith(told)
        assert mend in one.mend


@pytest.mark.parametrize(
    ("error", "told", "mend"),
    [
        (busy(psycopg.OperationalError("Connection refused")), "does not answer: Connection refused.", "Start it"),
        (Unconfirmed(), "no standby of the database it has confirmed it.", "`doorward doctor`"),
        (busy(None), "does not answer: it has no place free.", "Start it"),
        (busy(from_driver(sqlite3.OperationalError("database is locked"))), "in use by another program", "Wait for it"),
        (from_driver(psycopg.DataError("what\nis it")), "cannot be used: what.", "log of the database's server"),
        (sqlite3.OperationalError("disk I/O error"), "cannot be read or written.", "Free some space if its disk is"),
        (from_driver(sqlite3.OperationalError("database or disk is full")), "no room left", "Free some space"),
        (from_driver(sqlite3.OperationalError("odd")), "cannot be used: odd.", "the file's owner and mode"),
    ],
)
def test_other_words_are_repeated(error: Exception, told: str, mend: str) -> None:
    """Each with where to look."""
    one = obstacles.obstacle(error, "it")

    assert told in one.what
    assert mend in one.mend


@pytest.mark.postgresql
def test_a_user_who_may_make_no_tables_is_told_so() -> None:
    """The server's words, without the statement, and what has to be done there."""
    with cluster.database() as address, psycopg.connect(address, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS poor")
        owner.execute("CREATE ROLE poor LOGIN")
        database = PostgresDatabase(address.replace("doorward@", "poor@"))
        with pytest.raises(
            Obstacle, match=r"permission denied for schema public\. Make the user of the address its owner"
        ):
            schema.prepare(database, "it")
        database.close()
        owner.execute("DROP ROLE poor")


@pytest.mark.postgresql
def test_a_database_that_does_not_hold_every_letter_is_refused() -> None:
    """Before anything is made in it; its encoding is named, and the words that make a right one."""
    with cluster.database() as address, psycopg.connect(address, autocommit=True) as owner:
        owner.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
        database = PostgresDatabase(address.replace(address.split("/")[3].partition("?")[0], "latin", 1))
        try:
            with pytest.raises(Obstacle, match=r"its encoding is LATIN1\. .* ENCODING 'UTF8'"):
                schema.prepare(database, "it")
            with database.read() as sql:
                assert sql.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar() == 0
        finally:
            database.close()
            owner.execute("DROP DATABASE latin")
