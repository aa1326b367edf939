"""What the tests of the HTTP doors share: a world with its doors for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.served import Served, serve


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Begin a world with doors, with nobody in it."""
    with serve(tmp_path) as begun:
        yield begun
