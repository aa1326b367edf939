from pathlib import Path

import pytest

from tools.changelog import faults, section


def test_kinds_come_in_the_order_of_urgency(tmp_path: Path) -> None:
    """A section opens with what is mended for safety, whatever the order of the issues."""
    (tmp_path / "2.fixed.md").write_text("- Mended.\n")
    (tmp_path / "9.security.md").write_text("- Safe again.\n")
    (tmp_path / "README.md").write_text("# How to\n")

    text = section(tmp_path, "0.2.0 · 2027-01-15")

    assert text == "## 0.2.0 · 2027-01-15\n\n### Security\n\n- Safe again.\n\n### Fixed\n\n- Mended.\n"


def test_fragments_come_in_the_order_of_issues(tmp_path: Path) -> None:
    """Issue 10 stands after issue 9."""
    (tmp_path / "10.added.md").write_text("- Ten.\n")
    (tmp_path / "9.groups.added.md").write_text("- Nine.\n")

    assert section(tmp_path, "Next") == "## Next\n\n### Added\n\n- Nine.\n- Ten.\n"
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("two.added.md", "- Said.\n"),
        ("2.new.md", "- Said.\n"),
        ("2.added.md", "Said.\n"),
        ("2.Two.added.md", "- Said.\n"),
    ],
)
def test_a_fragment_of_another_form_is_refused(tmp_path: Path, name: str, text: str) -> None:
    """A fragment has an issue, a kind, and a list inside."""
    (tmp_path / name).write_text(text)

    assert len(faults(tmp_path)) == 1
