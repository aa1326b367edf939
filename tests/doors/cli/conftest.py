"""What the tests of the command line share: a shell on a fresh data directory."""

from pathlib import Path

import pytest

from tests.doors.cli.shell import Shell, fresh


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Give a shell on a fresh data directory."""
    return fresh(tmp_path)
