"""What every row needs: a server of its own, the CPU it has used, and an honest word where something failed."""

import json
import os
import platform
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests import cluster

TICKS = os.sysconf("SC_CLK_TCK")


class NotMeasured(Exception):
    """Something went wrong while measuring: the row has no figure, and says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured row: what was measured, its figures in order, and the ratio that counts."""

    name: str
    what: str
    goal: str
    ratio: float
    reached: bool
    figures: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def table(self) -> str:
        """Lay the row out as a Markdown section."""
        lines = [f"## {self.name}: {self.what}", "", "| figure | value |", "|---|---|"]
        lines += [f"| {key} | {value} |" for key, value in self.figures.items()]
        lines += [f"| **ratio** | **{self.ratio:.2f}** (goal {self.goal}: {'reached' if self.reached else 'missed'}) |"]
        return "\n".join([*lines, *(["", self.note] if self.note else []), ""])


@dataclass(slots=True)
class Server:
    """A Doorward server in a process of its own, on a free port."""

    data: Path
    port: int
    process: "subprocess.Popen[bytes]"
    beside: int | None = None
    """The process of a database of its own, whose CPU is counted too."""

    def cpu_seconds(self) -> float:
        """Add up the CPU that the server and its children have used, in user and kernel."""
        beside = _family(self.beside) if self.beside is not None else []
        return sum(_cpu_of(pid) for pid in (*_family(self.process.pid), *beside))

    def resident_mib(self) -> float:
        """Read the resident memory of the server's largest process."""
        return max(resident_mib(pid) for pid in _family(self.process.pid))


@contextmanager
def data_directory() -> Iterator[Path]:
    """Give a fresh data directory on the disk that holds this repository, and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="doorward-bench-", dir=Path(__file__).parent))
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(
    data: Path, module: tuple[str, ...] = ("doorward", "serve"), *, beside: int | None = None, core: int | None = None
) -> Iterator[Server]:
    """Start a server on a data directory, wait for its first answer, and stop it afterwards; `core` pins it to one."""
    port = free_port()
    command = [sys.executable, "-m", *module, "--data", str(data), "--listen", f"127.0.0.1:{port}"]
    pinned = [] if core is None else ["taskset", "-c", str(core)]
    process = subprocess.Popen([*pinned, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield Server(data, port, process, beside)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int, process: "subprocess.Popen[bytes]", path: str = "/healthz", most: float = 30) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotMeasured(f"the server ended with {process.returncode}")
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.002)
    raise NotMeasured("the server did not answer in time")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(connection: HTTPConnection, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Post JSON and read the answer; whatever is not 200 ends the measurement."""
    connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != HTTPStatus.OK:
        raise NotMeasured(f"POST {path} answered {response.status}: {content.decode()[:200]}")
    answer: dict[str, Any] = json.loads(content)
    return answer


def resident_mib(pid: int) -> float:
    """Read the resident memory of a process; 0 for one that is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def median(values: list[float]) -> float:
    """Give the middle of several measurements."""
    return statistics.median(values)


def machine() -> str:
    """Describe the machine and the versions that matter."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    names = ("argon2-cffi", "sqlalchemy", "psycopg", "uvicorn", "fastapi")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    databases = f"SQLite {sqlite3.sqlite_version}, {_postgresql()}"
    return f"{os.cpu_count()} × {model}; Python {platform.python_version()}; {databases}; {packages}"


def _postgresql() -> str:
    programs = cluster.programs()
    if programs is None:
        return "no PostgreSQL"
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return f"PostgreSQL {told.split()[2]}"


def _family(pid: int) -> list[int]:
    """List a process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(word) for word in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in own for one in _family(child))]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
