"""A world with its doors: the gate and the API in this process, called with bytes, without a socket."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from doorward.doors.api import app as api
from doorward.doors.api.straight import Straight
from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.metrics import Metrics
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.run import Runtime
from doorward.edges.sql.engine import Database
from doorward.edges.steps import LoopDriver
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Hasher, HashJob, Verified
from tests.doors.asgi import Answered, App, Headers, call, scope_of
from tests.features.signin.walking import Walk, hash_now
from tests.signer import SIGNER
from tests.worlds import World

JSON = ("content-type", "application/json")
Front = Callable[[FastAPI], App]
"""What stands between the gate and the API."""
PROXIES = (ip_network("203.0.113.0/24"),)
"""Whose forwarded headers are believed."""


class FreeHasher:
    """Hashes at no cost."""

    def run(self, job: HashJob) -> Verified | str | bool:
        """Do a job at once."""
        return hash_now(job)

    def current(self, stored: str) -> bool:
        """Tell whether a hash bears the newer word."""
        return stored.startswith("new$")

    def adopt(self, foreign: str) -> str | ValueError:
        """Take a hash as it is."""
        return foreign


class Ticks:
    """Seconds that a test turns."""

    def __init__(self) -> None:
        """Begin somewhere."""
        self.now = 100.0

    def __call__(self) -> float:
        """Read them."""
        return self.now


class Stubborn:
    """A database that does everything but commit."""

    def __init__(self, real: Database, error: Exception) -> None:
        """Take the database, and what it says at the end."""
        self._real = real
        self._error = error

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Any]:
        """Do the work and fail at its end, as a full disk does."""
        with self._real.write(shared=shared) as sql:
            yield sql
            raise self._error

    def read(self) -> Any:
        """Read as ever."""
        return self._real.read()

    def close(self) -> None:
        """Close as ever."""
        self._real.close()


@dataclass(frozen=True, slots=True)
class Served:
    """A server that a test speaks to: `served.ask("POST /sign-in", {...})`."""

    world: World
    app: FastAPI
    gate: Gate
    ticks: Ticks
    queue: HashQueue
    pool: HashPool
    threads: Executor
    runner: asyncio.Runner = field(repr=False)
    front: Front = field(repr=False)

    def failing(self, error: Exception) -> "Served":
        """Give the same server over a database that cannot commit."""
        runtime = replace(self.world.runtime, database=Stubborn(self.world.database, error))
        app, gate = _doors(runtime, self.queue, self.pool, self.threads, self.ticks, self.front)
        return replace(self, app=app, gate=gate)

    def ask(
        self, line: str, body: object = None, token: str | None = None, headers: Headers = (), client: str = "192.0.2.7"
    ) -> Answered:
        """Ask under `/api/v1`; a body is sent as JSON."""
        sent = [] if body is None else [json.dumps(body).encode()]
        return self.send(line.replace(" ", " /api/v1", 1), sent, [*headers, *([JSON] if sent else ())], token, client)

    def send(
        self,
        line: str,
        chunks: Sequence[bytes] = (),
        headers: Headers = (),
        token: str | None = None,
        client: str = "192.0.2.7",
    ) -> Answered:
        """Send a request whose body comes in these pieces."""
        method, path = line.split(" ", 1)
        told = [*headers, *([("authorization", f"Bearer {token}")] if token else ())]
        if chunks:
            told.append(("content-length", str(sum(map(len, chunks)))))
        return self.runner.run(call(self.gate, scope_of(method, path, told, client), *chunks))

    def token(self, account: AccountId, opened_with: OpenedWith = OpenedWith.SECRET_KEY) -> str:
        """Open a session without its steps, and give its token."""
        with self.world.writing() as call_:
            epoch = self.world.standing(account).state.epoch
            opened = sessions.open_session(call_, account, epoch, opened_with)
        assert isinstance(opened, SessionOpened)
        return opened.token.reveal()

    def operator(self, name: str = "olga", *roles: str) -> str:
        """Add an operator who is signed in with a second factor, and give the token."""
        return self.token(self.world.add(name, *(roles or ("administrator",)), factors=1))

    @property
    def walk(self) -> Walk:
        """Give somebody who walks through sign-in without HTTP."""
        return Walk(self.world)


@contextmanager
def serve(folder: Path, hasher: Hasher | None = None, front: Front = Straight) -> Iterator[Served]:
    """Begin a world with doors, and end it; passwords are hashed at no cost unless a hasher is given."""
    world, ticks, queue = World.begin(folder), Ticks(), HashQueue()
    pool = HashPool(hasher or FreeHasher(), 1)
    with ThreadPoolExecutor(4) as threads, asyncio.Runner() as runner:
        app, gate = _doors(world.runtime, queue, pool, threads, ticks, front)
        yield Served(world, app, gate, ticks, queue, pool, threads, runner, front)
    pool.close()
    world.database.close()


def _doors(  # noqa: PLR0913, PLR0917 - what a server is made of
    runtime: Runtime, queue: HashQueue, pool: HashPool, threads: Executor, ticks: Ticks, front: Front = Straight
) -> tuple[FastAPI, Gate]:
    app = api.build(runtime, LoopDriver(runtime, queue, pool, threads, _unnoted))
    return app, Gate(front(app), runtime, Surroundings(threads, ticks, Metrics("1"), SIGNER, PROXIES))


def _unnoted(act: str, origin: Origin) -> None:
    """Let a full queue go without an entry."""
    del act, origin
