import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from doorward.edges.sql.sqlite import SqliteDatabase
from tests.doors.cli.shell import fresh, run
from tests.launcher import PATIENCE, ROOT, clean_environment, command, eventually, launched

NOBODY = 65_534


@dataclass(frozen=True, slots=True)
class Started:
    """A product that was started as people start it: its process, and what it has printed so far."""

    process: subprocess.Popen[str]
    said: list[str]

    @property
    def address(self) -> str:
        """Find the address that it printed."""
        return self.said[-1].split()[3]


@contextmanager
def serve(*words: str) -> Iterator[Started]:
    """Run `doorward serve`, and read what it prints up to the address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "doorward", "serve", *words],
        cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("Doorward is at"):
            break
    try:
        yield Started(process, said)
    finally:
        process.kill()
        process.communicate()


def answers(address: str) -> bool:
    """Tell whether a server is ready."""
    try:
        return httpx.get(f"{address}/readyz", timeout=PATIENCE, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_serve_on_nothing_makes_all_it_needs(tmp_path: Path) -> None:
    """Directory, keys and database are closed; a link and the address are printed; SIGTERM ends it well."""
    data = tmp_path / "data"
    with serve("--data", str(data), "--listen", "127.0.0.1:0") as started:
        eventually(lambda: answers(started.address))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.iterdir())}
        started.process.send_signal(signal.SIGTERM)
        code = started.process.wait(PATIENCE)

    assert started.said[0] == "Made the data directory, its keys and its database."
    assert started.said[3].startswith(f"{started.address}/welcome/")
    assert (modes["data"], modes["mail"], modes["doorward.key"], modes["doorward.db"]) == (0o700, 0o700, 0o600, 0o600)
    assert all(not mode & 0o077 for mode in modes.values())
    assert code == 0


def test_the_printed_link_opens(tmp_path: Path) -> None:
    """As a person does with it, and opening changes nothing."""
    with launched(tmp_path) as server, server.client() as client:
        pages = [client.get(str(server.welcome)) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]


def test_ctrl_c_ends_it_well(tmp_path: Path) -> None:
    """Like any other way to ask."""
    with serve("--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0") as started:
        eventually(lambda: answers(started.address))
        started.process.send_signal(signal.SIGINT)

        assert started.process.wait(PATIENCE) == 0


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """Nothing is made, no link is printed: exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        done = command("serve", "--data", str(tmp_path / "data"), "--listen", listen)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"doorward: {listen} is in use by another program. "
        'Stop that one, or name another: listen = "HOST:PORT" in doorward.toml, so that links carry it too.\n'
    )
    assert not (tmp_path / "data").exists()


def test_an_address_of_another_machine_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 1."""
    words = ["--data", str(tmp_path / "data"), "--listen", "192.0.2.1:8420", "--behind-proxy", "10.0.0.0/8"]
    done = command("serve", *words, env={"DOORWARD_PUBLIC_URL": "https://login.example.org"})

    assert (done.returncode, done.stderr) == (
        1,
        "doorward: 192.0.2.1:8420 is not an address of this machine. Name one that is with --listen.\n",
    )


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    """`DOORWARD_DATA` and the others, in a real process."""
    done = command("config", "show", "--json", env={"DOORWARD_DATA": str(tmp_path), "DOORWARD_NODE": "oak"})

    assert json.loads(done.stdout)["data"] == {"value": str(tmp_path), "from": "environment"}
    assert json.loads(done.stdout)["node"] == {"value": "oak", "from": "environment"}


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """Both processes of it; mail that waited goes out without waiting for a dead holder's lease."""
    with launched(tmp_path, workers=2) as server:
        server.run("account", "add", "ada", "--email", "ada@example.org")
        server.wait_for_mail("ada@example.org")
        server.kill()
        server.run("account", "add", "bob", "--email", "bob@example.org")
        server.start()
        mail = server.wait_for_mail("bob@example.org")
        states = json.loads(server.run("mail", "list", "--json").stdout)["items"]

    assert mail["To"] == "bob@example.org"
    assert {item["state"] for item in states} <= {"delivered", "queued"}
    assert "Traceback" not in server.log


def test_the_log_is_json_lines(tmp_path: Path) -> None:
    """Every line, whatever came in; tokens of links are left out."""
    with launched(tmp_path) as server, server.client() as client:
        server.fail_commits()
        client.post("/api/v1/sign-in", json={"user_name": "a\nb", "password": "hunter2hunter2"})
        client.get(f"/welcome/{'x' * 64}", headers={"User-Agent": "\x1b[2Jforged"})
        server.fail_commits(fail=False)
        lines = [json.loads(line) for line in server.log.splitlines()]

    assert lines
    assert all({"at", "level", "event"} <= line.keys() for line in lines)
    assert "hunter2" not in server.log
    assert "x" * 64 not in server.log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_leaves_everything_to_the_owner_of_the_directory(passable: Path) -> None:
    """Whatever is made belongs to whoever the directory belongs to, who need not be able to read this Python."""
    data = nobodys(passable)
    for words in (
        ("init",),
        ("account", "add", "bob", "--email", "bob@example.org"),
        ("account", "lock", "bob", "--reason", "x"),
        ("audit", "list"),
        ("database", "status"),
        ("doctor",),
    ):
        done = command(*words, "--data", str(data))

        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    with serve("--data", str(data), "--listen", "127.0.0.1:0") as started:
        eventually(lambda: answers(started.address))
        page = httpx.get(f"{started.address}/sign-in", timeout=PATIENCE, trust_env=False)
        eventually(lambda: any((data / "mail" / "new").iterdir()))

    assert page.status_code == 200
    assert {path.stat().st_uid for path in data.rglob("*")} == {NOBODY}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_several_processes_need_a_python_that_the_owner_can_run(passable: Path) -> None:
    """Where root alone can run it that is said in one sentence, and nothing is made; else they serve."""
    data = nobodys(passable)
    with serve("--data", str(data), "--listen", "127.0.0.1:0", "--workers", "2") as started:
        if started.said:
            eventually(lambda: answers(started.address))
        else:
            assert started.process.wait(PATIENCE) == 1
    made = list(data.iterdir())

    assert bool(made) == all(one.stat().st_mode & stat.S_IXOTH for one in Path(sys.executable).resolve().parents)


def nobodys(folder: Path) -> Path:
    """Make a data directory of somebody else."""
    data = folder / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    return data


def test_a_fault_of_the_program_is_told_as_one(tmp_path: Path) -> None:
    """Exit code 1, a last line for people, and nothing on standard output."""
    shell = fresh(tmp_path)
    database = SqliteDatabase(shell.data / "doorward.db")
    with database.write() as sql:
        sql.exec_driver_sql("DROP TABLE accounts")
    database.close()
    ran = shell("account", "list")
    as_json = shell("account", "list", "--json")

    assert (as_json.code, as_json.json["outcome"]) == (1, "failed")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1].startswith("doorward: this is a fault of the program, and nothing more was done:")


def test_a_word_that_is_no_command_is_a_usage_error() -> None:
    """Exit code 2, and where help is."""
    ran = run("sing", "in")

    assert (ran.code, "Try 'doorward --help' for help." in ran.err) == (2, True)
