"""A real server in processes of its own; its clock, hash cost and luck come from a file, as no switch of the product's.

`with launched(folder) as server:` starts one on a free port of loopback; `server.turn(hours=1)` turns its clock,
`server.fail_commits()` lets every COMMIT fail, `server.kill()` and `server.start()` are a crash and what follows.
Run as a program it is the server itself: `python -m tests.launcher FOLDER LISTEN WORKERS`.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import httpx

from doorward import app, config, starting
from doorward.config import Settings
from doorward.doors.cli.program import Welcome
from doorward.edges.crypto.argon2 import Argon2Hasher, Parameters
from doorward.edges.entropy import SystemEntropy
from doorward.edges.sql.opening import clock_of, open_database
from tests.controls import Controls, FileClock, UnluckyDatabase

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20.0
"""Seconds after which something that should have happened has not."""
CHEAP = Parameters(memory_kib=64, passes=1, lanes=1)
_CONTROLS = "controls.json"


@dataclass(frozen=True, slots=True)
class Make:
    """Builds the product's server with the clock, hash and database of the controls; called in each process."""

    controls: Controls
    real_cost: bool = False

    def __call__(self, settings: Settings) -> app.App:
        """Build the server."""
        database = open_database(settings)
        return app.build(
            settings,
            clock=FileClock(self.controls, clock_of(database)),
            hasher=None if self.real_cost else Argon2Hasher(SystemEntropy(), CHEAP),
            database=UnluckyDatabase(database, self.controls),
        )


@dataclass(slots=True)
class Server:
    """A server under test: its folder, and its process while it runs."""

    folder: Path
    workers: int = 1
    real_cost: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""
    """Its name, where several nodes share the folder: each has a data directory and a log of its own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its process finds besides."""
    root: Path = ROOT
    """Where its code is: in another folder lies another version."""
    url: str = ""
    welcome: str | None = None
    """The first administrator's link, as this start printed it."""
    _process: subprocess.Popen[str] | None = None

    @property
    def data(self) -> Path:
        """Say where the data directory is."""
        return self.folder / (self.node or "data")

    @property
    def controls(self) -> Controls:
        """Give what the server's clock and luck are read from."""
        return Controls(self.folder / _CONTROLS)

    @property
    def group(self) -> int:
        """Name the group of the server's processes; 0 while none runs."""
        return 0 if self._process is None else self._process.pid

    @property
    def temporary(self) -> Path:
        """Say where the server, and SQLite in it, put what is there for a moment only."""
        return self.folder / "temporary"

    @property
    def log(self) -> str:
        """Read what the server has logged."""
        return self._log.read_text()

    def start(self) -> "Server":
        """Start the server, on the same port as before, and wait until it answers."""
        listen = self.url.rpartition("/")[2] or "127.0.0.1:0"
        words = [self.folder, listen, self.workers, int(self.real_cost), json.dumps(self._given())]
        self.temporary.mkdir(exist_ok=True)
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.launcher", *map(str, words)],
                cwd=self.root, env=clean_environment(self.root) | self._places() | dict(self.environment),
                stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip
        said = self._process.stdout.readline() if self._process.stdout else ""
        if not said:
            raise AssertionError(f"the server did not start:\n{self.log}")
        self.url, self.welcome = json.loads(said)
        eventually(self._answers)
        return self

    def stop(self) -> int:
        """Ask the server to stop, and give its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the server where it stands, and every process of it."""
        self._end(signal.SIGKILL)

    def turn(self, **units: float) -> None:
        """Turn the server's clock: `turn(hours=3)`."""
        seconds = self.controls.read().get("seconds", 0)
        self.controls.set(seconds=seconds + timedelta(**units).total_seconds())

    def now(self) -> datetime:
        """Read the server's clock."""
        return FileClock(self.controls).now()

    def fail_commits(self, *, fail: bool = True) -> None:
        """Let every COMMIT of the server fail, or succeed again."""
        self.controls.set(commits_fail=fail)

    def client(self, **given: Any) -> httpx.Client:
        """Give a client that speaks to the server."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE, trust_env=False, **given)

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the product's command line on the server's data directory."""
        named = {"DOORWARD_DATABASE": str(self.options["database"])} if "database" in self.options else {}
        return command(*words, "--data", str(self.data), stdin=stdin, env=self._places() | named)

    def mails(self, recipient: str | None = None) -> list[EmailMessage]:
        """Read the Maildir, oldest first; or what one recipient was sent."""
        mails = [BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes()) for path in self._letters()]
        return [mail for mail in mails if recipient is None or mail["To"] == recipient]

    def wait_for_mail(self, recipient: str, count: int = 1) -> EmailMessage:
        """Wait until so many mails to somebody are there, and give the last."""
        eventually(lambda: len(self.mails(recipient)) >= count)
        return self.mails(recipient)[count - 1]

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.node or 'server'}.log"

    def _given(self) -> dict[str, Any]:
        named = {"node": self.node} if self.node else {}
        return {"data": str(self.data), **named, **self.options}

    def _places(self) -> dict[str, str]:
        return {"TMPDIR": str(self.temporary), "SQLITE_TMPDIR": str(self.temporary)}

    def _letters(self) -> list[Path]:
        return sorted((self.data / "mail" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"the server has ended:\n{self.log}")
        with suppress(httpx.TransportError), self.client() as client:
            return client.get("/readyz").status_code == 200
        return False

    def _end(self, by: signal.Signals) -> int:
        if self._process is None:
            return 0
        os.kill(self._process.pid, by)
        code = self._process.wait(PATIENCE)
        if self._process.stdout:
            self._process.stdout.close()
        group, self._process = self._process.pid, None
        eventually(lambda: _group_is_gone(group))
        return code


@contextmanager
def launched(folder: Path, **given: Any) -> Iterator[Server]:
    """Start a server on nothing, and stop it at the end."""
    server = Server(folder, **given)
    try:
        yield server.start()
    finally:
        server.stop()


def command(*words: str, stdin: str = "", env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `doorward` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "doorward", *words],
        cwd=ROOT, env=clean_environment() | dict(env or {}), input=stdin, capture_output=True, text=True, check=False,
        timeout=PATIENCE * 3,
    )  # fmt: skip


