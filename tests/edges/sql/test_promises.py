import psycopg
import pytest

from doorward.edges.sql import promises
from doorward.edges.sql.postgresql import PostgresDatabase
from tests import cluster
from tests.failover import pair


@pytest.mark.postgresql
def test_server_that_may_forget_is_told() -> None:
    """The tests' own cluster keeps nothing over a crash, and says so."""
    database = cluster.fresh()
    with database.read() as sql:
        told = [one.what for one in promises.broken(sql)]
        version = promises.server_version(sql)
    database.close()

    settings = [what.split("'s ")[1].split(" is ")[0] for what in told]
    assert settings == ["fsync", "full_page_writes", "synchronous_commit"]
    assert version[0].isdigit()


def test_search_without_its_index_is_told() -> None:
    """The extension may have needed somebody else."""
    (told,) = promises.judged({}, 50, searchable=False)

    assert "pg_trgm" in told.what
    assert not told.loses_acts


NOBODY, UNSEEN = promises.NO_STANDBYS, promises.Standbys(1, 0, visible=False)
ONE = promises.Standbys(1, 1, visible=True)
NAMED = {"synchronous_standby_names": "ANY 1 (*)"}


@pytest.mark.parametrize(
    ("settings", "standbys", "room", "told"),
    [
        ({}, NOBODY, 50, []),
        ({"synchronous_commit": "on", **NAMED}, ONE, 50, []),
        ({"synchronous_commit": "on", **NAMED}, UNSEEN, 50, []),
        ({"synchronous_commit": "on", **NAMED}, NOBODY, 50, ["waits for a standby"]),
        ({"synchronous_commit": "on", **NAMED}, promises.Standbys(1, 0, visible=True), 50, ["waits for a standby"]),
        ({"synchronous_standby_names": "2 (a, b)"}, ONE, 50, ["waits for a standby"]),
        ({"synchronous_standby_names": "first 2 (a, b)"}, UNSEEN, 50, ["waits for a standby"]),
        ({"synchronous_standby_names": "a, b"}, ONE, 50, []),
        ({"synchronous_commit": "remote_write", **NAMED}, ONE, 50, ["if both machines crash"]),
        ({"synchronous_commit": "remote_apply", **NAMED}, ONE, 50, []),
        ({"synchronous_commit": "local"}, NOBODY, 50, []),
        ({"synchronous_commit": "local", **NAMED}, NOBODY, 50, ["a failover loses"]),
        ({"synchronous_commit": "off", **NAMED}, NOBODY, 50, ["a crash loses"]),
        ({"synchronous_commit": "on"}, UNSEEN, 50, ["nobody waits for it"]),
        ({"fsync": "off"}, NOBODY, 50, ["a crash loses"]),
        ({}, NOBODY, promises.LEAST_ROOM, []),
        ({}, NOBODY, promises.LEAST_ROOM - 1, ["room for 9 more"]),
    ],
)
def test_settings_that_break_a_promise(
    settings: dict[str, str], standbys: promises.Standbys, room: int, told: list[str]
) -> None:
    """Each names what is lost."""
    found = promises.judged({name: promises.Setting(value) for name, value in settings.items()}, room, standbys)

    assert len(found) == len(told)
    assert all(words in one.what for words, one in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("source", "mend"),
    [
        ("configuration file", "Set it to on in postgresql.conf, and reload."),
        ("user", "ALTER ROLE … RESET synchronous_commit; then restart."),
        ("database", "ALTER DATABASE … RESET synchronous_commit; then restart."),
        ("client", "Take synchronous_commit out of the address in `database`; then restart."),
    ],
)
def test_a_setting_is_mended_where_it_was_set(source: str, mend: str) -> None:
    """What is set for a user or a database is not changed by the file."""
    (told,) = promises.judged({"synchronous_commit": promises.Setting("off", source)}, 50)

    assert told.mend == mend


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("limit", "most", "room"),
    [
        ("ROLE plain CONNECTION LIMIT -1", 11, 9),
        ("ROLE plain CONNECTION LIMIT 7", 7, 6),
        ("DATABASE postgres CONNECTION LIMIT 6", 6, 4),
        ("ROLE plain SUPERUSER CONNECTION LIMIT 5", 11, 9),
    ],
)
def test_every_limit_of_connections_counts(limit: str, most: int, room: int) -> None:
    """The server's, the user's and the database's, of which a superuser has the first alone."""
    with (
        cluster.reachable() as folder,
        cluster.running(folder, max_connections="14") as address,
        psycopg.connect(address, autocommit=True) as owner,
    ):
        owner.execute("CREATE ROLE plain LOGIN")
        owner.execute(f"ALTER {limit}".encode())
        database = PostgresDatabase(address.replace("doorward@", "plain@"))
        with database.read() as sql:
            found = promises.most_connections(sql)
            told = [one.what for one in promises.broken(sql) if "room" in one.what]
        database.close()

    assert found == most
    assert told == [f"PostgreSQL has room for {room} more connections."]


@pytest.mark.postgresql
def test_standbys_are_seen_by_an_ordinary_user() -> None:
    """That one follows whom nobody waits for, and that one is waited for which is not there."""
    with cluster.reachable() as folder, pair.running(folder) as both:
        with psycopg.connect(both.address, autocommit=True) as owner:
            owner.execute("CREATE ROLE plain LOGIN")
        database = PostgresDatabase(both.address.replace("doorward@", "plain@"))
        before = said(database)
        both.demand_standby()
        confirmed = said(database)
        both.cut_off()
        after = said(database)
        database.close()

    assert (before[0], before[1]) == (["A standby follows PostgreSQL"], False)
    assert confirmed == ([], False)
    assert after == (["PostgreSQL waits for a standby to confirm"], True)


def said(database: PostgresDatabase) -> tuple[list[str], bool]:
    """Say what is told of standbys, and whether a COMMIT would wait in vain."""
    with database.read() as sql:
        told = [one.what.split(",")[0] for one in promises.broken(sql) if "standby" in one.what]
        return told, promises.unconfirmed(sql)
