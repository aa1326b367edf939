"""`doorward database move`: what it says, what it asks, and what it leaves where."""

from contextlib import chdir
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doorward.edges.clock import SystemClock
from doorward.edges.sql import duties
from tests import cluster
from tests.doors.cli.shell import Ran, Shell
from tests.doors.cli.test_telling_terminal import at_terminal


def there(shell: Shell) -> str:
    """Name a database beside the present one, in which nothing is."""
    return f"sqlite:///{shell.data}/other.db"


def use(shell: Shell, line: str) -> None:
    """Do as the command says."""
    (shell.data / "doorward.toml").write_text(line + "\n")


def trail(shell: Shell) -> list[dict[str, Any]]:
    """Read the audit trail, newest first, without the entries of looks."""
    items = shell.done("audit", "list", "--json").json["items"]
    return [one for one in items if not one["act"].endswith(".viewed")]


def said_line(ran: Ran) -> str:
    """Find the line for the file in what was said."""
    return ran.out.splitlines()[-1]


def test_everything_is_in_the_other_database(shell: Shell) -> None:
    """With the line that the command says, the server goes on there; the trail ends with the move."""
    shell.add("ada")
    entries = trail(shell)
    before = (shell.data / "doorward.db").read_bytes()

    ran = shell.done("database", "move", "--to", there(shell))

    assert "4 entries of the audit trail" in ran.out
    assert f"Now set this in {shell.data}/doorward.toml and start the server" in ran.out
    assert (shell.data / "doorward.db").read_bytes() == before
    assert (shell.data / "other.db").stat().st_mode & 0o077 == 0
    use(shell, said_line(ran))
    assert shell.done("account", "show", "ada", "--json").json["user_name"] == "ada"
    moved, *carried = trail(shell)
    assert carried == entries
    assert (moved["act"], moved["door"], moved["outcome"]) == ("database.moved", "cli", "done")
    assert moved["details"]["from"] == str(shell.data / "doorward.db")
    assert moved["details"]["rows"] > len(entries)


def test_the_move_is_told_as_json(shell: Shell) -> None:
    """Its figures by table, and the line."""
    said = shell.done("database", "move", "--to", there(shell), "--json").json

    assert (said["outcome"], said["to"], said["tables"]["accounts"]) == ("done", str(shell.data / "other.db"), 0)
    assert said["rows"] == sum(said["tables"].values())
    assert said["setting"] == f'database = "{there(shell)}"'
    assert len(said["trail"]) == 64


def test_a_rehearsal_leaves_nothing(shell: Shell) -> None:
    """It says what would be carried; then the move itself finds the database empty."""
    ran = shell.done("database", "move", "--to", there(shell), "--dry-run")

    assert ran.out.startswith("Would be done: ")
    assert not list(shell.data.glob("other.db*"))
    assert not list(shell.data.glob("*.moved"))
    assert "doorward.toml" not in ran.out
    assert shell.done("database", "move", "--to", there(shell), "--json").json["outcome"] == "done"


def test_no_server_starts_on_what_was_moved(shell: Shell) -> None:
    """Nor is that well, until `database` is set, or somebody wants to go on with it all the same."""
    before = shell("doctor").out
    line = said_line(shell.done("database", "move", "--to", there(shell)))
    refused, looked = shell("serve", "--listen", "127.0.0.1:0"), shell("doctor")
    (shell.data / "doorward.db.moved").unlink()
    after = shell("doctor").out
    use(shell, line)

    assert (refused.code, f"was moved to {shell.data}/other.db" in refused.err) == (1, True)
    assert (looked.code, looked.out.count("was moved to")) == (1, 1)
    assert ("was moved to" in before, "was moved to" in after) == (False, False)
    assert "was moved to" not in shell("doctor").out


