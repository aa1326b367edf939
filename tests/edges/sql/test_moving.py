"""Everything arrives as it was, on both databases and from each to each, or nothing is there."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from doorward.edges.sql import duties, following, moving, obstacles, schema
from doorward.edges.sql.columns import Id, Instant, Json
from doorward.edges.sql.engine import Database, DatabaseBusy
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.kernel.obstacle import Obstacle
from tests import cluster

ROWS = 7
SOON, LATER = 0.3, 20.0
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEXTS = ("", "ada", "Zoë 👩‍💻 \t\n\\N", "'\"%s;--", "\\.", "a\u0301", "\U0010ffff")
WAYS = [
    ("sqlite", "sqlite"),
    *(
        pytest.param(*way, marks=pytest.mark.postgresql)
        for way in (("sqlite", "postgresql"), ("postgresql", "sqlite"), ("postgresql", "postgresql"))
    ),
]
Open = Callable[[str], Database]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Make the schema once."""
    path = tmp_path_factory.mktemp("schema") / "doorward.db"
    with closing(SqliteDatabase(path)) as database:
        schema.prepare(database, "it")
    return path.read_bytes()


@pytest.fixture
def opened(tmp_path: Path, made: bytes) -> Iterator[Open]:
    """Open databases with the tables and nothing in them."""
    all_opened: list[Database] = []

    def open_one(kind: str) -> Database:
        path = tmp_path / f"{len(all_opened)}.db"
        path.write_bytes(made)
        all_opened.append(cluster.fresh() if kind == "postgresql" else SqliteDatabase(path))
        return all_opened[-1]

    yield open_one
    for one in all_opened:
        one.close()


def value(kind: Any, number: int) -> Any:
    """Give a value of a column's type: each row has others, and some stand at the edge of what fits."""
    odd = f"{number}{TEXTS[number % len(TEXTS)]}"
    by_type: dict[type, Any] = {
        Id: UUID(bytes=bytes([255 - number]) * 15 + bytes([number])),
        Instant: NOON + timedelta(microseconds=number, days=365 * number),
        Json: {"größe": number, "none": None, "text": odd},
        Boolean: number % 2 == 1,
        Integer: 2**31 - 1 - number,
        BigInteger: 2**63 - 1 - number,
        LargeBinary: bytes([number, 0, 255, 10, 92, 46]),
        String: odd[: getattr(kind, "length", None)],
        Text: odd * 5000,
    }
    return by_type[type(kind)]


def named(table: str) -> Table:
    """Find a table."""
    return next(one for one in moving.every_table() if one.name == table)


def fill(database: Database, table: str) -> None:
    """Put rows into one table of a database."""
    with database.write() as sql:
        fill_in(sql, named(table))


def fill_in(sql: Connection, table: Table) -> None:
    """Put rows into a table; of one of them everything that may be missing is missing."""
    for number in range(ROWS):
        row = {one.name: value(one.type, number) for one in table.columns}
        if number == ROWS // 2:
            row |= {one.name: None for one in table.columns if one.nullable}
        sql.execute(insert(table).values(row))


