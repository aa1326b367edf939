import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from doorward.edges.sql import schema
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.kernel.obstacle import Obstacle


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Give a database that does not exist yet."""
    opened = SqliteDatabase(tmp_path / "doorward.db")
    yield opened
    opened.close()


def become(database: SqliteDatabase, version: str) -> None:
    """Make the database say that it has another version."""
    schema.prepare(database, "it")
    with database.write() as sql:
        sql.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})


def test_an_empty_database_gets_its_tables(database: SqliteDatabase) -> None:
    """Preparing makes the schema; preparing again changes nothing."""
    schema.prepare(database, "it")
    schema.prepare(database, "it")

    with database.read() as sql:
        assert schema.standing(sql) is schema.SchemaStanding.CURRENT


@pytest.mark.parametrize(
    ("version", "standing", "mend"),
    [
        ("0001", schema.SchemaStanding.OLDER, "run `doorward database upgrade`"),
        ("0101", schema.SchemaStanding.NEWER, "written by a newer Doorward than this one, which cannot work with it"),
        ("f00d", schema.SchemaStanding.FOREIGN, "belongs to another program"),
        ("00099", schema.SchemaStanding.FOREIGN, "belongs to another program"),
        ("0000", schema.SchemaStanding.FOREIGN, "belongs to another program"),
        ("٠٠٩٩", schema.SchemaStanding.FOREIGN, "belongs to another program"),
    ],
)
def test_another_version_is_an_obstacle(
    database: SqliteDatabase, version: str, standing: schema.SchemaStanding, mend: str
) -> None:
    """A database that this program must not touch is left alone, with a sentence that says what to do."""
    become(database, version)

    with pytest.raises(Obstacle, match=mend):
        schema.prepare(database, "it")
    with database.read() as sql:
        assert schema.standing(sql) is standing


def test_a_later_version_of_the_generation_is_worked_with(database: SqliteDatabase) -> None:
    """A newer program has only added to it, and it stays as that one has left it."""
    become(database, "0099")
    schema.prepare(database, "it")

    with database.read() as sql:
        assert (schema.standing(sql), schema.version(sql)) == (schema.SchemaStanding.AHEAD, "0099")


@pytest.mark.parametrize("version", schema.VERSIONS[:-1])
def test_an_upgrade_goes_on_from_an_older_version(database: SqliteDatabase, version: str) -> None:
    """What is missing is added, and the version it came from is told."""
    with database.write() as sql:
        schema.upgrade(sql, version)

    with database.write() as sql:
        before = schema.upgrade(sql)

    with database.read() as sql:
        assert (before, schema.standing(sql)) == (version, schema.SchemaStanding.CURRENT)


def test_tables_of_another_program_are_an_obstacle(database: SqliteDatabase) -> None:
    """A database that is not ours is left alone."""
    with database.write() as sql:
        sql.execute(text("CREATE TABLE cats (name TEXT)"))

    with pytest.raises(Obstacle, match="belongs to another program"):
        schema.prepare(database, "it")


def test_a_file_of_another_kind_is_an_obstacle(tmp_path: Path) -> None:
    """A text file is not a database, and stays as it was."""
    path = tmp_path / "doorward.db"
    path.write_text("Dear diary, " * 500)

    with pytest.raises(Obstacle, match="is a file of another kind"):
        schema.prepare(SqliteDatabase(path), str(path))
    assert path.read_text() == "Dear diary, " * 500


def test_a_folder_that_is_not_there_is_an_obstacle(tmp_path: Path) -> None:
    """The database of a folder that does not exist cannot be opened."""
    with pytest.raises(Obstacle, match="cannot be opened"):
        schema.prepare(SqliteDatabase(tmp_path / "nowhere" / "doorward.db"), "it")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what is read-only")
def test_a_file_that_is_read_only_is_an_obstacle(tmp_path: Path) -> None:
    """A database that cannot be written is found before anything is served."""
    database = SqliteDatabase(tmp_path / "doorward.db")
    schema.prepare(database, "it")
    database.close()
    (tmp_path / "doorward.db").chmod(0o400)

    with pytest.raises(Obstacle, match="cannot be written"):
        schema.prepare(database, "it")
