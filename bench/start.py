"""B8: from nothing running to the first answer, against importing the frameworks; and what a worker holds in memory."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from bench import people
from bench.databases import SQLITE, home
from bench.measuring import Row, Server, free_port, median, post, serving, wait_for

ROUNDS = 7
GOAL = 2.0
MOST_MIB = 120
SIGN_INS = 10_000
_FRAMEWORKS = (
    "import fastapi, starlette, uvicorn, sqlalchemy, pydantic_settings, argon2, jinja2, cryptography, structlog"
)
_CLIENTS = 4
_FLAT = 1.05
_GIVEN_BACK = 70
"""Seconds after which the server has given back what the hashes left behind, whenever it did so last."""


def measure(kind: str = SQLITE, rounds: int = ROUNDS, sign_ins: int = SIGN_INS) -> Row:
    """Start the server several times on a database that is current, then sign in until memory shows its level."""
    with home(kind) as there:
        data = there.data
        everybody = people.make(data, 200, excluded=True)
        frameworks = [_imports() for _ in range(rounds)]
        starts = [_start(data) for _ in range(rounds)]
        with serving(data) as server:
            at_rest = server.resident_mib()
            _sign_in(server, everybody, sign_ins // 10)
            early = server.resident_mib()
            _sign_in(server, everybody, sign_ins - sign_ins // 10)
            late = server.resident_mib()
            time.sleep(_GIVEN_BACK)
            settled = server.resident_mib()
    ratio = median(starts) / median(frameworks)
    return Row(
        f"B8 start and memory on {kind}",
        "cold start to the first answer, against importing the frameworks alone",
        f"<= {GOAL:.1f}, and <= {MOST_MIB} MiB, flat",
        ratio,
        ratio <= GOAL and late <= MOST_MIB and late <= early * _FLAT,
        {
            "importing the frameworks": f"{median(frameworks) * 1000:.0f} ms",
            "start to first answer": f"{median(starts) * 1000:.0f} ms",
            "resident, at rest": f"{at_rest:.0f} MiB",
            f"resident, after {sign_ins // 10:,} sign-ins": f"{early:.0f} MiB",
            f"resident, after {sign_ins:,} sign-ins": f"{late:.0f} MiB",
            "resident, a minute later": f"{settled:.0f} MiB",
            "rounds": str(rounds),
        },
    )


def _imports() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _FRAMEWORKS], check=True)
    return time.perf_counter() - began


def _start(data: Path) -> float:
    port = free_port()
    command = [sys.executable, "-m", "doorward", "serve", "--data", str(data), "--listen", f"127.0.0.1:{port}"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def _sign_in(server: Server, everybody: list[people.Person], count: int) -> None:
    """Sign in by password alone, so that people may come back as often as the measurement needs."""

    def client(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        for turn in range(number, count, _CLIENTS):
            name = everybody[turn % len(everybody)].user_name
            post(connection, "/api/v1/sign-in", {"user_name": name, "password": people.PASSWORD})

    with ThreadPoolExecutor(_CLIENTS) as clients:
        for done in [clients.submit(client, number) for number in range(_CLIENTS)]:
            done.result()
