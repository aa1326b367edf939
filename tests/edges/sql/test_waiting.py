"""Whether other writers wait, on either database."""

import threading

import pytest

from doorward.edges.sql.waiting import others_wait
from tests.worlds import World

LONG, A_MOMENT, LOOKS = 20.0, 0.01, 2_000


def test_nobody_waits_for_a_writer_that_is_alone(world: World) -> None:
    """Nor for one after another."""
    for _ in range(2):
        with world.database.write() as sql:
            assert not others_wait(sql)


@pytest.mark.parametrize("shared", [False, True])
def test_whoever_waits_is_seen(world: World, *, shared: bool) -> None:
    """One that writes alone, and one that writes beside others: both wait for whoever is alone."""
    through = threading.Event()

    def write() -> None:
        with world.database.write(shared=shared):
            through.set()

    other = threading.Thread(target=write)
    with world.database.write() as sql:
        other.start()
        seen = any(others_wait(sql) or through.wait(A_MOMENT) for _ in range(LOOKS))
        assert not through.is_set()
    other.join(LONG)

    assert seen
    assert through.is_set()
    with world.database.write() as sql:
        assert not others_wait(sql)
