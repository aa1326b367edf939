"""The command line in this process: `shell("account", "list")` on a data directory of its own."""

import atexit
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import structlog
from click.testing import CliRunner

from doorward import config, starting
from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
from doorward.program import main

ORIGIN = Origin(Door.API, address="192.0.2.7", user_agent="tests/1")
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read what was printed as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Read what was printed, line by line, its columns one space apart."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell on one data directory."""

    data: Path

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        """Run one command."""
        return run(*words, "--data", str(self.data), stdin=stdin)

    def done(self, *words: str, stdin: str = "") -> Ran:
        """Run one command that must succeed."""
        ran = self(*words, stdin=stdin)
        assert ran.code == 0, ran.err
        return ran

    def add(self, name: str, *words: str) -> AccountId:
        """Add an account, and give its id."""
        said = self.done("account", "add", name, "--email", f"{name}@example.org", *words, "--json").json
        return AccountId(UUID(said["account"]["id"]))

    @contextmanager
    def writing(self) -> Iterator[Call]:
        """Open a transaction in the database, as if the server were at work."""
        opened = starting.open_here(config.load({"data": self.data}, {}).settings)
        try:
            with opened.runtime.writing(ORIGIN) as call:
                yield call
        finally:
            opened.close()

    def lock(self, name: str, reason: LockReason = LockReason.FAILURES) -> None:
        """Let an account be locked."""
        with self.writing() as call:
            found = accounts.find(call, name)
            assert found is not None
            accounts.set_lock(call, found.account.id, Lock(call.now, reason))

    def sign_in(self, name: str) -> None:
        """Open a session of an account that has set up its second factor."""
        with self.writing() as call:
            found = accounts.find(call, name)
            assert found is not None
            accounts.change_factors(call, found.account.id, 1)
            sessions.open_session(call, found.account.id, found.state.epoch, OpenedWith.SECRET_KEY)


def run(*words: str, stdin: str = "") -> Ran:
    """Run `doorward` in this process."""
    with _logging_kept(), CliRunner().isolation(input=stdin) as (out, err, _):
        code = main(words)
        return Ran(code, out.getvalue().decode(), err.getvalue().decode())


@contextmanager
def _logging_kept() -> Iterator[None]:
    """Leave the test's logging as it was: `serve` sends it to the standard error that ends with the command."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        structlog.reset_defaults()


def fresh(folder: Path) -> Shell:
    """Give a shell on a fresh data directory: a copy of one that was made once."""
    shutil.copytree(_template(), folder / "data")
    return Shell(folder / "data")


@cache
def _template() -> Path:
    folder = mkdtemp(prefix="doorward-tests-")
    atexit.register(shutil.rmtree, folder)
    data = Path(folder) / "data"
    starting.first_run(config.load({"data": data}, {}).settings)
    return data
