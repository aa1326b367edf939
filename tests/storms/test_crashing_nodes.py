"""T25 on three nodes: one is killed, or the database crashes, while people work; and a job whose node dies goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import cluster
from tests.chance import SeededEntropy
from tests.launcher import Server, eventually
from tests.storms.crowd import UNCLEAR, Crowd, Told, at_work, pause
from tests.storms.nodes import NAMES, needs_postgresql, reconnect, town_of_nodes
from tests.storms.size import size
from tests.storms.test_crashes import (
    LIMIT,
    LONGEST_GRACE,
    MOST_ACKNOWLEDGED,
    Found,
    halves_of,
    lost_acts,
    lost_proofs,
    miscounted,
)
from tests.storms.town import Town, api
from tests.storms.wire import Answer, ask, at_once, play, wires

KILLS, CRASHES, JOBS = size(10, 200), size(4, 50), size(2, 50)
KEPT = {"synchronous_commit": "on"}
"""What PostgreSQL has answered is written, though not to the disk: its processes die here, and the machine does not."""
WHAT = {"a node": KILLS, "the database": CRASHES}
CASES = [(what, number) for what, rounds in WHAT.items() for number in range(rounds)]
HELD = 32
"""This many requests at once use every connection to the database that a node has kept."""

pytestmark = needs_postgresql


@dataclass(frozen=True, slots=True)
class Crashing:
    """Three nodes, and where their database is."""

    town: Town
    folder: Path

    def node(self, chance: SeededEntropy) -> Server:
        """Choose a node."""
        return self.town.nodes[chance.below(len(NAMES))]

    def crash(self) -> None:
        """Let the database crash, and come back."""
        cluster.stop(self.folder)
        cluster.start(self.folder, **KEPT)


@pytest.fixture(scope="module")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    """Launch three nodes on a cluster of their own."""
    with cluster.reachable() as folder, cluster.running(folder, **KEPT) as address:
        nodes: dict[str, dict[str, str]] = {name: {} for name in NAMES}
        with town_of_nodes(tmp_path_factory.mktemp("crashing"), nodes, {"database": address}) as begun:
            begun.rules(failures_before_lock=LIMIT, idle_minutes=600, failing_names_before_refusing=0)
            yield Crashing(begun, folder)


def healed(server: Town) -> None:
    """Wait until every connection that was lost with the database has been given up, by the nodes and by the test."""
    look = api("GET /me", token=server.token(server.olga))

    def well(answers: list[Answer]) -> bool:
        return UNCLEAR not in {answer.status for answer in answers}

    eventually(lambda: all(well(at_once(url, [look] * HELD)) for url in server.urls))


@pytest.mark.parametrize(("what", "number"), CASES)
def test_a_crash_loses_nothing_and_leaves_no_half(crashing: Crashing, what: str, number: int) -> None:
    """What was acknowledged stands, every act has its entry, and every entry its act (AUDIT-2)."""
    server, chance = crashing.town, SeededEntropy(f"{what} {number}")
    since, dying = server.now(), crashing.node(chance)
    crowd = Crowd.gather(server, 1_000 * list(WHAT).index(what) + number)
    told = Told(1 + chance.below(MOST_ACKNOWLEDGED))
    kill: Callable[[], object] = dying.kill if what == "a node" else crashing.crash
    play(lambda: at_work(server, crowd, told, chance.below(LONGEST_GRACE) / 1000, kill))
    if what == "a node":
        dying.start()
    else:
        reconnect(server)
        healed(server)
    found = Found.read(server, since)
    halves, lost = halves_of(found, crowd), [*lost_acts(found, told), *lost_proofs(server, told)]
    server.server.turn(seconds=31)
    eventually(lambda: not server.count("SELECT count(*) FROM lockout_reservations"))

    assert told.left <= 0
    assert (lost, halves) == ([], [])
    assert miscounted(Found.read(server, since), crowd) == []


@pytest.mark.parametrize("number", range(JOBS))
def test_a_job_goes_on_when_its_node_dies(crashing: Crashing, number: int) -> None:
    """Each account of a bulk unlock is unlocked once, recorded once and told once, by whichever node is left."""
    server, chance = crashing.town, SeededEntropy(f"job {number}")
    people = server.add_locked(f"bulk-{number}", 40)
    body = {"accounts": [str(one.account) for one in people], "reason": "a storm"}
    dying = server.nodes[working(server)]

    async def scene() -> Answer:
        async with wires(server.url, 1) as opened:
            started = await opened[0].ask(api("POST /unlocks", body, server.watch, idempotency_key=f"storm-{number}"))
            await pause(chance.below(300) / 1000)
        return started

    job = play(scene).json()["id"]
    dying.kill()
    server.server.turn(seconds=61)
    living = next(node for node in server.nodes if node is not dying)
    eventually(lambda: ask(living.url, api(f"GET /jobs/{job}", token=server.watch)).json()["state"] == "finished")
    shown = ask(living.url, api(f"GET /jobs/{job}", token=server.watch)).json()
    dying.start()
    server.server.turn(minutes=2)
    eventually(lambda: not server.count("SELECT count(*) FROM outbox WHERE state <> 'delivered'"))
    mails = [mail for node in server.nodes for mail in node.mails()]
    sent = {one.email: {mail["Message-ID"] for mail in mails if mail["To"] == one.email} for one in people}

    assert (shown["done"], shown["unchanged"], shown["refused"], shown["waiting"]) == (40, 0, 0, 0)
    assert {len(server.entries(one, act="lockout.unlocked")) for one in people} == {1}
    assert {len(messages) for messages in sent.values()} == {1}


def working(server: Town) -> int:
    """Say which node goes on with jobs."""
    (holder,) = [row["held_by"] for row in server.rows("SELECT held_by FROM duties WHERE duty = 'go on with jobs'")]
    return next(number for number, node in enumerate(server.nodes) if node.node in str(holder))
