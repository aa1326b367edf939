from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.edges.sql import duties, moving
from doorward.kernel.obstacle import Obstacle
from doorward.worker import Duty, Worker
from tests.worlds import NOON, World

SECOND = NOON.resolution * 1_000_000


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def refused(world: World) -> str:
    """Say why the database cannot be moved now; nothing where it can."""
    with moving.held_still(world.database) as sql:
        try:
            moving.refuse_while_served(sql, world.clock.now(), "it")
        except Obstacle as obstacle:
            return str(obstacle)
    return ""


def test_nobody_moves_a_database_away_from_under_a_node_without_duties(world: World) -> None:
    """The other node does them all; once it is stopped, the one that is left is still there."""
    every = [Duty("it", SECOND, lambda _: 0)]
    elsewhere = world.another_process()
    one = Worker(world.runtime, every, "oak/1/post")
    other = Worker(replace(world.runtime, database=elsewhere), every, "elm/1/post")
    for _ in range(40):
        one.turn()
        other.turn()
        world.pass_time(seconds=1)
    both = refused(world)
    one.start()
    one.stop()
    left = refused(world)
    other.start()
    other.stop()
    elsewhere.close()

    assert "A server runs on it (elm, oak)" in both
    assert "A server runs on it (elm)" in left
    assert refused(world) == ""


def test_a_node_that_was_killed_is_in_the_way_until_its_lease_ends(world: World) -> None:
    """The refusal says until when."""
    Worker(world.runtime, [], "oak/1/post").turn()
    world.pass_time(seconds=29)
    said = refused(world)
    world.pass_time(seconds=1)

    assert "counts as running until 2026-05-04 12:00:30 UTC" in said
    assert refused(world) == ""


def test_a_worker_without_duties_is_told_nowhere_as_a_holder(world: World) -> None:
    """What it holds is no duty."""
    Worker(world.runtime, [], "oak/1/post").turn()

    with world.reading() as call:
        assert duties.held(call.sql, call.now) == []
