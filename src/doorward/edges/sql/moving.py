"""Carrying everything from one database into an empty one, and the proof that it has arrived.

Which tables there are is asked of the metadata, so a table that is added later comes along by itself. All is written in
the transaction of the target, its tables included: whatever dies on the way, nothing is left of it.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, select, text, type_coerce
from sqlalchemy.exc import DBAPIError

from doorward.edges.sql import duties, following, obstacles, on_postgresql, schema, tables
from doorward.edges.sql.columns import Instant, Json, metadata
from doorward.edges.sql.copying import Rows, copy
from doorward.edges.sql.engine import Database, DatabaseBusy
from doorward.edges.sql.tables.locked import FOLLOWS
from doorward.kernel.obstacle import Obstacle

PASSES = 3
"""How often each row is met: it is carried, then read again on both sides."""
TRAIL = "audit_entries"
_BATCH = 1_000
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Carried:
    """What has arrived: the rows of each table, and the SHA-256 over the audit trail in its order."""

    rows: Mapping[str, int]
    trail: str

    @property
    def total(self) -> int:
        """Count the rows of all tables."""
        return sum(self.rows.values())


def every_table() -> list[Table]:
    """List every table that holds something of its own, those first to which others refer."""
    for module in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{module.name}")
    return [table for table in metadata.sorted_tables if FOLLOWS not in table.info]


@contextmanager
def held_still(database: Database) -> Iterator[Connection]:
    """Open the writer, so that nobody changes anything meanwhile; the database itself keeps it from writing."""
    with database.write() as sql:
        if sql.dialect.name != "sqlite":
            on_postgresql.unhurried(sql)
            sql.execute(text("SET TRANSACTION READ ONLY"))
            yield sql
            return
        driver: Any = sql.connection.driver_connection
        driver.text_factory = _text
        sql.exec_driver_sql("PRAGMA query_only = ON")
        try:
            yield sql
        finally:
            if not sql.invalidated:  # as after Ctrl-C
                sql.exec_driver_sql("PRAGMA query_only = OFF")
                driver.text_factory = str


def refuse_while_served(source: Connection, now: datetime, name: str) -> None:
    """Raise `Obstacle` while a server works on the source: what people do after the move would be lost."""
    holders = duties.holders(source, now)
    if holders:
        nodes = sorted({holder.partition("/")[0] for holder in holders})
        raise Obstacle(
            f"A server runs on {name} ({', '.join(nodes)}): what it does after the move would be lost.",
            "Stop each node first; "
            f"one that was killed counts as running until {max(holders.values()):%Y-%m-%d %H:%M:%S} UTC.",
        )


def count(source: Connection) -> int:
    """Count all rows."""
    return sum(_count(source, table) for table in every_table())


def carry(source: Connection, target: Connection, names: tuple[str, str], told: Told) -> Carried:
    """Carry every row into an empty target, and compare the two; raise `Obstacle` where that cannot be.

    `names` are those of source and target, for people; `told` hears how many rows were met, each `PASSES` times.
    """
    if schema.standing(source) is schema.SchemaStanding.AHEAD:
        raise Obstacle(
            f"The database {names[0]} was upgraded by a newer Doorward than this one, which does not know all of it.",
            "Move it with that version.",
        )
    _prepare(target, names[1])
    done = _Tally(told)
    for table in every_table():
        with closing(_rows(source, table, names[0])) as rows:  # at once, also where the target takes no more of them
            _write(target, table, done.through(rows))
        if target.dialect.name == "postgresql":
            target.exec_driver_sql(f"ANALYZE {target.dialect.identifier_preparer.format_table(table)}")
    following.fill(target)
    before = {table.name: _print(done, source, table, names[0]) for table in every_table()}
    after = {table.name: _print(done, target, table, names[1]) for table in every_table()}
    for table in every_table():
        if before[table.name] != after[table.name]:
            raise Obstacle(
                f"{table.name} has not arrived as it was: {before[table.name].rows:,} rows became "
                f"{after[table.name].rows:,}, or others.",
                "Nothing was moved. This is a fault of the program; please report it.",
            )
    return Carried({name: one.rows for name, one in after.items()}, after[TRAIL].digest)


@dataclass(frozen=True, slots=True)
class _Print:
    """By which a table is known again: how many rows it has, and the SHA-256 over them in the order of the key."""

    rows: int
    digest: str


class _Tally:
    """How many rows were met."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._met = 0

    def through(self, batches: Iterable[Rows]) -> Iterator[Rows]:
        """Hand batches through, and tell of each."""
        for rows in batches:
            yield rows
            self._met += len(rows)
            self._told(self._met)


def _prepare(target: Connection, name: str) -> None:
    """Make the tables of an empty target; one that has them must have nothing in them."""
    schema.must_suit(target, name)
    if target.dialect.name == "postgresql":
        on_postgresql.unhurried(target)
    match schema.standing(target):
        case schema.SchemaStanding.EMPTY:
            schema.upgrade(target)
        case schema.SchemaStanding.CURRENT:
            held = next((table.name for table in every_table() if _count(target, table)), None)
            if held is not None:
                raise _not_empty(name, f"there are rows in {held}")
        case schema.SchemaStanding.FOREIGN:
            raise _not_empty(name, "it holds tables of another program")
        case schema.SchemaStanding.OLDER | schema.SchemaStanding.AHEAD | schema.SchemaStanding.NEWER:
            raise _not_empty(name, "another version of Doorward has made its tables")


def _not_empty(name: str, what: str) -> Obstacle:
    return Obstacle(
        f"The database {name} is not empty: {what}.",
        "Name one in which nothing is. After a move whose last answer got lost all may be there already: "
        "set `database` to it, and look with `doorward doctor` and `doorward audit list`.",
    )


def _rows(sql: Connection, table: Table, name: str, *order: Column[Any]) -> Generator[Rows]:
    """Read every row, batch by batch, its values as they are stored."""
    columns = [type_coerce(column, _kept_as(column)).label(column.name) for column in table.columns]
    with obstacles.told(name), _loss_told():
        read = select(*columns).order_by(*order).execution_options(yield_per=_BATCH)
        with sql.execute(read) as found:
            for some in found.partitions():
                yield [tuple(row) for row in some]


@contextmanager
def _loss_told() -> Iterator[None]:
    """Say of the side that was lost that it was: only the target's loss would be told by its own transaction."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseBusy from error
        raise


def _kept_as(column: Column[Any]) -> Any:
    """Return the type by which a value is handed on: what is stored alike everywhere is not read into anything."""
    kept = column.type
    return kept.impl_instance if isinstance(kept, Instant | Json) else kept


def _count(sql: Connection, table: Table) -> int:
    return int(sql.execute(select(func.count()).select_from(table)).scalar_one())


def _print(done: _Tally, sql: Connection, table: Table, name: str) -> _Print:
    count, digest = 0, sha256()
    for rows in done.through(_rows(sql, table, name, *table.primary_key)):
        count += len(rows)
        for row in rows:
            digest.update(repr(row).encode())
    return _Print(count, digest.hexdigest())


def _write(target: Connection, table: Table, batches: Iterable[Rows]) -> None:
    if target.dialect.name == "postgresql":
        copy(target, table, batches)
        return
    values = {column.name: bindparam(column.name, type_=_kept_as(column)) for column in table.columns}
    add = insert(table).values(values)
    for rows in batches:
        target.execute(add, [dict(zip(values, row, strict=True)) for row in rows])


def _text(raw: bytes) -> str:
    """Read SQLite's text, whatever its bytes: what is not Unicode is found when it is written."""
    return raw.decode(errors="surrogateescape")
