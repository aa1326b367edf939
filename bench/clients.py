"""Clients in a process of their own: each asks the same again and again on one connection, from an address of its own.

    python -m bench.clients < load.json > answers.json

`nice` makes room for the server where clients only load it. A client that is told when to come back waits that long,
unless it is impatient; one with a pace begins a request in each period, and measures from when it should have begun,
which is when somebody has clicked. The others measure from when they send.
An answer is there when the kernel has it (socket(7), SO_TIMESTAMPNS): that a client waits for a core until it reads
the answer is no time of the server's.
"""

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bench.measuring import NotMeasured

_TIMESTAMPS = 35
"""SO_TIMESTAMPNS of Linux, which Python does not name."""
_ROOM = 64
"""Bytes for what the kernel tells beside the data."""


@dataclass(frozen=True, slots=True)
class Client:
    """What one client sends, and how."""

    request: str
    address: str = "127.0.0.1"
    pace: float = 0
    """Seconds from the beginning of one request to that of the next; 0 goes on at once."""
    patient: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, after how many seconds, and after how many more to come back (Retry-After)."""

    status: int
    seconds: float
    retry_after: str = ""


def request(method: str, path: str, body: dict[str, str] | None = None, token: str = "") -> str:
    """Spell a request."""
    content = "" if body is None else json.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(content)}"]
    lines += ["content-type: application/json"] if content else []
    lines += [f"authorization: Bearer {token}"] if token else []
    return "\r\n".join([*lines, "", content])


@contextmanager
def asking(port: int, clients: list[Client], seconds: float, nice: int = 0) -> Iterator[list[Answer]]:
    """Let clients ask while the block lasts and until their time is over; their answers are in the list afterwards."""
    load = {"port": port, "seconds": seconds, "nice": nice, "clients": [asdict(client) for client in clients]}
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.clients"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    answers: list[Answer] = []
    try:
        if process.stdin is None:
            raise NotMeasured("the clients cannot be told anything")
        process.stdin.write(json.dumps(load))
        process.stdin.close()
        process.stdin = None
        yield answers
        told, _ = process.communicate(timeout=seconds + 60)
    finally:
        process.kill()
        process.wait()
    if process.returncode not in {0, -9}:
        raise NotMeasured(f"the clients ended with {process.returncode}")
    answers += [Answer(*one) for one in json.loads(told)]


def ask(port: int, clients: list[Client], seconds: float, nice: int = 0) -> list[Answer]:
    """Let clients ask, and give what they were answered."""
    with asking(port, clients, seconds, nice) as answers:
        pass
    return answers


async def _all(load: dict[str, Any]) -> list[tuple[int, float, str]]:
    until = time.time() + load["seconds"]
    every = [_ask(load["port"], Client(**one), until) for one in load["clients"]]
    return [answer for answers in await asyncio.gather(*every) for answer in answers]


async def _ask(port: int, client: Client, until: float) -> list[tuple[int, float, str]]:
    answers, due = [], time.time()
    with closing(_Line(port, client.address)) as line:
        while due < until:
            began = due if client.pace else time.time()
            line.send(client.request.encode())
            status, again = await line.answer()
            answers.append((status, line.heard - began, again))
            wait = float(again or 0) if client.patient else 0
            due = due + client.pace if client.pace else line.heard + wait
            await asyncio.sleep(max(0, due - time.time()))
    return answers


class _Line:
    """A connection that tells when its last answer had come."""

    def __init__(self, port: int, address: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), source_address=(address, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._read = b""
        self.heard = 0.0
        """When the kernel had the last of the answer, in seconds since 1970."""

    def send(self, request: bytes) -> None:
        """Send a request, which is shorter than any socket's buffer."""
        self._socket.sendall(request)

    async def answer(self) -> tuple[int, str]:
        """Read one answer; give its status and what it says in Retry-After."""
        while b"\r\n\r\n" not in self._read:
            await self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        said = dict(line.lower().split(": ", 1) for line in lines[1:])
        length = int(said.get("content-length", "0"))
        while len(self._read) < length:
            await self._more()
        self._read = self._read[length:]
        return int(lines[0].split()[1]), said.get("retry-after", "")

    async def _more(self) -> None:
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._socket, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._socket)
        read, told, _, _ = self._socket.recvmsg(65_536, _ROOM)
        if not read:
            raise NotMeasured("the server has hung up")
        self._read += read
        seconds, parts = struct.unpack("qq", told[0][2])
        self.heard = seconds + parts / 1e9

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def main() -> None:
    """Do what standard input says, and tell what came of it."""
    load = json.load(sys.stdin)
    os.nice(load["nice"])
    json.dump(asyncio.run(_all(load)), sys.stdout)


if __name__ == "__main__":
    main()
