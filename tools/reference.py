"""Write the reference pages that follow from the code: acts, codes, events, rights, settings.

python -m tools.reference          writes docs/reference/*.md
python -m tools.reference --check  compares only
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from doorward.features.policy.rules import BOUNDS, CHOICES
from doorward.features.rights.rules.roles import AREAS
from doorward.features.rights.rules.roles import SHIPPED as ROLES
from doorward.kernel.act import Act, Who
from doorward.kernel.refusals.table import REFUSALS
from tools.catalogue import Field, Named, acts, configuration, events_written, fields

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "doorward"
PAGES = ROOT / "docs" / "reference"
GENERATED = "<!-- Written by tools/reference.py from the code; do not edit. -->"
RULE = re.compile(r"\b((?:LOCK|PASS|KEY|DEV|PROT|RIGHT|SESS|AUDIT|DESK)-[0-9]+)\b")
EXIT = {0: "done", 1: "failed", 2: "usage", 3: "refused", 4: "not found", 5: "conflict"}
WHO = {
    Who.ANYBODY: "anybody",
    Who.SELF: "whoever is signed in, for themselves",
    Who.OPERATOR: "operators",
    Who.SERVER: "the server, or its owner",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the reference."""

    name: str
    write: Callable[[], str]


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Draw a table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *(list(row) for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def said(docstring: str | None) -> str:
    """Give a docstring's first sentence, its rule numbers as links."""
    first = " ".join((docstring or "").strip().partition("\n\n")[0].split())
    return RULE.sub(r"[\1](rules.md#\1)", first)


def code(word: str | None) -> str:
    """Set a word as code; a dash where there is none."""
    return f"`{word}`" if word else "–"


def by(act: Act) -> str:
    """Say who may do an act, and what it asks for besides."""
    besides = "".join(f", {need}" for need in sorted(need.value for need in act.needs))
    return (code(act.right) if act.right else WHO[act.who]) + besides


def acts_page() -> str:
    """Write the page of all acts."""
    groups: dict[str, list[Named]] = defaultdict(list)
    for named in acts():
        groups[named.feature].append(named)
    text = [
        "# Acts\n",
        "All that anybody can do, through whichever door.",
        "A right in the second column means an operator who holds it.",
        "*another*: the account acted on is never one's own; *second factor*: the session was opened with it.",
        "The entry is what the audit trail calls the act; lists and figures write none.\n",
    ]
    for feature, group in sorted(groups.items()):
        rows = ([said(one.sentence), by(one.act), code(one.act.event)] for one in group)
        text += [f"## [{feature}](../design/{feature}.md)\n", table(["act", "who", "entry"], rows)]
    return "\n".join(text)


def codes_page() -> str:
    """Write the page of all refusals."""
    rows = (
        [
            f'<a id="{name}"></a>`{name}`',
            str(one.status),
            f"{one.exit_code} {EXIT[one.exit_code]}",
            re.sub(r"\{(\w+)\}", r"*\1*", one.sentence),
        ]
        for name, one in sorted(REFUSALS.items())
    )
    text = [
        "# Codes",
        "\nEvery refusal has a stable code: in `code` of an HTTP answer, and printed by the command line.",
        "The sentence is for people and may change; words in italics are filled in.\n",
        table(["code", "HTTP", "exit", "sentence"], rows),
    ]
    return "\n".join(text)


def events_page() -> str:
    """Write the page of all events."""
    doing: dict[str, list[str]] = defaultdict(list)
    for named in acts():
        if named.act.event:
            doing[named.act.event].append(f"`{named.act.name}`")
    written = events_written(PACKAGE / "features", set(REFUSALS))
    rows = ([code(name), ", ".join(doing.get(name, [])) or "–"] for name in sorted({*doing, *written}))
    text = [
        "# Events",
        "\nWhat `act` of an audit entry can say, and the [acts](acts.md) that write it.",
        "A dash means that the server records it while it does something else: a step of sign-in, a lock, a lapse.\n",
        table(["event", "acts"], rows),
    ]
    return "\n".join(text)


def rights_page() -> str:
    """Write the page of rights and shipped roles."""
    rights = [f"{area}:{right}" for area, words in AREAS.items() for right in words]
    guarded: dict[str, list[str]] = defaultdict(list)
    for named in acts():
        guarded[named.act.right or ""].append(f"`{named.act.name}`")
    matrix = ([code(right), *("yes" if right in role.rights else "–" for role in ROLES.values())] for right in rights)
    text = [
        "# Rights",
        "\nA right is written `area:right`; a role is a named set of them.\n",
        "## The shipped roles\n",
        table(["right", *(role.title for role in ROLES.values())], matrix),
        "## What each right is asked for\n",
        table(["right", "acts"], ([code(right), ", ".join(guarded.get(right, [])) or "–"] for right in rights)),
    ]
    return "\n".join(text)


def allowed(setting: Field) -> str:
    """Say which values a setting takes."""
    if setting.name in CHOICES:
        return ", ".join(CHOICES[setting.name])
    if setting.name not in BOUNDS:
        return "on, off"
    least, most = BOUNDS[setting.name]
    return f"{least:,} to {most:,}" + (" characters" if setting.text else "")


def settings_page() -> str:
    """Write the page of settings and configuration."""
    policy = PACKAGE / "features" / "policy" / "model.py"

    def listed(found: Iterable[Field]) -> str:
        rows = ([code(one.name), code(one.default), allowed(one), said(one.sentence)] for one in found)
        return table(["name", "unless set", "allowed", "what it is"], rows)

    text = [
        "# Settings",
        "\n## Password rules\n",
        "Administrators change them while the server runs: `rules set`, the page **Password rules**, or the API.\n",
        listed(fields(policy, "PasswordRules")),
        "## Two-factor settings\n",
        "On the page **Two-factor authentication**, with `rules set`, or through the API.\n",
        listed(fields(policy, "TwoFactorSettings")),
        "## Audit\n",
        "On the page **Retention** behind **Audit**, with `rules set`, or through the API.\n",
        listed(fields(policy, "AuditSettings")),
        "## Configuration\n",
        "Read once at start from `doorward.toml`, `DOORWARD_*` variables and options.",
        "`doorward config show` says where each value came from; a dash means none, or what is said behind *else*.\n",
        table(
            ["name", "unless set", "what it is"],
            ([code(c.name), code(c.default), said(c.sentence)] for c in configuration()),
        ),
    ]
    return "\n".join(text)


ALL = (
    Page("acts.md", acts_page),
    Page("codes.md", codes_page),
    Page("events.md", events_page),
    Page("rights.md", rights_page),
    Page("settings.md", settings_page),
)


def main(words: list[str]) -> int:
    """Write the pages, or say which of them are not what would be written."""
    stale = []
    for page in ALL:
        path, text = PAGES / page.name, f"{GENERATED}\n{page.write().rstrip()}\n"
        if "--check" not in words:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(page.name)
    if stale:
        print("stale: run python -m tools.reference;", *stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
