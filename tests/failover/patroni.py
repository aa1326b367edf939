"""Three PostgreSQL nodes under Patroni, and one etcd: on loopback, in a folder, as long as the block lasts.

The configuration is the one of `docs/how-to/postgresql-failover.md`; only addresses, folders and the watchdog, which no
test has, are others.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests import cluster
from tests.failover.ports import free_port
from tests.launcher import eventually

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "postgresql-failover.md"
NODES = (1, 2, 3)
SLOW = 60.0
REJOINING = 180.0
"""Seconds within which a primary of before has caught up: that is Patroni's work, and nothing here goes by it."""
PASSWORDS = {"postgres": "choose-one", "doorward": "choose-a-fourth"}
_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WATCHDOG = re.compile(r"^watchdog:\n  mode: required\n", re.MULTILINE)


def is_there() -> bool:
    """Tell whether PostgreSQL, Patroni and etcd are installed."""
    return cluster.programs() is not None and None not in (shutil.which("patroni"), shutil.which("etcd"))


@dataclass(frozen=True, slots=True)
class Ports:
    """Which ports the three nodes and etcd take; the nodes differ by their address."""

    network: str
    database: int
    api: int
    etcd: int
    peers: int

    @classmethod
    def free(cls) -> "Ports":
        """Find ports that nobody has, in a network of loopback that is this process's own."""
        network = f"127.{1 + os.getpid() % 250}.{1 + os.getpid() // 250 % 250}"
        return cls(network, *(free_port(f"{network}.1") for _ in range(4)))

    def address(self, number: int) -> str:
        """Give a node's address."""
        return f"{self.network}.{number}"

    def door(self, number: int) -> str:
        """Give the address at which a node, and nobody else, reaches etcd."""
        return f"{self.network}.{10 + number}"


