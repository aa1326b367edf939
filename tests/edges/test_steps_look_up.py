import asyncio
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from doorward.edges.call import Resumed, Steps
from doorward.edges.crypto.argon2 import Argon2Hasher
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver, PlainDriver
from doorward.kernel.outcome import Begin, LookUp
from doorward.kernel.ports import BreachListing
from tests.features.signin.walking import hash_now
from tests.worlds import API, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world with nobody in it."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


@dataclass(slots=True)
class OneList:
    """A list that finds everything, while somebody else writes."""

    world: World
    wrote: list[tuple[Collection[bytes], Collection[str]]] = field(default_factory=list)

    def find(self, wanted: Collection[bytes], names: Collection[str]) -> BreachListing:
        """Write while the step waits: it would wait for ever if the step held the database."""
        with self.world.database.write():
            self.wrote.append((wanted, names))
        return BreachListing.FOUND


def looking() -> Steps:
    """Look a password up, and give the answer."""
    resumed: Resumed = yield Begin()
    resumed = yield LookUp((b"digest",), ("list",))
    return resumed.answer


async def on_a_loop(runtime: Runtime) -> object:
    """Drive the step as the server does."""
    pool = HashPool(Argon2Hasher(runtime.entropy), width=1)
    with ThreadPoolExecutor(2) as threads:
        try:
            return await LoopDriver(runtime, HashQueue(), pool, threads, lambda *_: None).drive(looking(), API)
        finally:
            pool.close()


def test_pass_2_a_look_up_happens_between_two_transactions(world: World) -> None:
    """Nobody waits for the disk with the writer in hand, in the server and at the command line."""
    lists = OneList(world)
    runtime = replace(world.runtime, breach_lists=lists)

    assert asyncio.run(on_a_loop(runtime)) is BreachListing.FOUND
    assert PlainDriver(runtime, hash_now).drive(looking(), API) is BreachListing.FOUND
    assert lists.wrote == [((b"digest",), ("list",))] * 2
