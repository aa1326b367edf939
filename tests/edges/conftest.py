"""A world in which transactions leave marks, and acts that are declared for a test alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.kernel import act as kernel
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world with nobody in it, and a table to leave marks in."""
    begun = World.begin(tmp_path)
    with begun.database.write() as sql:
        sql.exec_driver_sql("CREATE TABLE marks (what TEXT PRIMARY KEY)")
    yield begun
    begun.database.close()


@pytest.fixture
def registered() -> Iterator[None]:
    """Leave the registry as it was: what is declared here is no act of the product."""
    before = len(kernel.registry)
    yield
    del kernel.registry[before:]
