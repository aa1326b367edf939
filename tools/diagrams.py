"""Draw the state machines from their tables: a diagram and the table itself, each on a page of the reference.

python -m tools.diagrams          writes the pages
python -m tools.diagrams --check  compares only
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from doorward.features.second_factor.model import FactorState
from doorward.features.second_factor.rules import TABLE, Changes, Column, FactorChange, Untouched
from doorward.features.signin.rules.machine import TRANSITIONS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
GENERATED = "<!-- Drawn by tools/diagrams.py from the table in the code; do not edit. -->"
BENEATH = "as without the exclusion"

Arrow = tuple[str, str, str]
"""From a state, by an input, to a state."""


def diagram(arrows: Iterable[Arrow]) -> str:
    """Draw a state diagram: one arrow for each pair of states, named by all that leads along it."""
    arrows = list(arrows)
    inputs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for start, given, end in arrows:
        inputs[start, end].append(given)
    states = dict.fromkeys([*(start for start, _, _ in arrows), *(end for _, _, end in arrows)])
    names = [f'    state "{state.replace("_", " ")}" as {_identifier(state)}' for state in states]
    lines = [f"    {_identifier(a)} --> {_identifier(b)}: {', '.join(given)}" for (a, b), given in inputs.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *names, *lines, "```"])


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Draw a table."""
    heads = list(heads)
    return "\n".join("| " + " | ".join(line) + " |" for line in [heads, ["---"] * len(heads), *rows])


def sign_in() -> str:
    """Write the page of the sign-in machine."""
    arrows = [(state.value, given.value, after.value) for (state, given), after in TRANSITIONS.items()]
    intro = "What follows what in a sign-in.\nWhat is not in the table is refused."
    drawn = table(["at", "what comes", "then"], arrows)
    return "\n\n".join([f"{GENERATED}\n# Sign-in, step by step", intro, diagram(arrows), drawn]) + "\n"


def second_factor() -> str:
    """Write the page of the second factor's states."""
    arrows = [
        (state.value, deed.value, after(state, changes))
        for deed, row in TABLE.items()
        for state, changes in row.items()
        if not isinstance(changes, str) and changes
    ]
    columns: list[Column] = [*FactorState, *Untouched]
    cells = ([f"**{deed.value}**", *(_cell(row.get(column)) for column in columns)] for deed, row in TABLE.items())
    intro = (
        "What operators do about an account's second factor, and what it changes in each state.\n"
        "All that one deed changes is one transaction.\n"
        "Where a cell says *beneath*, the deed looks at the state that the account would have without its exclusion.\n"
        "An account about whose factor nothing was ever done is `never_set_up` instead of `blocked`:"
        " some methods let it in."
    )
    drawn = table(["", *(f"`{column.value}`" for column in columns)], cells)
    return "\n\n".join([f"{GENERATED}\n# The states of a second factor", intro, diagram(arrows), drawn]) + "\n"


def after(state: Column, changes: Changes) -> str:
    """Say in which state an account is after these changes."""
    if FactorChange.LIFT in changes:
        return BENEATH
    if FactorChange.EXCLUDE in changes or state is FactorState.EXCLUDED:
        return FactorState.EXCLUDED.value
    return (FactorState.MAY_SET_UP if FactorChange.PUT_ENTRY in changes else FactorState.BLOCKED).value


def _cell(changes: Changes | str | None) -> str:
    match changes:
        case None:
            return "beneath"
        case str(code):
            return f"refused: `{code}`"
        case _:
            return ", ".join(change.value for change in FactorChange if change in changes) or "nothing to do"


def _identifier(state: str) -> str:
    return re.sub(r"\W", "_", state)


def main(words: list[str]) -> int:
    """Write the pages, or say which of them are not what would be drawn."""
    stale = []
    for name, text in (("sign-in.md", sign_in()), ("second-factor.md", second_factor())):
        path = PAGES / name
        if "--check" not in words:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        print("stale: run python -m tools.diagrams;", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
