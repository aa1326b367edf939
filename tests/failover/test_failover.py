"""The database's primary dies, freezes or hands over under load: what was answered stands on the next one (T29)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests import cluster
from tests.failover import pair, patroni
from tests.failover.patroni import Patroni
from tests.failover.people import People, Told
from tests.failover.record import Found
from tests.storms.nodes import reconnect
from tests.storms.size import size
from tests.storms.town import Town, town
from tests.storms.wire import play

ROUNDS = size(1, 33)
RECOVERY = 30
"""Seconds within which people sign in again."""
BUSY = 60
"""At least this many answers before the fault, and as many after it."""
RULES = {"failures_before_lock": 30, "failing_names_before_refusing": 0, "idle_minutes": 600}

pytestmark = pytest.mark.skipif(not patroni.is_there(), reason="PostgreSQL, Patroni or etcd is not installed")


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls the primary, and what ends it."""

    name: str
    strike: Callable[[Patroni, patroni.Node], object]
    mend: Callable[[patroni.Node], object]


FAULTS = (
    Fault("handed over", lambda three, _: three.switch_over(), lambda _: None),
    Fault("killed", lambda _, node: node.kill(), lambda node: node.start()),
    Fault("frozen", lambda _, node: node.freeze(), lambda node: node.thaw()),
)
CASES = [pytest.param(fault, number, id=f"{fault.name}-{number}") for number in range(ROUNDS) for fault in FAULTS]


@dataclass(slots=True)
class Round:
    """One failover under load."""

    server: Town
    people: People
    told: Told
    since: str
    struck: float = 0

    @classmethod
    def of(cls, server: Town, name: str) -> "Round":
        """Gather the people of a round."""
        reconnect(server)
        return cls(server, People.gather(server, name), Told(), server.now())

    def played(self, fault: Callable[[], object]) -> "Round":
        """Let them work, strike in the midst of it, and go on until enough is answered after it."""
        olga = self.server.token(self.server.olga)
        self.server.runtime.database.close()
        play(lambda: self._scene(olga, fault))
        reconnect(self.server)
        return self

    def found(self) -> Found:
        """Hold the record against what they were told."""
        return Found.read(self.server, self.people, self.told, self.since, self.outage[1])

    @property
    def outage(self) -> tuple[float, float]:
        """Say for how long nothing was answered as done, and since when."""
        return self.told.outage(self.struck)

    async def _scene(self, olga: str, fault: Callable[[], object]) -> None:
        working = [asyncio.create_task(one) for one in self.people.work(self.server, self.told, olga)]
        await self.told.reach(BUSY)
        self.struck = asyncio.get_running_loop().time()
        await asyncio.to_thread(fault)
        async with asyncio.timeout(2 * RECOVERY):
            await self.told.reach(len(self.told.times) + BUSY)
            self.told.over.set()
            await asyncio.gather(*working)


@pytest.mark.parametrize(("fault", "number"), CASES)
def test_failover_loses_nothing(three: Patroni, server: Town, fault: Fault, number: int) -> None:
    """Whatever was answered as done is done; no code counts twice; within half a minute people sign in again."""
    must_lose_nothing(struck_by(fault, three, server, number))


def must_lose_nothing(ended: Round) -> None:
    """Hold the record of a round against what people were told, and its outage against what it may last."""
    found = ended.found()

    assert (found.lost, found.halves, found.twice, ended.told.odd) == ([], [], [], [])
    assert len(ended.told.codes) > 1
    assert ended.outage[0] < RECOVERY
    assert unexpected(ended.server.server.log) == []


def struck_by(fault: Fault, three: Patroni, server: Town, number: int) -> Round:
    """Let one fault befall the primary while people work; it is mended when they are done."""
    old = three.wait_until_whole()

    def strike() -> None:
        fault.strike(three, old)
        three.wait_for_another(old)

    try:
        return Round.of(server, f"{fault.name.replace(' ', '-')}-{number}").played(strike)
    finally:
        fault.mend(old)


def unexpected(log: str) -> list[str]:
    """List the exceptions of a server's log that are not a database that was busy or lost."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    told = [line["exception"] for line in lines if "exception" in line]
    return [one for one in told if not one.splitlines()[-1].endswith("DatabaseBusy")]


def test_standby_that_nobody_waits_for_loses_what_was_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same people and the same record, without synchronous mode: so a loss would be seen."""
    with (
        cluster.reachable() as folder,
        pair.running(folder) as both,
        town(tmp_path_factory.mktemp("server"), {"database": both.address}) as server,
    ):
        server.rules(**RULES)
        ended = Round.of(server, "lost")

        def strike() -> None:
            both.cut_off()
            ended.told.wait_for(BUSY)
            both.fail_over()

        found = ended.played(strike).found()

    assert {line.split()[0] for line in found.lost} >= {"session", "reset"}
    assert any("otp." not in answer for answer in found.twice)
    assert found.halves != []
