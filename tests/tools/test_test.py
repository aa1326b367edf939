from pathlib import Path

import pytest

from tools.test import asked, counts, rest


def test_what_no_group_names_is_run_as_well() -> None:
    """The group of the rest is all tests but those of the other groups."""
    words = rest()

    assert words[0] == "tests"
    assert "--ignore=tests/architecture" not in words
    assert "--ignore=tests/features/otp/test_rules.py" in words


def test_counts_are_read_from_the_report(tmp_path: Path) -> None:
    """Errors count as failures, and skipped tests are not counted as passed."""
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"></testsuite></testsuites>')

    assert counts(report) == {"passed": 3, "failed": 3, "skipped": 3}


def test_a_run_that_broke_off_counts_nothing(tmp_path: Path) -> None:
    """Without a report there is nothing to count."""
    assert counts(tmp_path / "report.xml") == {"passed": 0, "failed": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("words", "left", "environment"),
    [
        ([], [], {"HOME": "/x"}),
        (["--full"], [], {"HOME": "/x", "STORMS": "full"}),
        (["tests/storms", "--full", "-x"], ["tests/storms", "-x"], {"HOME": "/x", "STORMS": "full"}),
        (["tests/storms", "-x"], ["tests/storms", "-x"], {"HOME": "/x"}),
    ],
    ids=["everything", "everything in full", "some in full", "some"],
)
def test_the_full_size_reaches_the_storms(words: list[str], left: list[str], environment: dict[str, str]) -> None:
    """The word is not pytest's: it becomes what `tests/storms/size.py` reads, and the rest goes on as it was."""
    assert asked(words, {"HOME": "/x"}) == (left, environment)
