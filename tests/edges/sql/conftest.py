"""A world of either database, without a table of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world with nobody in it, and end it after the test."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()
