"""The version before runs on a schema that the present one has upgraded: a node goes on until its turn has come."""

import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from doorward.edges.sql import schema
from tests import cluster
from tests.launcher import ROOT, Server, command, launched
from tests.storms.nodes import needs_postgresql
from tests.storms.town import Person, Town, api, beside, password_of
from tests.storms.wire import ask, request

COMMIT: str = tomllib.loads((Path(__file__).parent / "previous.toml").read_text())["commit"]
LIMIT = 3
DATABASES = ("SQLite", pytest.param("PostgreSQL", marks=needs_postgresql))
REASON = {"reason": "called back"}


def git(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Ask git."""
    return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, check=False, timeout=60)


def is_known() -> bool:
    """Tell whether this copy of the repository reaches back so far."""
    return shutil.which("git") is not None and git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode == 0


pytestmark = pytest.mark.skipif(not is_known(), reason="the commit of the version before is not in this history")


@dataclass(frozen=True, slots=True)
class Rollout:
    """A node of the version before, on a database that the present version has upgraded while it ran."""

    town: Town
    database: str | None
    found: str
    """The version that the schema had before."""

    @contextmanager
    def present(self) -> Iterator[Server]:
        """Run a node of the present version beside it, or after it where one file cannot be shared by machines."""
        old = self.town.server
        if self.database is None:
            old.stop()
            with launched(old.folder) as new:
                yield new
            return
        new = Server(old.folder, options=old.options, node="present")
        new.data.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(old.data / "doorward.key", new.data)
        try:
            yield new.start()
        finally:
            new.stop()


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the version before, with the launcher that belonged to it."""
    folder = tmp_path_factory.mktemp("before")
    packed = git("archive", COMMIT, "src", "tests")
    assert packed.returncode == 0, packed.stderr
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def rollout(
    request: pytest.FixtureRequest, before: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rollout]:
    """Let the version before make a database, and the present one upgrade it."""
    shared = cluster.database() if request.param == "PostgreSQL" else nullcontext()
    folder = tmp_path_factory.mktemp("rollout")
    with shared as database:
        options: dict[str, Any] = {} if database is None else {"database": database}
        with launched(folder, root=before, options=options) as old:
            places = {} if database is None else {"DOORWARD_DATABASE": database}
            found = command("database", "status", "--data", str(old.data), env=places).stdout
            upgraded = command("database", "upgrade", "--data", str(old.data), env=places)
            assert upgraded.returncode == 0, upgraded.stderr
            with beside(old) as (runtime, olga):
                begun = Town(old, runtime, olga)
                begun.rules(failures_before_lock=LIMIT, failing_names_before_refusing=0, idle_minutes=600)
                yield Rollout(begun, database, found)


def signs_in(server: Town, url: str, person: Person) -> str:
    """Sign in with password and code, and give the token."""
    begun = ask(url, password_of(person.name)).json()
    code = person.code(server.server.now())
    return str(ask(url, api("POST /sign-in/code", {"sign_in": begun["sign_in"], "code": code})).json()["token"])


def lock_by_guesses(url: str, person: Person) -> None:
    """Guess until the account is locked."""
    for _ in range(LIMIT):
        assert ask(url, password_of(person.name, "wrong")).status == 401


def theirs(before: Path) -> str:
    """Name the newest schema that the version before knows."""
    return max(path.name for path in before.glob("src/doorward/edges/sql/migrations/versions/0*.py"))[:4]


def goes_on(server: Town, when: str = "before") -> Person:
    """See that it is ready, signs people in, locks, unlocks and resets, and records all that; give who is locked."""
    ada, bram, dora = (server.add(f"{name}-{when}") for name in ("ada", "bram", "dora"))
    token = signs_in(server, server.url, ada)
    lock_by_guesses(server.url, bram)
    barred = ask(server.url, password_of(bram.name))
    opened = server.ask(f"POST /accounts/{bram.account}/unlock", REASON, server.watch)
    signs_in(server, server.url, bram)
    reset = server.ask(f"POST /accounts/{ada.account}/reset-secret-key", REASON, server.watch)
    lock_by_guesses(server.url, dora)
    acts = [entry["act"] for entry in reversed(server.entries(bram)) if entry["act"].startswith(("signin", "lockout"))]

    assert ask(server.url, request("GET /readyz")).status == 200
    assert (barred.status, opened.status, reset.status) == (401, 200, 200)
    assert server.ask("GET /session", token=token).status == 401
    assert acts == [*["signin.password"] * LIMIT, "lockout.locked", "signin.password", "lockout.unlocked",
                    "signin.password", "signin.code", "signin.completed"]  # fmt: skip
    return dora


@pytest.mark.parametrize("rollout", DATABASES, indirect=True)
def test_nodes_are_upgraded_one_after_the_other(rollout: Rollout, before: Path) -> None:
    """The old one goes on as long as it runs, and what it did counts for the new one.

    It does not start anew: that version did not look yet whether it could.
    """
    server = rollout.town
    assert theirs(before) < schema.NEWEST
    assert theirs(before) in rollout.found
    assert server.rows("SELECT version_num FROM alembic_version") == [{"version_num": schema.NEWEST}]
    dora, cleo = goes_on(server), server.add("cleo")
    token, code = signs_in(server, server.url, cleo), cleo.code(server.server.now())
    with rollout.present() as new:
        session = ask(new.url, api("GET /session", token=token)).status
        begun = ask(new.url, password_of("cleo")).json()
        again = ask(new.url, api("POST /sign-in/code", {"sign_in": begun["sign_in"], "code": code}))
        listed = ask(new.url, api("GET /accounts?locked=true&query=dor", token=server.watch)).json()
        opened = ask(new.url, api(f"POST /accounts/{dora.account}/unlock", REASON, server.watch))
        let_in = ask(new.url, password_of(dora.name))

    assert (session, again.code, opened.status, let_in.status) == (200, "otp.used", 200, 200)
    assert [one["user_name"] for one in listed["items"]] == [dora.name]
    server.server.stop()
    with pytest.raises(AssertionError, match="was written by a newer Doorward"):
        server.server.start()
