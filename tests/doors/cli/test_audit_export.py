import csv
import json
from pathlib import Path

import pytest

from tests.doors.cli.shell import Shell


def test_the_trail_is_written_as_csv(shell: Shell, tmp_path: Path) -> None:
    """For its owner alone, with a heading."""
    shell.add("ada")
    ran = shell.done("audit", "export", str(tmp_path / "trail.csv"), "--act", "accounts.added")

    with (tmp_path / "trail.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert ran.out == f"1 entry was written to {tmp_path / 'trail.csv'}.\n"
    assert [row["target_name"] for row in rows] == ["ada"]
    assert (tmp_path / "trail.csv").stat().st_mode & 0o777 == 0o600


def test_the_trail_is_written_as_json_lines(shell: Shell, tmp_path: Path) -> None:
    """By the end of the file's name; narrowed down like the list."""
    shell.add("ada")
    shell.add("bob")
    ran = shell.done("audit", "export", str(tmp_path / "trail.jsonl"), "--account", "bob", "--json")

    lines = (tmp_path / "trail.jsonl").read_text().splitlines()
    assert {json.loads(line)["target_name"] for line in lines} == {"bob"}
    assert ran.json == {"outcome": "done", "file": str(tmp_path / "trail.jsonl"), "entries": len(lines)}


def test_an_export_is_recorded(shell: Shell, tmp_path: Path) -> None:
    """As the owner's act."""
    shell.done("audit", "export", str(tmp_path / "trail.csv"), "--before", "2020-01-01")
    (entry,) = shell.done("audit", "list", "--act", "audit.exported", "--json").json["items"]

    assert entry["actor_name"].startswith("cli:")
    assert entry["details"] == {"form": "csv", "before": "2020-01-01T00:00:00Z"}


def test_a_file_of_another_kind_is_refused(shell: Shell, tmp_path: Path) -> None:
    """Before anything is recorded."""
    ran = shell("audit", "export", str(tmp_path / "trail.xlsx"))

    assert ran.code == 2
    assert "ends neither in .csv nor in .jsonl" in ran.err


@pytest.mark.parametrize("folder", ["missing", "trail.csv"])
def test_a_file_that_cannot_be_written_is_told(shell: Shell, tmp_path: Path, folder: str) -> None:
    """In one sentence; nothing half written stays."""
    (tmp_path / "trail.csv").mkdir()
    named = tmp_path / "trail.csv" if folder == "trail.csv" else tmp_path / folder / "trail.csv"
    ran = shell("audit", "export", str(named))

    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "trail.csv"]


def test_a_file_stays_as_it_was_when_nothing_new_is_written(shell: Shell, tmp_path: Path) -> None:
    """What was exported before is replaced by a whole file or not at all."""
    (tmp_path / "trail.csv").write_text("before")
    ran = shell("audit", "export", str(tmp_path / "trail.csv"), "--account", "nobody")

    assert ran.code == 4
    assert (tmp_path / "trail.csv").read_text() == "before"
