from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from doorward.features.administration.actions.moving import move_database
from doorward.features.administration.model import DatabaseMoved, MoveDatabase
from doorward.kernel.outcome import Refused
from tests.worlds import World


@dataclass(frozen=True)
class Arrived:
    """What the carrying says."""

    rows: dict[str, int] = field(default_factory=lambda: {"accounts": 2, "audit_entries": 3})
    trail: str = "ab" * 32
    total: int = 5


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Give an empty world."""
    return World.begin(tmp_path)


def test_a_move_is_recorded_where_it_led_to(world: World) -> None:
    """In the transaction that has carried: its figures, and where all came from."""
    connections: list[Any] = []

    def carry(sql: Any) -> Arrived:
        connections.append(sql.in_transaction())
        return Arrived()

    moved = world.run(move_database, MoveDatabase("old.db", carry))

    assert moved == DatabaseMoved(Arrived().rows, Arrived().trail)
    assert connections == [True]
    entry = world.entries()[-1]
    assert (entry.act, entry.details) == ("database.moved", {"from": "old.db", "rows": 5, "trail": "ab" * 32})


def test_a_move_is_the_owners(world: World) -> None:
    """Whoever else asks carries nothing."""
    alice = world.add_operator("alice", "administrator")

    assert world.run(move_database, MoveDatabase("old.db", pytest.fail), alice) == Refused("session.required")