@pytest.mark.parametrize(
    "words",
    [
        ("account", "lock", "ada", "--reason", "x", "--yes"),
        ("account", "list"),
        ("database", "move", "--to", "sqlite:////tmp/x.db"),
        ("database", "upgrade"),
        ("init",),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_no_command_works_on_what_was_moved(shell: Shell, words: tuple[str, ...]) -> None:
    """A lock there would be said to be done, and hold nobody off."""
    shell.add("ada")
    shell.done("database", "move", "--to", there(shell))
    before = (shell.data / "doorward.db").read_bytes()
    ran = shell(*words)

    assert (ran.code, f"was moved to {shell.data}/other.db" in ran.err) == (1, True)
    assert (shell.data / "doorward.db").read_bytes() == before


def test_a_server_starts_on_what_was_moved_back(shell: Shell) -> None:
    """Under the name of before, once the file of before is gone."""
    use(shell, said_line(shell.done("database", "move", "--to", there(shell))))
    (shell.data / "doorward.db").unlink()
    back = shell.done("database", "move", "--to", f"sqlite:///{shell.data}/doorward.db")
    other = shell("doctor").out
    use(shell, said_line(back))

    assert f"was moved to {shell.data}/doorward.db" in other
    assert "was moved to" not in shell("doctor").out


def test_a_move_that_fails_leaves_no_new_file(shell: Shell) -> None:
    """A server that runs keeps it from being done."""
    with shell.writing() as call:
        duties.serve(call.sql, "node-1/1", SystemClock().now())
    ran = shell("database", "move", "--to", there(shell))

    assert (ran.code, "A server runs on" in ran.err) == (1, True)
    assert not list(shell.data.glob("other.db*"))


def test_a_second_move_is_refused(shell: Shell) -> None:
    """The other database is not empty any more; what it says leads on."""
    shell.done("database", "move", "--to", there(shell))
    (shell.data / "doorward.db.moved").unlink()
    ran = shell("database", "move", "--to", there(shell))

    assert (ran.code, "is not empty" in ran.err, "doorward doctor" in ran.err) == (1, True, True)


def test_the_same_database_is_no_other(shell: Shell) -> None:
    """However it is spelled."""
    ran = shell("database", "move", "--to", f"sqlite:///{shell.data}/../{shell.data.name}/doorward.db")

    assert (ran.code, "is the database that is in use already" in ran.err) == (1, True)


@pytest.mark.postgresql
def test_a_servers_database_by_another_name_is_no_other(shell: Shell) -> None:
    """Its two writers would wait for each other."""
    with cluster.database() as address:
        (shell.data / "doorward.toml").write_text(f'database = "{address}"')
        shell.done("init")
        ran = shell("database", "move", "--to", f"{address}&application_name=another")

    assert (ran.code, "is the database that is in use already" in ran.err) == (1, True)


def test_a_path_is_seen_from_where_one_is(shell: Shell) -> None:
    """The line for the file holds the whole of it."""
    with chdir(shell.data):
        said = shell.done("database", "move", "--to", "sqlite:///other.db", "--json").json

    assert said["setting"] == f'database = "{there(shell)}"'


def test_a_server_that_runs_is_in_the_way(shell: Shell) -> None:
    """Its duties tell; nothing is carried, nothing is made."""
    with shell.writing() as call:
        duties.take(call.sql, ["post"], "oak/1-ab/post", SystemClock().now())
    ran = shell("database", "move", "--to", there(shell))
    assert (ran.code, "A server runs on" in ran.err, "(oak)" in ran.err) == (1, True, True)

    with shell.writing() as call:
        duties.give_back(call.sql, "oak/1-ab/post", SystemClock().now() - timedelta(seconds=1))
    shell.done("database", "move", "--to", there(shell))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://x/y", "'mysql://x/y': it is sqlite:///PATH or postgresql://USER@HOST/NAME"),
        ("postgresql://ada:secret@x/y?no=1", "'postgresql://ada:***@x/y?no=***': libpq does not take it, invalid"),
        ("postgresql://ada:s@s@x/y", "'postgresql://ada:***@x/y': in its password @ is written %40"),
    ],
)
def test_an_address_that_is_none_is_a_usage_error(shell: Shell, address: str, said: str) -> None:
    """Its password is not repeated."""
    ran = shell("database", "move", "--to", address)

    assert (ran.code, said in ran.err) == (2, True)


def test_a_database_that_is_not_there_is_told(shell: Shell) -> None:
    """In one sentence."""
    ran = shell("database", "move", "--to", "postgresql://doorward@/doorward?host=/nowhere")
    lost = shell("database", "move", "--to", f"sqlite:///{shell.data}/nowhere/x.db")

    assert (ran.code, "does not answer" in ran.err, "Traceback" in ran.err) == (1, True, False)
    assert (lost.code, "nowhere" in lost.err, "Traceback" in lost.err) == (1, True, False)


def test_a_person_is_asked_and_sees_a_bar(shell: Shell) -> None:
    """Whoever says no has moved nothing."""
    no = at_terminal(shell, "database", "move", "--to", there(shell), answer="n\n")
    yes = at_terminal(shell, "database", "move", "--to", there(shell), answer="y\n")

    assert (no[0], "Nothing was changed." in no[1]) == (1, True)
    assert (yes[0], "Carry everything from" in yes[1], "Moving" in yes[1], "100%" in yes[1]) == (0, True, True, True)


@pytest.mark.postgresql
def test_sqlite_goes_to_postgresql_and_back(shell: Shell, tmp_path: Path) -> None:
    """By way of both, everything is there; each move has left its entry."""
    shell.add("zoë")
    lent = cluster.fresh()
    use(shell, said_line(shell.done("database", "move", "--to", lent.url)))
    shell.done("account", "disable", "zoë")
    ran = shell.done("database", "move", "--to", f"sqlite:///{tmp_path}/back.db")
    use(shell, said_line(ran))

    assert not shell.done("account", "show", "zoë", "--json").json["enabled"]
    assert [one["act"] for one in trail(shell)][:3] == ["database.moved", "accounts.disabled", "database.moved"]
    lent.close()
