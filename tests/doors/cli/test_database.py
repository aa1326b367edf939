from pathlib import Path

import pytest
from sqlalchemy import text

from doorward.edges.sql import schema
from doorward.edges.sql.sqlite import SqliteDatabase
from tests import cluster
from tests.doors.cli.shell import Shell, fresh
from tests.failover import pair


def become(shell: Shell, version: str) -> None:
    """Make the database say that it has another version."""
    database = SqliteDatabase(shell.data / "doorward.db")
    with database.write() as sql:
        sql.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})
    database.close()


def test_status_tells_version_and_standing(shell: Shell) -> None:
    """For a database that is current."""
    said = shell.done("database", "status", "--json").json

    assert (said["version"], said["newest"], said["standing"]) == (schema.NEWEST, schema.NEWEST, "current")


def test_a_current_database_needs_no_upgrade(shell: Shell) -> None:
    """It says so, and changes nothing."""
    assert shell.done("database", "upgrade").out == "The database is up to date.\n"


def test_upgrade_on_an_empty_directory_does_what_init_does(tmp_path: Path) -> None:
    """Data directory, keys, database, and the first administrator's link."""
    said = Shell(tmp_path / "new").done("database", "upgrade", "--json").json

    assert "/welcome/" in said["link"]
    assert (tmp_path / "new" / "doorward.key").exists()


@pytest.mark.parametrize("words", [["account", "list"], ["serve", "--listen", "127.0.0.1:0"], ["init"], ["doctor"]])
def test_an_older_database_asks_for_its_upgrade(tmp_path: Path, words: list[str]) -> None:
    """One sentence names the command."""
    shell = fresh(tmp_path)
    become(shell, "0001")
    ran = shell(*words)

    assert ran.code == 1
    assert "doorward database upgrade" in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("words", [["account", "list"], ["serve", "--listen", "127.0.0.1:0"], ["database", "upgrade"]])
def test_a_newer_database_is_left_alone(tmp_path: Path, words: list[str]) -> None:
    """One sentence says what to install."""
    shell = fresh(tmp_path)
    become(shell, "0101")
    ran = shell(*words)

    assert (
        ran.code,
        "was written by a newer Doorward than this one, which cannot work with it. Install" in ran.err,
    ) == (1, True)


def test_status_tells_of_a_database_that_cannot_be_used(shell: Shell) -> None:
    """Looking is allowed where working is not."""
    become(shell, "0101")

    assert shell.done("database", "status", "--json").json["standing"] == "newer"


def test_a_database_that_is_ahead_is_worked_with(tmp_path: Path) -> None:
    """Its node is to be upgraded as well: doctor says so, an upgrade changes nothing, and nothing is left behind."""
    shell = fresh(tmp_path)
    become(shell, "0099")
    other = f"sqlite:///{tmp_path / 'other.db'}"

    assert shell.done("database", "status", "--json").json["standing"] == "ahead"
    assert "version 0099 already: a newer Doorward" in shell.done("database", "upgrade").out
    assert shell.done("account", "list", "--json").code == 0
    assert f" knows version {schema.NEWEST}" in shell("doctor").out
    assert "Move it with that version." in shell("database", "move", "--to", other, "--yes").err


@pytest.mark.postgresql
def test_nothing_is_told_as_done_that_no_standby_has_confirmed(tmp_path: Path) -> None:
    """The command ends, says that nobody knows, and what to look at, which says what is wrong."""
    shell = Shell(tmp_path / "new")
    shell.data.mkdir(mode=0o700)
    with cluster.reachable() as folder, pair.running(folder) as both:
        (shell.data / "doorward.toml").write_text(f'database = "{both.address}"\n')
        shell.done("init")
        both.demand_standby()
        both.cut_off()
        added = shell("account", "add", "ada", "--email", "ada@example.org")
        looked = shell("doctor")

    assert (added.code, added.out) == (1, "")
    assert "Nobody knows whether it was done: no standby of the database postgresql://" in added.err
    assert "`doorward doctor`" in added.err
    assert (looked.code, "too few are there: nothing can be written" in looked.out) == (1, True)
