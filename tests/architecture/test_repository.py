import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of, tracked_files

MACHINE_PATH = re.compile(r"(?:(?<![\w.:/-])|file://)/(?:home|root|Users|work|workspace|build|mnt|media)/[\w.-]+")
REGISTRY = re.compile(
    r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|jsdelivr|unpkg)\.(?:org|com|net)\b|--(?:extra-)?index-url"
)
OWN = name_of(Path(__file__))
FILES = [path for path in tracked_files() if name_of(path) != OWN]
EXECUTABLE = {".ci/run", "doorward.sh"}


def text_of(path: Path) -> str:
    """Read a file as far as it is text."""
    return path.read_bytes().decode("utf-8", "ignore")


def test_no_file_names_a_machine() -> None:
    """What is committed holds on every machine: no path of the one it was written on."""
    assert [name_of(path) for path in FILES if MACHINE_PATH.search(text_of(path))] == []


def test_no_file_names_a_registry() -> None:
    """Where packages come from is each site's own affair; hashes say which bytes are meant."""
    assert [name_of(path) for path in FILES if REGISTRY.search(text_of(path))] == []


def test_lock_files_name_no_place() -> None:
    """A lock file holds names, versions and hashes."""
    assert [path.name for path in ROOT.glob("*.lock") if "://" in text_of(path)] == []


def test_what_is_run_can_be_run() -> None:
    """Both scripts are executable in a fresh clone."""
    assert [name for name in sorted(EXECUTABLE) if not (ROOT / name).stat().st_mode & 0o100] == []


def test_the_script_stays_small() -> None:
    """`doorward.sh` is under sixty lines, so that whoever runs it can read it first."""
    assert len((ROOT / "doorward.sh").read_text(encoding="utf-8").splitlines()) < 60


@pytest.mark.parametrize("text", ["see /home/ada/notes", "in /root/x.py", "file:///Users/ada"])
def test_a_machine_path_is_found(text: str) -> None:
    """The check itself knows a path that only one machine has."""
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["/var/lib/doorward", "GET /home", "https://example.org/home/x"])
def test_a_path_of_every_machine_passes(text: str) -> None:
    """The check itself leaves alone what can be anywhere."""
    assert not MACHINE_PATH.search(text)