def clean_environment(root: Path = ROOT) -> dict[str, str]:
    """Give this process's environment without settings of a server that the developer runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORWARD_")}  # noqa: TID251 - handed on
    return kept | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something holds in another process; nothing there can tell us, so it is asked."""
    pause = threading.Event()
    until = datetime.now(UTC) + timedelta(seconds=seconds)  # noqa: TID251 - real processes take real time
    while not holds():
        if datetime.now(UTC) > until:  # noqa: TID251 - as above
            raise AssertionError(f"it did not come about within {seconds} s")
        pause.wait(0.02)


def _group_is_gone(group: int) -> bool:
    """Tell whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def _serve(folder: Path, listen: str, workers: str, real_cost: str, options: str) -> int:
    """Be the server."""
    controls = Controls(folder / _CONTROLS)
    given = {"listen": listen, "workers": workers, **json.loads(options)}
    settings = config.load(given, {}).settings

    def told(settings: Settings, welcome: Welcome) -> None:
        link = None if welcome.link is None else f"{welcome.address}{welcome.link.reveal()}"
        sys.stdout.write(json.dumps([settings.public_url, link]) + "\n")
        sys.stdout.flush()

    make = Make(controls, real_cost=real_cost == "1")
    turned = FileClock(controls) if settings.database_file else None  # a shared database's clock is asked, not turned
    return starting.serve(settings, told, make=make, clock=turned)


if __name__ == "__main__":
    sys.exit(_serve(Path(sys.argv[1]), *sys.argv[2:]))
