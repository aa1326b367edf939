"""What the tests of the console share: a world with the console in front of it, for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.console.visiting import Site, visited


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Begin a world with a console, with nobody in it."""
    with visited(tmp_path) as begun:
        yield begun
