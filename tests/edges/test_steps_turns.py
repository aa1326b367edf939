import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from doorward.edges.steps import Turns

FLOOD, ELSEWHERE = "192.0.2.66", "192.0.2.7"


class Watched:
    """What is under way, and what was at most."""

    def __init__(self, turns: Turns) -> None:
        """Begin with nobody."""
        self.turns = turns
        self.now = self.most = 0
        self.go = asyncio.Event()
        self.done: list[str] = []

    async def work(self, source: str, *, waits: bool = True) -> None:
        """Take a turn, and have it until all may go."""
        async with self.turns.taken(source):
            self.now += 1
            self.most = max(self.most, self.now)
            if waits:
                await self.go.wait()
            self.now -= 1
            self.done.append(source)


def play(scene: Callable[[Watched], Any]) -> Watched:
    """Play a scene on a loop of its own."""

    async def played() -> Watched:
        watched = Watched(Turns(2))
        async with asyncio.timeout(10):
            await scene(watched)
        return watched

    return asyncio.run(played())


def test_a_flood_waits_for_itself_and_for_nobody_else() -> None:
    """Two of an address at once; somebody else goes past all of them, and in the end each has had a turn."""

    async def scene(watched: Watched) -> None:
        flood = [asyncio.create_task(watched.work(FLOOD)) for _ in range(20)]
        await asyncio.sleep(0)
        await watched.work(ELSEWHERE, waits=False)
        assert watched.done == [ELSEWHERE]
        watched.go.set()
        await asyncio.gather(*flood)

    watched = play(scene)

    assert watched.most == 3  # two of the flood, and whoever went past
    assert watched.done.count(FLOOD) == 20


def test_nothing_is_kept_of_who_has_left() -> None:
    """Also of those who were cut off while they waited, or failed in their turn."""

    async def fails(watched: Watched) -> None:
        async with watched.turns.taken(FLOOD):
            raise ValueError("in the turn")

    async def scene(watched: Watched) -> None:
        flood = [asyncio.create_task(watched.work(FLOOD)) for _ in range(5)]
        await asyncio.sleep(0)
        for one in flood:
            one.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
        with pytest.raises(ValueError, match="in the turn"):
            await fails(watched)
        await asyncio.wait_for(watched.work(FLOOD, waits=False), 1)

    watched = play(scene)

    assert watched.done == [FLOOD]
    assert len(watched.turns) == 0