@dataclass(slots=True)
class Node:
    """One node: Patroni, and the PostgreSQL that it runs."""

    number: int
    folder: Path
    ports: Ports
    user: str | None
    _patroni: subprocess.Popen[bytes] | None = None
    _frozen: list[int] = field(default_factory=list)

    @property
    def addresses(self) -> tuple[str, str]:
        """Give the address at which others reach it, and the one at which it reaches etcd."""
        return self.ports.address(self.number), self.ports.door(self.number)

    @property
    def name(self) -> str:
        """Give the name that Patroni knows it by."""
        return f"db{self.number}"

    def start(self) -> None:
        """Start Patroni, which starts PostgreSQL."""
        environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}  # noqa: TID251 - handed on
        with (self.folder / "log").open("ab") as log:
            self._patroni = subprocess.Popen(
                ["patroni", self.folder / "patroni.yml"], cwd=self.folder, env=environment, user=self.user,
                group=cluster.group_of(self.user), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """Kill Patroni and PostgreSQL's first process: no farewell, no standby told."""
        self._signal(self._first(), signal.SIGKILL)
        if self._patroni is not None:
            self._patroni.wait(SLOW)

    def freeze(self) -> None:
        """Stop every process of the node where it stands; its kernel goes on to take connections."""
        self._frozen = [process for first in self._first() for process in (first, *cluster.children(first))]
        self._signal(self._frozen, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(self._frozen, signal.SIGCONT)
        self._frozen = []

    def end(self) -> None:
        """Stop whatever of it still runs, and leave no process behind."""
        left = [process for first in self._first() for process in (first, *cluster.children(first))]
        self._signal(left, signal.SIGKILL)
        if self._patroni is not None:
            self._patroni.wait(SLOW)
        eventually(lambda: not any(map(cluster.lives, left)))

    def _first(self) -> list[int]:
        first = [] if self._patroni is None or self._patroni.poll() is not None else [self._patroni.pid]
        with suppress(FileNotFoundError, ValueError, IndexError):
            postmaster = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            if f"{self.folder}/data".encode() in Path(f"/proc/{postmaster}/cmdline").read_bytes():
                first.append(postmaster)
        return first

    @staticmethod
    def _signal(processes: list[int], what: signal.Signals) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, what)


@dataclass(frozen=True, slots=True)
class Patroni:
    """The three nodes."""

    nodes: Mapping[str, Node]
    ports: Ports

    @property
    def address(self) -> str:
        """Give the address that Doorward takes, as the page has it."""
        hosts = ",".join(f"{self.ports.address(number)}:{self.ports.database}" for number in NODES)
        return f"postgresql://doorward:{PASSWORDS['doorward']}@{hosts}/doorward?target_session_attrs=read-write"

    def members(self) -> dict[str, dict[str, Any]]:
        """Ask whichever node answers who is who."""
        for node in self.nodes.values():
            with suppress(httpx.HTTPError, json.JSONDecodeError):
                url = f"http://{self.ports.address(node.number)}:{self.ports.api}/cluster"
                found = httpx.get(url, timeout=2, trust_env=False).json()["members"]
                return {member["name"]: member for member in found}
        return {}

    def leader(self) -> Node | None:
        """Name the primary."""
        names = [name for name, member in self.members().items() if member["role"] == "leader"]
        return self.nodes[names[0]] if names else None

    def wait_until_whole(self) -> Node:
        """Wait until all three are well, on one timeline, and one of the standbys is synchronous; give the primary."""

        def whole() -> bool:
            members = list(self.members().values())
            roles = sorted(member["role"] for member in members)
            timelines = {member.get("timeline") for member in members}
            well = all(member["state"] in {"running", "streaming"} for member in members)
            return well and roles == ["leader", "replica", "sync_standby"] and len(timelines) == 1

        eventually(whole, REJOINING)
        leader = self.leader()
        assert leader is not None
        return leader

    def wait_for_another(self, old: Node) -> None:
        """Wait until another node is the primary."""
        eventually(lambda: (self.leader() or old) is not old, SLOW)

    def switch_over(self) -> None:
        """Ask the primary to hand over, as somebody who runs it does."""
        leader = self.leader()
        assert leader is not None
        words = ["patronictl", "-c", str(leader.folder / "patroni.yml"), "switchover", "--force"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=SLOW)

    def make_database(self) -> None:
        """Make the user and the database of the page about PostgreSQL."""
        leader = self.wait_until_whole()
        where = (
            f"postgresql://postgres:{PASSWORDS['postgres']}@{self.ports.address(leader.number)}:{self.ports.database}"
        )
        with psycopg.connect(f"{where}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE ROLE doorward LOGIN PASSWORD '{PASSWORDS['doorward']}'".encode())
            connection.execute(b"CREATE DATABASE doorward OWNER doorward ENCODING 'UTF8' TEMPLATE template0")


@contextmanager
def running(folder: Path) -> Iterator[Patroni]:
    """Run the three nodes."""
    ports = Ports.free()
    user = cluster.somebody_ordinary(folder)
    with ExitStack() as ends:
        ends.enter_context(_etcd(folder / "etcd", ports, user))
        nodes = {f"db{number}": _prepared(number, folder / f"db{number}", ports, user) for number in NODES}
        for node in nodes.values():
            ends.callback(node.end)
            node.start()
        patroni = Patroni(nodes, ports)
        patroni.make_database()
        yield patroni


def configuration(number: int, folder: Path, ports: Ports) -> str:
    """Take the page's configuration for one node: with our addresses and folders, and without a watchdog."""
    page = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))[0]
    etcd = f"{ports.door(number)}:{ports.etcd}\n  use_proxies: true"  # or it asks etcd for other addresses
    for theirs, ours in {
        "10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379": etcd,
        "10.0.0.0/24": "127.0.0.0/8",
        "name: db1": f"name: db{number}",
        "10.0.0.1:8008": f"{ports.address(number)}:{ports.api}",
        "10.0.0.1:5432": f"{ports.address(number)}:{ports.database}",
        "/usr/lib/postgresql/15/bin": str(cluster.programs()),
        "/var/lib/postgresql/doorward": str(folder),
    }.items():
        assert theirs in page, f"the page has no {theirs!r} any more"
        page = page.replace(theirs, ours)
    assert _WATCHDOG.search(page)
    return _WATCHDOG.sub('watchdog:\n  mode: "off"\n', page)


def _prepared(number: int, folder: Path, ports: Ports, user: str | None) -> Node:
    _owned(folder, user)
    (folder / "patroni.yml").write_text(configuration(number, folder, ports))
    return Node(number, folder, ports, user)


@contextmanager
def _etcd(folder: Path, ports: Ports, user: str | None) -> Iterator[None]:
    _owned(folder, user)
    clients, peers = (f"http://{ports.address(9)}:{port}" for port in (ports.etcd, ports.peers))
    doors = [f"http://{ports.door(number)}:{ports.etcd}" for number in NODES]
    words = {
        "--name": "one",
        "--data-dir": str(folder / "data"),
        "--listen-client-urls": ",".join([clients, *doors]),
        "--advertise-client-urls": clients,
        "--listen-peer-urls": peers,
        "--initial-advertise-peer-urls": peers,
        "--initial-cluster": f"one={peers}",
        "--enable-v2": "",
        "--unsafe-no-fsync": "",
    }
    line = ["etcd", *(word for pair in words.items() for word in pair if word)]
    with (folder / "log").open("wb") as log:
        etcd = subprocess.Popen(
            line, cwd=folder, user=user, group=cluster.group_of(user), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        eventually(lambda: _answers(f"{clients}/health"))
        yield
    finally:
        etcd.kill()
        etcd.wait(SLOW)


def _answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(url, timeout=1, trust_env=False).status_code == 200
    return False


def _owned(folder: Path, user: str | None) -> None:
    folder.mkdir()
    if user is not None:
        shutil.chown(folder, user)
