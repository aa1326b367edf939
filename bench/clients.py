"""Clients in a process of their own: each asks the same again and again on one connection, from an address of its own.

    python -m bench.clients < load.json > answers.json

`nice` makes room for the server where clients only load it. A client that is told when to come back waits that long,
unless it is impatient; one with a pace begins a request in each period, and measures from when it should have begun.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bench.measuring import NotMeasured


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
    until = time.perf_counter() + load["seconds"]
    every = [_ask(load["port"], Client(**one), until) for one in load["clients"]]
    return [answer for answers in await asyncio.gather(*every) for answer in answers]


async def _ask(port: int, client: Client, until: float) -> list[tuple[int, float, str]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(client.address, 0))
    answers, due = [], time.perf_counter()
    while due < until:
        writer.write(client.request.encode())
        status, again = await _answer(reader)
        ended = time.perf_counter()
        answers.append((status, ended - due, again))
        wait = float(again or 0) if client.patient else 0
        due = max(ended, due + client.pace) + wait if not client.pace else due + client.pace
        if due > ended:
            await asyncio.sleep(due - ended)
    writer.close()
    return answers


async def _answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Read one answer; give its status and what it says in Retry-After."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    said = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    await reader.readexactly(int(said.get("content-length", "0")))
    return int(head[0].split()[1]), said.get("retry-after", "")


def main() -> None:
    """Do what standard input says, and tell what came of it."""
    load = json.load(sys.stdin)
    os.nice(load["nice"])
    json.dump(asyncio.run(_all(load)), sys.stdout)


if __name__ == "__main__":
    main()
