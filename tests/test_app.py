import asyncio
import gc
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from doorward import app, config, starting
from doorward.config import Settings
from doorward.doors.gate.middleware import Gate
from doorward.edges.clock import CommonClock, seconds_awake_and_asleep
from doorward.edges.crypto.keys import create_key_file
from doorward.edges.entropy import SystemEntropy
from doorward.edges.sql import schema
from doorward.edges.sql.opening import open_database
from doorward.kernel.events import Checked, Door, Event, Origin
from doorward.kernel.obstacle import Obstacle
from tests.doors.asgi import Answered, call, scope_of
from tests.worlds import NOON, TurnableClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the settings of a data directory that was just made."""
    loaded = config.load({"data": tmp_path / "data"}, {}).settings
    starting.first_run(loaded)
    return loaded


@pytest.fixture
def built(settings: Settings) -> Iterator[app.App]:
    """Build a server whose clock stands at noon."""
    made = app.build(settings, clock=TurnableClock())
    yield made
    made.close()


def get(built: app.App, path: str) -> Answered:
    """Ask the server for something, from this machine."""
    return asyncio.run(call(built, scope_of("GET", path, (), "127.0.0.1")))


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/healthz", 200, "text/plain"),
        ("/readyz", 200, "text/plain"),
        ("/metrics", 200, "text/plain"),
        ("/openapi.json", 200, "application/json"),
        ("/api/v1/session", 401, "application/problem+json"),
        ("/api/v1/nothing", 404, "application/problem+json"),
        ("/sign-in", 200, "text/html"),
        ("/nothing", 404, "text/html"),
        ("/static/app.css", 200, "text/css"),
    ],
)
def test_each_address_leads_to_its_door(built: app.App, path: str, status: int, kind: str) -> None:
    """Programs get problem details, people get pages, and each answer passes the gate."""
    answered = get(built, path)

    assert answered.status == status
    assert answered.headers["content-type"].startswith(kind)
    assert answered.headers["x-content-type-options"] == "nosniff"


def test_what_is_handed_in_takes_the_real_things_place(built: app.App) -> None:
    """A clock of a test's own is the one that acts see."""
    assert built.runtime.clock.now() == NOON


def test_what_is_remembered_of_sessions_grows_old_while_the_machine_sleeps(built: app.App) -> None:
    """SESS-3: a machine that wakes up later trusts no check of before; the plain count stands still in sleep."""
    assert isinstance(built.asgi, Gate)
    assert built.asgi.sessions._ticks is seconds_awake_and_asleep  # noqa: SLF001 - no test can put the machine to sleep


def test_noting_the_busy_asks_nobody_for_the_time(settings: Settings) -> None:
    """LOCK-2, T36: it is done on the event loop, which would stand still with a database that is frozen."""
    asked: list[datetime] = []

    def ask() -> datetime:
        asked.append(NOON)
        return NOON

    made = app.open_runtime(settings, clock=CommonClock(ask, iter(range(0, 1000, 10)).__next__))
    made.clock.now()
    assert made.refusals is not None
    for _ in range(3):
        made.refusals.keep(Event("signin.password", Checked.REFUSED, code="signin.busy"), Origin(Door.API))
    made.database.close()

    assert len(asked) == 1
    assert len(made.refusals.drain_all()) == 3


def test_the_workers_live_as_long_as_the_server(settings: Settings) -> None:
    """They begin with the server's start, hold their duties, and end with it; no thread keeps the loop waiting long."""
    built = app.build(settings)
    said: list[str] = []

    async def live() -> None:
        stages = iter(["startup", "shutdown"])

        async def receive() -> dict[str, Any]:
            return {"type": f"lifespan.{next(stages)}"}

        async def send(message: Any) -> None:
            said.append(message["type"])

        await built({"type": "lifespan"}, receive, send)

    before = sys.getswitchinterval()
    asyncio.run(live())
    switches, kept = sys.getswitchinterval(), gc.get_freeze_count()
    sys.setswitchinterval(before)
    gc.unfreeze()

    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert switches == pytest.approx(0.000_2)
    assert kept > 100_000, "what the start has made is not looked at again"


def test_a_first_run_prints_a_link_while_nobody_administers(settings: Settings) -> None:
    """Run again it says that nothing was made."""
    again = starting.first_run(settings)

    assert not again.made
    assert again.link is not None
    assert again.link.reveal().startswith("/welcome/")


def test_a_mail_setting_that_cannot_be_used_is_told_before_anything_is_made(tmp_path: Path) -> None:
    """The password would go over the network in the clear."""
    loaded = config.load({"data": tmp_path / "data", "mail": "smtp://us:pw@mail.example.org"}, {}).settings

    with pytest.raises(Obstacle, match="in clear"):
        starting.first_run(loaded)
    assert not (tmp_path / "data").exists()


def test_an_older_database_is_upgraded_on_request(tmp_path: Path) -> None:
    """By `database upgrade`, and by nothing else."""
    settings = config.load({"data": tmp_path}, {}).settings
    create_key_file(tmp_path / "doorward.key", SystemEntropy())
    database = open_database(settings)
    with database.write() as sql:
        schema.upgrade(sql, "0002")
    database.close()

    with pytest.raises(Obstacle, match="doorward database upgrade"):
        starting.open_here(settings)
    assert starting.upgrade(settings) == schema.Upgraded("0002", schema.NEWEST)
    assert starting.upgrade(settings) == schema.Upgraded(None, schema.NEWEST)
    starting.open_here(settings).close()
