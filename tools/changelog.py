"""Build the changelog from the fragments in `changes/`.

python -m tools.changelog 0.2.0 2027-01-15  moves the fragments into CHANGELOG.md, under this version and day
python -m tools.changelog --draft           prints what they would say
python -m tools.changelog --check           asks that each is named and written as changes/README.md says
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"
CHANGES = ROOT / "changes"
MARK = "<!-- versions -->\n"
KINDS = ("security", "removed", "deprecated", "added", "changed", "fixed")
"""In the order in which whoever runs a server wants to read them."""
NAME = re.compile(rf"(?P<issue>[0-9]+)\.([a-z0-9-]+\.)?(?P<kind>{'|'.join(KINDS)})\.md")


def fragments(folder: Path) -> list[Path]:
    """List the fragments by issue."""
    found = [path for path in folder.glob("*.md") if path.name != "README.md"]
    return sorted(found, key=lambda path: (int(path.name.split(".")[0]) if path.name[0].isdigit() else 0, path.name))


def faults(folder: Path) -> list[str]:
    """Say which fragments are not as they should be, and why."""
    found = []
    for path in fragments(folder):
        if NAME.fullmatch(path.name) is None:
            found.append(f"{path.name}: the name is not <issue>.<subject>.<{'|'.join(KINDS)}>.md")
        elif not all(line.startswith(("- ", "  ")) for line in path.read_text(encoding="utf-8").splitlines()):
            found.append(f"{path.name}: it is not a list of sentences, each after a dash")
    return found


def section(folder: Path, heading: str) -> str:
    """Join the fragments under one heading, kind by kind."""
    lines = [f"## {heading}\n"]
    for kind in KINDS:
        texts = [path.read_text(encoding="utf-8").strip() for path in fragments(folder) if f".{kind}." in path.name]
        if texts:
            lines += [f"### {kind.capitalize()}\n", "\n".join(texts) + "\n"]
    return "\n".join(lines)


def release(version: str, day: str) -> None:
    """Move the fragments into the changelog."""
    before, mark, after = CHANGELOG.read_text(encoding="utf-8").partition(MARK)
    text = section(CHANGES, f"{version} · {day}")
    CHANGELOG.write_text(f"{before}{mark}\n{text}{after}", encoding="utf-8")
    for path in fragments(CHANGES):
        path.unlink()


def main(words: list[str]) -> int:
    """Do what the words ask for."""
    found = faults(CHANGES)
    if found:
        print("\n".join(found))
        return 1
    match words:
        case ["--check"]:
            return 0
        case ["--draft"]:
            print(section(CHANGES, "Next"))
            return 0
        case [version, day]:
            release(version, day)
            return 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