def held(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Read all that is in a database, as the product reads it."""
    with database.read() as sql:
        tables = moving.every_table()
        return {t.name: [tuple(r) for r in sql.execute(select(*t.columns).order_by(*t.primary_key))] for t in tables}


def move(source: Database, target: Database, told: Callable[[int], None] = lambda _: None) -> moving.Carried:
    """Carry everything from one to the other."""
    with moving.held_still(source) as before, obstacles.told("the new one"), target.write() as after:
        return moving.carry(before, after, ("the old one", "the new one"), told)


def spoil(database: Database, statement: str, *values: Any) -> None:
    """Change what is stored, beside the product."""
    with database.write() as sql:
        sql.exec_driver_sql(statement, values or None)


@pytest.mark.parametrize(("origin", "goal"), WAYS)
def test_every_table_arrives_as_it_was(opened: Open, origin: str, goal: str) -> None:
    """Values of every type, those at the edge and those that are missing; the source stays as it was."""
    source, target = opened(origin), opened(goal)
    for table in moving.every_table():
        fill(source, table.name)
    before, met = held(source), list[int]()

    carried = move(source, target, met.append)

    assert held(target) == before == held(source)
    assert carried.rows == dict.fromkeys(before, ROWS)
    assert met[-1] == moving.PASSES * carried.total
    assert met == sorted(met)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_every_table_that_the_migrations_make_is_carried(opened: Open, kind: str) -> None:
    """One that is added later as well, without a word here; but for those that the target makes from others."""
    with opened(kind).read() as sql:
        made = set(inspect(sql).get_table_names()) - {"alembic_version", *following.TABLES}

        assert {table.name for table in moving.every_table()} == made


def test_the_trail_is_known_by_its_entries(opened: Open) -> None:
    """One letter otherwise, or one entry less: another digest."""
    source = opened("sqlite")
    fill(source, moving.TRAIL)
    seen = {move(source, opened("sqlite")).trail}
    for change in ("UPDATE audit_entries SET reason = 'x'", "DELETE FROM audit_entries"):
        spoil(source, f"{change} WHERE actor_name LIKE '1%'")
        seen.add(move(source, opened("sqlite")).trail)

    assert len(seen) == 3


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_target_without_tables_gets_them(opened: Open, kind: str, tmp_path: Path) -> None:
    """As an empty database is before `init`; an obstacle on the way takes the tables back as well."""
    source = opened("sqlite")
    fill(source, "account_groups")
    target = emptied(opened, kind, tmp_path)

    with pytest.raises(ConnectionAbortedError):
        move(source, target, die)
    with target.read() as sql:
        assert schema.standing(sql) is schema.SchemaStanding.EMPTY
    assert move(source, target).rows["account_groups"] == ROWS
    with target.read() as sql:
        assert schema.standing(sql) is schema.SchemaStanding.CURRENT


def die(met: int) -> None:
    """End a move on its way."""
    raise ConnectionAbortedError(met)


def emptied(opened: Open, kind: str, tmp_path: Path) -> Database:
    """Give a database that has no tables."""
    if kind == "sqlite":
        return SqliteDatabase(tmp_path / "new.db")
    target = opened("postgresql")
    assert isinstance(target, cluster.Lent)
    spoil(target, "DROP SCHEMA public CASCADE")
    spoil(target, "CREATE SCHEMA public")
    target.drop()
    return PostgresDatabase(target.url, cluster.CONNECTIONS)


def test_what_arrives_otherwise_is_not_taken_for_moved(opened: Open) -> None:
    """Here the target itself changes what it is given; nothing of it stays."""
    source, target = opened("sqlite"), opened("sqlite")
    fill(source, "account_groups")
    spoil(target, "CREATE TRIGGER t AFTER INSERT ON account_groups BEGIN UPDATE account_groups SET version = 1; END")

    with pytest.raises(Obstacle, match="account_groups has not arrived as it was"):
        move(source, target)
    assert not any(held(target).values())


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO duties VALUES ('post', 'x', 0)", "is not empty: there are rows in duties"),
        ("UPDATE alembic_version SET version_num = '0001'", "another version of Doorward has made its tables"),
        ("UPDATE alembic_version SET version_num = '0099'", "another version of Doorward has made its tables"),
        ("DROP TABLE alembic_version", "it holds tables of another program"),
    ],
)
def test_a_target_with_anything_in_it_is_left_alone(opened: Open, statement: str, said: str) -> None:
    """Whosever it is."""
    source, target = opened("sqlite"), opened("sqlite")
    spoil(target, statement)
    before = held(target)

    with pytest.raises(Obstacle, match=said):
        move(source, target)
    assert held(target) == before


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("description = 'a' || char(0) || 'b'", "description .* a text with a NUL character"),
        ("name = CAST(x'61eda0bd62' AS TEXT)", r"name \(group_id fefefefe-.* a text that is not Unicode"),
        ("name = CAST(x'61ff62' AS TEXT)", "name .* a text that is not Unicode"),
        (f"name = '{'x' * 201}'", "name holds a text that is longer than the column takes"),
        (f"version = {2**40}", "version holds a number beyond the range of the column"),
    ],
)
def test_what_postgresql_cannot_keep_is_named(opened: Open, values: str, said: str) -> None:
    """By table, column and row, without the value; nothing is moved."""
    source, target = opened("sqlite"), opened("postgresql")
    fill(source, "account_groups")
    spoil(source, f"UPDATE account_groups SET {values} WHERE name LIKE '1%'")  # noqa: S608 - ours

    with pytest.raises(Obstacle, match=rf"account_groups\.{said}, which PostgreSQL cannot keep"):
        move(source, target)
    assert not any(held(target).values())


@pytest.mark.postgresql
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a cursor goes down with its server
@pytest.mark.parametrize("passes", [1, 2, 3])
def test_a_server_that_is_lost_on_the_way_leaves_nothing(opened: Open, passes: int) -> None:
    """While it is written, while the source is read again, or while it is; the move can be begun anew."""
    source, target = opened("sqlite"), opened("postgresql")
    fill(source, "account_groups")

    def lose(met: int) -> None:
        if met == passes * ROWS:
            with PostgresDatabase(getattr(target, "url", ""), 4).read() as sql:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                sql.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")

    with pytest.raises(Obstacle, match="The database the new one does not answer"):
        move(source, target, lose)
    assert not any(held(target).values())
    assert move(source, target).total == ROWS


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_the_source_is_held_still_and_written_by_nobody(opened: Open, kind: str) -> None:
    """Not by the move itself either; afterwards all is as ever."""
    source = opened(kind)
    with pytest.raises((DBAPIError, DatabaseBusy)), moving.held_still(source) as sql:
        fill_in(sql, named("duties"))
    with ThreadPoolExecutor(1) as pool:
        with moving.held_still(source) as sql:
            waiting = pool.submit(fill, source, "duties")
            with pytest.raises(TimeoutError):
                waiting.result(SOON)
            assert moving.count(sql) == 0
        waiting.result(LATER)
    assert len(held(source)["duties"]) == ROWS


def test_a_source_that_a_server_works_on_is_refused(opened: Open) -> None:
    """By what it holds; a lease that has run out binds nobody."""
    source = opened("sqlite")
    with source.write() as sql:
        duties.take(sql, ["post"], "oak/77-ab/post", NOON)
    with source.read() as sql:
        moving.refuse_while_served(sql, NOON + duties.LEASE, "it")
        with pytest.raises(Obstacle, match=r"runs on it \(oak\).* running until 2026-05-04 12:00:30 UTC"):
            moving.refuse_while_served(sql, NOON, "it")
