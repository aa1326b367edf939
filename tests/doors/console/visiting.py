"""A world with the console in front of it, and browsers that visit it: in this process, without a socket."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from doorward.doors.console import app as console
from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.metrics import Metrics
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId
from tests.doors.console.markup import Markup, read
from tests.doors.served import FreeHasher, Stubborn, Ticks
from tests.features.signin.walking import Walk
from tests.signer import SIGNER
from tests.worlds import World

SITE = "https://login.example.org"
FROM_HERE = {"origin": SITE}
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser was answered."""

    answer: httpx.Response

    @property
    def status(self) -> int:
        """Give the status."""
        return self.answer.status_code

    @property
    def to(self) -> str:
        """Give the address that the browser is sent to."""
        return str(self.answer.headers.get("location", ""))

    @property
    def html(self) -> str:
        """Give the page as it was sent."""
        return self.answer.text

    @property
    def page(self) -> Markup:
        """Read the page."""
        return read(self.html)

    @property
    def cookies(self) -> dict[str, str]:
        """Give each cookie that the answer sets, with its attributes."""
        set_ = [one.partition("=") for one in self.answer.headers.get_list("set-cookie")]
        return {name: rest for name, _, rest in set_}

    @property
    def told(self) -> tuple[int, str]:
        """Give the status with the words of the refusal: those of its banner, or the title of its own page."""
        page = self.page
        return self.status, page.refusal or page.title.removesuffix(" · Doorward")


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody's browser: it keeps cookies, sends Origin with a form, and follows nothing by itself."""

    client: httpx.AsyncClient
    runner: asyncio.Runner = field(repr=False)

    def get(self, path: str, **headers: str) -> Shown:
        """Open an address."""
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: Fields | None = None, **headers: str) -> Shown:
        """Send a form from a page of the server."""
        return self.send("POST", path, headers=FROM_HERE | headers, data=dict(fields or {}))

    def send(self, method: str, path: str, **given: Any) -> Shown:
        """Send any request."""
        return Shown(self.runner.run(self.client.request(method, path, **given)))

    @property
    def jar(self) -> dict[str, str]:
        """Give the cookies that the browser holds."""
        return {cookie.name: cookie.value or "" for cookie in self.client.cookies.jar}


@dataclass(frozen=True, slots=True)
class Site:
    """A server that tests visit."""

    world: World
    gate: Gate
    pool: HashPool
    queue: HashQueue
    threads: Executor
    runner: asyncio.Runner = field(repr=False)

    def browser(self, address: str = "192.0.2.7", agent: str = "tests/1") -> Browser:
        """Start a browser without cookies."""
        transport = httpx.ASGITransport(self.gate, client=(address, 50_000))
        client = httpx.AsyncClient(transport=transport, base_url=SITE, headers={"user-agent": agent})
        return Browser(client, self.runner)

    def signed_in(self, account: AccountId, opened_with: OpenedWith = OpenedWith.SECRET_KEY) -> Browser:
        """Start a browser in which somebody is signed in, without the steps of it."""
        with self.world.writing() as call:
            opened = sessions.open_session(call, account, self.world.standing(account).state.epoch, opened_with)
        assert isinstance(opened, SessionOpened)
        browser = self.browser()
        browser.client.cookies.set("__Host-doorward", opened.token.reveal(), domain="login.example.org")
        return browser

    def operator(self, *roles: str, name: str = "olga") -> Browser:
        """Start a browser in which an operator is signed in with a second factor."""
        return self.signed_in(self.world.add(name, *(roles or ("administrator",)), factors=1))

    def failing(self, error: Exception) -> "Site":
        """Give the same server over a database that cannot commit."""
        runtime = replace(self.world.runtime, database=Stubborn(self.world.database, error))
        return replace(self, gate=_doors(runtime, self.queue, self.pool, self.threads))

    def again(self) -> "Site":
        """Give a server over this world as it is now."""
        return replace(self, gate=_doors(self.world.runtime, self.queue, self.pool, self.threads))

    def contents(self) -> dict[str, list[Any]]:
        """Read every row of every table."""
        with self.world.database.read() as sql:
            names = sql.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
            return {name: list(sql.exec_driver_sql(f"SELECT * FROM {name}")) for name in names}  # noqa: S608 - its own names

    @property
    def walk(self) -> Walk:
        """Give somebody who walks through sign-in without pages."""
        return Walk(self.world)


@contextmanager
def visited(folder: Path) -> Iterator[Site]:
    """Begin a world with a console, and end it."""
    world, queue, pool = World.begin(folder), HashQueue(), HashPool(FreeHasher(), 1)
    with ThreadPoolExecutor(4) as threads, asyncio.Runner() as runner:
        gate = _doors(world.runtime, queue, pool, threads)
        yield Site(world, gate, pool, queue, threads, runner)
    pool.close()
    world.database.close()


def same_but_for_its_stamps(html: str) -> str:
    """Leave out what differs in every answer: the nonce and the reference."""
    without_nonce = re.sub(r'nonce="[\w-]{24}"', 'nonce=""', html)
    return re.sub(r"<code>[a-z2-7]{12}</code>", "<code></code>", without_nonce)


def _doors(runtime: Runtime, queue: HashQueue, pool: HashPool, threads: Executor) -> Gate:
    pages = console.build(runtime, LoopDriver(runtime, queue, pool, threads, _unnoted))
    return Gate(pages, runtime, Surroundings(threads, Ticks(), Metrics("1"), SIGNER))


def _unnoted(act: str, origin: Origin) -> None:
    """Let a full queue go without an entry."""
    del act, origin
