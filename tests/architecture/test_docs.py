import ast
import re
from collections.abc import Iterable
from pathlib import Path

from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.kernel.refusals.table import REFUSALS
from tests.architecture.test_acts import EVENTS
from tests.architecture.tree import ROOT, name_of, parsed, product_files, tracked_files
from tools.catalogue import configuration, events_written, fields

REFERENCE = ROOT / "docs" / "reference"
FEATURES = ROOT / "src" / "doorward" / "features"
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
PAGES = [path for path in tracked_files() if path.suffix == ".md"]
SETTINGS = [
    *fields(FEATURES / "policy" / "model.py", "PasswordRules"),
    *fields(FEATURES / "policy" / "model.py", "TwoFactorSettings"),
    *fields(FEATURES / "policy" / "model.py", "AuditSettings"),
    *configuration(),
]


def refused_with(tree: ast.Module) -> set[str]:
    """Collect the codes that a file refuses with, where they stand as words."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused" and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def heading_anchor(line: str) -> str:
    """Give the anchor that a heading has where Markdown is shown."""
    words = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
    return words.replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Collect the places of a page that a link can name."""
    text = path.read_text(encoding="utf-8")
    return {*ANCHOR.findall(text), *(heading_anchor(line) for line in text.splitlines() if line.startswith("#"))}


def broken_links(path: Path) -> list[str]:
    """Name the links of a page that lead nowhere in the repository."""
    broken = []
    for place, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(f"{place}#{anchor}" if anchor else place)
    return broken


def unnamed(words: Iterable[str], page: str) -> list[str]:
    """List the words that a page of the reference does not have."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return [word for word in sorted(words) if f"`{word}`" not in text]


def test_every_code_is_in_the_table() -> None:
    """Nothing refuses with a code that has no status and no sentence."""
    found = {name_of(path): refused_with(parsed(path)) - set(REFUSALS) for path in product_files()}

    assert {name: codes for name, codes in found.items() if codes} == {}


def test_every_code_is_documented() -> None:
    """Whoever meets a code finds it in the reference."""
    assert unnamed(REFUSALS, "codes.md") == []


def test_every_right_is_documented() -> None:
    """Whoever lacks a right finds it in the reference."""
    assert unnamed(ALL_RIGHTS, "rights.md") == []


def test_every_event_is_documented() -> None:
    """Whoever reads an entry finds its act in the reference; an event that nothing writes is not in the list."""
    assert unnamed(EVENTS, "events.md") == []


def test_every_setting_is_documented() -> None:
    """Whoever sees a setting finds it in the reference."""
    assert unnamed((setting.name for setting in SETTINGS), "settings.md") == []


def test_every_setting_says_what_it_is() -> None:
    """A setting has a sentence beside its definition, for the reference to quote."""
    assert [setting.name for setting in SETTINGS if not setting.sentence] == []


def test_every_threat_has_its_line() -> None:
    """A number such as T07 in code, a test or a page leads to what it means, and that to a test."""
    page = REFERENCE / "threats.md"
    texts = [path.read_text(encoding="utf-8") for path in tracked_files() if path.suffix in {".py", ".md"}]
    named = {number for text in texts for number in re.findall(r"\bT[0-4][0-9]\b", text)}
    tests = re.findall(r"`(tests/[^`]+)`", page.read_text(encoding="utf-8"))

    assert named - anchors(page) == set()
    assert [one for one in tests if not (ROOT / one).exists()] == []


def test_nothing_is_recorded_under_another_name() -> None:
    """Each dotted word in the actions is a code of the table or an event of the list."""
    assert events_written(FEATURES, set(REFUSALS)) - EVENTS == set()


def test_links_lead_somewhere() -> None:
    """A link inside the repository leads to a file, and to a place in it."""
    found = {name_of(path): broken_links(path) for path in PAGES}

    assert {name: links for name, links in found.items() if links} == {}


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """The check itself finds a missing file and a missing place, and lets addresses be."""
    page = tmp_path / "page.md"
    page.write_text("# One word\n[a](b.md) [b](#one-word) [c](#two) [d](https://example.org/x)\n")

    assert broken_links(page) == ["b.md", "#two"]
