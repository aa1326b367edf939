from pathlib import Path

import pytest

from tools.test import LONGEST_SAID, asked, broken, counts, rest, suite_of


def test_what_no_group_names_is_run_as_well() -> None:
    """The group of the rest is all tests but those of the other groups."""
    words = rest()

    assert words[0] == "tests"
    assert "--ignore=tests/architecture" not in words
    assert "--ignore=tests/features/otp/test_rules_codes.py" in words


REPORT = """<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3">
<testcase classname="tests.a.test_b" name="test_c[d]"><failure message="assert 1 == 2">long</failure></testcase>
<testcase classname="tests.a.test_b" name="test_e"><error message="{long}">long</error></testcase>
<testcase classname="tests.a.test_b" name="test_f"><error>long</error></testcase>
<testcase classname="tests.a.test_b" name="test_g"><skipped message="not here">long</skipped></testcase>
<testcase classname="tests.a.test_b" name="test_h"></testcase></testsuite></testsuites>"""


def test_what_came_of_a_group_is_read_from_its_report(tmp_path: Path) -> None:
    """Errors count as failures, skipped tests not as passed; what failed is named with what it said, in bounds."""
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(long="x" * 2 * LONGEST_SAID))
    suite = suite_of(report)

    assert counts(suite) == {"passed": 3, "failed": 3, "skipped": 3}
    assert broken(suite) == [
        "tests.a.test_b::test_c[d]: assert 1 == 2",
        f"tests.a.test_b::test_e: {'x' * LONGEST_SAID}",
        "tests.a.test_b::test_f: ",
    ]


def test_a_run_that_broke_off_counts_nothing(tmp_path: Path) -> None:
    """Without a report there is nothing to count, and nothing to name."""
    suite = suite_of(tmp_path / "report.xml")

    assert (counts(suite), broken(suite)) == ({"passed": 0, "failed": 0, "skipped": 0}, [])


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
