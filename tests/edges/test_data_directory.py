import os
import pwd
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from doorward import config
from doorward.config import Settings
from doorward.edges import data_directory
from doorward.kernel.obstacle import Obstacle
from tests.launcher import clean_environment

NOBODY = 65_534


def settings(data: Path, **options: str) -> Settings:
    """Give the settings of a data directory."""
    return config.load({"data": data, **options}, {}).settings


def make(data: Path, **options: str) -> bool:
    """Make a data directory with a key that is only a word."""
    return data_directory.make(settings(data, **options), lambda path: path.touch(0o600))


def mode(path: Path) -> str:
    """Spell a path's mode bits."""
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_what_is_made_is_closed_to_others(tmp_path: Path) -> None:
    """Directories have mode 700 and files 600, whatever the umask is."""
    before = os.umask(0)
    made = make(tmp_path / "deep" / "data")
    os.umask(before)
    data = tmp_path / "deep" / "data"

    assert made
    assert [mode(data), mode(data / "mail"), mode(data / "mail" / "new")] == ["0o700"] * 3
    assert [mode(data / "doorward.db"), mode(data / "doorward.key")] == ["0o600"] * 2


def test_what_a_server_writes_later_is_closed_to_others(tmp_path: Path) -> None:
    """A message in a Maildir that others may look into has mode 600, whatever the umask was."""
    before = os.umask(0)
    data_directory.close_new_files()
    (tmp_path / "message").touch()
    os.umask(before)

    assert mode(tmp_path / "message") == "0o600"


def test_making_again_changes_nothing(tmp_path: Path) -> None:
    """A directory that is there is left as it is."""
    make(tmp_path / "data")
    (tmp_path / "data" / "doorward.key").write_text("a key")

    assert not make(tmp_path / "data")
    assert (tmp_path / "data" / "doorward.key").read_text() == "a key"


def test_looking_at_the_database_file_lets_go_of_no_lock(tmp_path: Path) -> None:
    """A process that closes another handle of the file would lose all that SQLite has locked in it (POSIX)."""
    make(tmp_path)
    connection = sqlite3.connect(tmp_path / "doorward.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    data_directory.require(settings(tmp_path))
    make(tmp_path)
    elsewhere = f"import sqlite3; sqlite3.connect('{tmp_path}/doorward.db', timeout=0).execute('BEGIN IMMEDIATE')"
    said = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, text=True, check=False).stderr
    connection.close()

    assert "database is locked" in said


def test_an_empty_directory_is_closed(tmp_path: Path) -> None:
    """A directory that somebody made for it is taken, and closed."""
    (tmp_path / "data").mkdir(mode=0o755)

    make(tmp_path / "data")

    assert mode(tmp_path / "data") == "0o700"


def test_without_a_maildir_no_folder_is_made(tmp_path: Path) -> None:
    """Where mail leaves by a mail server there is no folder for it."""
    make(tmp_path / "data", mail="smtp://mail.example.org")

    assert not (tmp_path / "data" / "mail").exists()


def test_a_missing_key_file_is_never_replaced(tmp_path: Path) -> None:
    """A new key would open nothing of the database that is there."""
    make(tmp_path / "data")
    (tmp_path / "data" / "doorward.db").write_text("full of secrets")
    (tmp_path / "data" / "doorward.key").unlink()

    with pytest.raises(Obstacle, match=r"doorward.key is missing, .* Put it back from your copy"):
        make(tmp_path / "data")
    with pytest.raises(Obstacle, match=r"doorward.key is missing, .* Put it back from your copy"):
        data_directory.require(settings(tmp_path / "data"))


def test_commands_want_a_directory_that_is_there(tmp_path: Path) -> None:
    """What is missing is told with the ways to name or make one."""
    with pytest.raises(Obstacle, match=r"There is no data directory .*/data. Name it with --data or in DOORWARD_DATA"):
        data_directory.require(settings(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with pytest.raises(Obstacle, match=r"is not a data directory yet. Make it one with `doorward init`"):
        data_directory.require(settings(tmp_path / "data"))


def test_keys_without_their_database_are_told(tmp_path: Path) -> None:
    """A new one must not take its place unasked."""
    make(tmp_path)
    (tmp_path / "doorward.db").unlink()

    for look in (data_directory.require, data_directory.no_lost_database):
        with pytest.raises(Obstacle, match=r"nothing is in the database .*doorward.db. Correct `database`"):
            look(settings(tmp_path))


def test_one_more_node_is_told_to_copy_the_keys(tmp_path: Path) -> None:
    """As `serve` tells it."""
    node = settings(tmp_path, database="postgresql://db/x")

    with pytest.raises(Obstacle, match=r"for one more node copy doorward.key from another node's data directory"):
        data_directory.require(node)


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    """A data directory is a directory."""
    (tmp_path / "data").write_text("")

    with pytest.raises(Obstacle, match=r"/data is not a directory. Name another one with --data"):
        make(tmp_path / "data")


def test_what_is_open_to_others_is_found(tmp_path: Path) -> None:
    """The directory and each file in it is looked at."""
    make(tmp_path / "data")
    (tmp_path / "data" / "doorward.key").chmod(0o644)
    (tmp_path / "data" / "mail").chmod(0o750)

    found = data_directory.open_to_others(settings(tmp_path / "data"))

    assert found == [tmp_path / "data" / "doorward.key", tmp_path / "data" / "mail"]


AS_NOBODY = """
import os, sys
from pathlib import Path
from doorward import config
from doorward.edges import data_directory
from doorward.kernel.obstacle import Obstacle
settings = config.load({{"data": Path(sys.argv[1])}}, {{}}).settings
os.setgid({who}); os.setuid({who})
try:
    if sys.argv[2] == "load":
        config.load({{"data": Path(sys.argv[1])}}, {{}})
    elif sys.argv[2] == "make":
        data_directory.make(settings, lambda path: path.touch(0o600))
    else:
        data_directory.require(settings)
except Obstacle as obstacle:
    print(obstacle)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("what", ["load", "make", "require"])
def test_a_directory_of_somebody_else_is_told(tmp_path: Path, what: str) -> None:
    """A directory that this user may not read is one sentence, not a traceback."""
    make(tmp_path / "data")
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    code = AS_NOBODY.format(who=NOBODY)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data"), what],
        env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "cannot be read" in done.stdout, done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_takes_on_the_owner_of_the_directory(tmp_path: Path) -> None:
    """What root's command makes belongs to whoever owns the directory."""
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    code = (
        "import os, sys; from pathlib import Path; from doorward.edges import data_directory as d;"
        "d.take_on_owner(Path(sys.argv[1])); print(os.getuid(), os.getgid(), os.getgroups())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data)], env=clean_environment(), capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith(f"{NOBODY} {NOBODY}"), done.stderr
    assert "0" not in done.stdout.split("[")[1].strip("]\n").split(", ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_owners_home_is_taken_on_too(tmp_path: Path) -> None:
    """Where the password of PostgreSQL lies in `.pgpass`, root's commands find it as the server does."""
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    code = (
        "import os, sys; from pathlib import Path; from doorward.edges import data_directory as d;"
        "d.take_on_owner(Path(sys.argv[1])); print(os.environ['HOME'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data)],
        env=clean_environment() | {"HOME": "/root"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == f"{pwd.getpwuid(NOBODY).pw_dir}\n", done.stderr
