import os
import subprocess
import sys
from pathlib import Path

import pytest

from doorward.edges import loading
from doorward.kernel.obstacle import Obstacle
from tests.launcher import ROOT, clean_environment


def a_file(folder: Path, mode: int, file_mode: int = 0o644) -> Path:
    """Put a file into a folder of a mode, below folders that everybody may pass."""
    place = folder / "place"
    place.mkdir()
    file = place / "module.py"
    file.touch()
    file.chmod(file_mode)
    place.chmod(mode)
    return file


@pytest.mark.parametrize(
    ("mode", "file_mode", "closed"),
    [(0o755, 0o644, False), (0o711, 0o644, False), (0o700, 0o644, True), (0o755, 0o600, True)],
)
def test_a_file_is_closed_by_its_folder_or_by_itself(passable: Path, mode: int, file_mode: int, closed: bool) -> None:
    """As others than its owner meet it; reading a folder is not needed to pass it."""
    assert loading.closed_to_others({a_file(passable, mode, file_mode)}) == closed


def test_a_file_that_is_nowhere_counts_as_closed(passable: Path) -> None:
    """What lies in an archive is looked at by nobody: everything is loaded then."""
    assert loading.closed_to_others({passable / "packed.zip" / "module.py"})


CLOSED = """
import sys
sys.path.insert(0, sys.argv[1])
import module
from doorward.edges import loading
before = set(sys.modules)
loading.before_the_owner()
wanted = {"doorward.starting", "doorward.doors.console.app", "doorward.doors.cli.accounts", "encodings.ascii"}
print(sorted(wanted - set(sys.modules)), bool(set(sys.modules) - before))
"""


def test_everything_is_loaded_where_something_is_closed(passable: Path) -> None:
    """All doors, and what Python itself imports late."""
    folder = str(a_file(passable, 0o700).parent)
    done = subprocess.run(
        [sys.executable, "-c", CLOSED, folder],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("[] True\n", "")


AS_NOBODY = """
import os, sys
from pathlib import Path
from doorward.edges import loading
os.setuid(65534)
for ask in (loading.must_be_readable, loading.must_be_runnable):
    try:
        ask(Path(sys.argv[1]))
    except loading.Obstacle as obstacle:
        print(obstacle)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_the_owner_may_not_read_is_told(passable: Path) -> None:
    """In one sentence, with how to mend it."""
    file = a_file(passable, 0o700, 0o755)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(file)],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    said = f"The owner of the data directory may not read {file}."

    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{said} Install Doorward where the owner can read it, such as in /opt."] * 2


def test_what_can_be_read_and_run_is_no_obstacle() -> None:
    """Of this very program."""
    try:
        loading.must_be_readable()
        loading.must_be_runnable()
    except Obstacle as obstacle:
        pytest.fail(str(obstacle))
