"""Draw the state machines from their tables: a diagram and the table itself, on a page of the reference.

python -m tools.diagrams          writes the pages
python -m tools.diagrams --check  compares only
"""

import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
GENERATED = "<!-- Drawn by tools/diagrams.py from the table in the code; do not edit. -->"


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine: where its table is, `{(state, input): state}`, and the page that shows it."""

    page: str
    title: str
    intro: str
    module: str
    table: str


MACHINES = (
    Machine(
        "sign-in.md",
        "Sign-in, step by step",
        "What a pending sign-in asks for next. What is not in the table is refused.",
        "doorward.features.signin.rules",
        "TRANSITIONS",
    ),
    Machine(
        "second-factor.md",
        "The states of a second factor",
        "What each act makes of an account's second factor. What is not in the table is refused.",
        "doorward.features.second_factor.rules",
        "STATES",
    ),
)


def word(thing: object) -> str:
    """Spell a state or an input as the code does."""
    return str(thing.value if isinstance(thing, Enum) else thing)


def identifier(thing: object) -> str:
    """Spell a state as a diagram can."""
    return re.sub(r"\W", "_", word(thing))


def diagram(table: Mapping[tuple[Any, Any], Any]) -> str:
    """Draw a table as a state diagram: one arrow for each pair of states, named by all that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (state, given), after in table.items():
        arrows[identifier(state), identifier(after)].append(word(given))
    states = dict.fromkeys([*(state for state, _ in table), *table.values()])
    names = [f'    state "{word(state).replace("_", " ")}" as {identifier(state)}' for state in states]
    lines = [f"    {start} --> {end}: {', '.join(inputs)}" for (start, end), inputs in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *lines, "```"])


def page(machine: Machine, table: Mapping[tuple[Any, Any], Any]) -> str:
    """Write the page of one machine."""
    rows = [f"| `{word(state)}` | `{word(given)}` | `{word(after)}` |" for (state, given), after in table.items()]
    head = [GENERATED, f"# {machine.title}", "", machine.intro, "", diagram(table), "", "| at | what comes | then |"]
    return "\n".join([*head, "| --- | --- | --- |", *rows]) + "\n"


def main(words: list[str]) -> int:
    """Write the pages, or say which of them are not what would be drawn."""
    stale = []
    for machine in MACHINES:
        path, text = PAGES / machine.page, page(machine, getattr(import_module(machine.module), machine.table))
        if "--check" not in words:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(machine.page)
    if stale:
        print("stale: run python -m tools.diagrams;", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
