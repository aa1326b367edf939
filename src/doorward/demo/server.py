"""The throw-away server: the program itself in a process of its own, on a free port, in a folder that goes with it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from doorward.config import environment_without_settings
from doorward.demo.client import BrokenOff, Client
from doorward.demo.waiting import eventually

PROGRAM = (sys.executable, "-Pm", "doorward")
START_SECONDS = 120.0
STOP_SECONDS = 20.0
_LINES_OF_LOG = 12


class NotStarted(Exception):
    """The server did not come up; its last words are the message."""


@dataclass(frozen=True, slots=True)
class Started:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    folder: Path
    address: str
    welcome: str
    """The path of the first administrator's one-time link, as the server printed it."""

    @property
    def maildir(self) -> Path:
        """Return where it leaves its mail."""
        return self.folder / "data" / "mail"

    @property
    def runs(self) -> bool:
        """Return whether it is still there."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """Return the end of its log."""
        return _end_of(self.folder / "server.log")


@contextmanager
def throw_away_server(program: Sequence[str], *, keep: bool) -> Iterator[Started]:
    """Start a server on nothing; at the end stop it and remove its folder, unless it is kept."""
    folder, process, kept = Path(tempfile.mkdtemp(prefix="doorward-demo-")), None, False
    try:
        process = _start(program, folder)
        yield _started(process, folder)
        kept = keep
    finally:
        if not kept:
            if process is not None:
                _stop(process)
            shutil.rmtree(folder, ignore_errors=True)


def _start(program: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that Ctrl-C reaches the demo alone, which then stops the server.

    Its output goes to files, which outlive the demo where the server is kept. Port 0 lets the system find a free one.
    """
    words = [*program, "serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0", "--json"]
    paths = os.pathsep.join(path for path in sys.path if path)
    with (folder / "server.out").open("wb") as out, (folder / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - this very program
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=log,
            env=environment_without_settings() | {"PYTHONPATH": paths}, start_new_session=True,
        )  # fmt: skip


def _started(process: subprocess.Popen[bytes], folder: Path) -> Started:
    """Wait until the server says where it is, and answers there."""
    said = eventually(lambda: _said(folder / "server.out") or _ended(process), START_SECONDS)
    if not said:
        raise NotStarted(_end_of(folder / "server.log") or "it said nothing")
    started = Started(process, folder, said["address"], urlsplit(said["link"]).path)
    if not eventually(lambda: _answers(started) or _ended(process), START_SECONDS):
        raise NotStarted(started.last_words() or "it does not answer")
    return started


def _said(file: Path) -> dict[str, str] | None:
    """Read what the server printed, once it is complete."""
    try:
        found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return found


def _ended(process: subprocess.Popen[bytes]) -> dict[str, str] | None:
    """Say nothing, at once, for a server that has ended."""
    return None if process.poll() is None else {}


def _answers(started: Started) -> dict[str, str] | None:
    client = Client(started.address)
    try:
        return {"readyz": "200"} if client.get("/readyz").short == "200" else None
    except BrokenOff:
        return None
    finally:
        client.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C means: at once
        process.kill()
        process.wait()


def _end_of(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LINES_OF_LOG:])
