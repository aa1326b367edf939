"""The migrations replayed from nothing give the tables that the code declares, and are numbered in order."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateIndex, CreateTable

from doorward.edges.sql import migrations, schema, tables
from doorward.edges.sql.columns import metadata
from doorward.edges.sql.sqlite import SqliteDatabase

FILES = sorted(Path(migrations.__path__[0]).glob("versions/*.py"))


def words(statement: object) -> str:
    """Spell a statement without its line breaks."""
    return re.sub(r"\s+", " ", str(statement)).replace("( ", "(").replace(" )", ")").replace(" ,", ",").strip()


def held(sql: Connection) -> set[str]:
    """Read the statements by which the database's tables and indexes were made."""
    kinds = "type IN ('table', 'index') AND name <> 'alembic_version'"
    found = sql.execute(text(f"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND {kinds}"))  # noqa: S608 - ours
    return {words(statement) for statement in found.scalars()}


def declared(sql: Connection) -> set[str]:
    """Spell the statements that the declared tables would be made by."""
    for module in iter_modules(tables.__path__):
        import_module(f"{tables.__name__}.{module.name}")
    made = {words(CreateTable(table).compile(sql)) for table in metadata.tables.values()}
    return made | {words(CreateIndex(i).compile(sql)) for table in metadata.tables.values() for i in table.indexes}


def test_replayed_history_equals_the_declared_tables(tmp_path: Path) -> None:
    """Every table, column, key and index is the same, in the same order."""
    database = SqliteDatabase(tmp_path / "doorward.db")

    with database.write() as sql:
        schema.upgrade(sql)

    with database.read() as sql:
        assert held(sql) == declared(sql)
    database.close()


def test_files_are_numbered_in_order() -> None:
    """The numbers are 0001, 0002 and so on, and are the versions that the program knows."""
    numbers = tuple(path.name[:4] for path in FILES)

    assert numbers == schema.VERSIONS
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    """History replays whatever becomes of the code."""
    assert "doorward" not in re.sub(r'""".*?"""', "", path.read_text(), count=1, flags=re.DOTALL)
