"""`bench/run NAME` measures one row; `bench/run all` measures every row and writes RESULTS.md."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench import bulk_unlock, lists, nodes, session_check, sign_in, start
from bench.databases import POSTGRESQL
from bench.measuring import NotMeasured, Row, machine

ROWS: dict[str, Callable[[], Row]] = {
    "sign-in": sign_in.measure,
    "sign-in-postgresql": partial(sign_in.measure, POSTGRESQL),
    "session-check": session_check.measure,
    "lists": lists.measure,
    "lists-postgresql": partial(lists.measure, POSTGRESQL),
    "bulk-unlock": bulk_unlock.measure,
    "bulk-unlock-postgresql": partial(bulk_unlock.measure, POSTGRESQL),
    "nodes": nodes.measure,
    "start": start.measure,
}
RESULTS = Path(__file__).parent / "RESULTS.md"


def main(words: list[str]) -> int:
    """Measure what was asked for; 1 where a row could not be measured."""
    if not words or words[0] not in {*ROWS, "all"}:
        print("bench/run all, or one of:", ", ".join(ROWS))
        return 0 if not words else 2
    names = list(ROWS) if words[0] == "all" else words[:1]
    told = [_told(name) for name in names]
    if words[0] == "all":
        head = f"# Results\n\nMeasured on {datetime.now(UTC):%Y-%m-%d}, on {machine()}.\n\n"
        head += "Each figure is a ratio within one run; medians; the load client's own CPU is left out.\n\n"
        RESULTS.write_text(head + "\n".join(text for text, _ in told))
    return 0 if all(measured for _, measured in told) else 1


def _told(name: str) -> tuple[str, bool]:
    try:
        text, measured = ROWS[name]().table(), True
    except NotMeasured as error:
        text, measured = f"## {name}: not measured\n\n{error}\n", False
    print(text, flush=True)
    return text, measured


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
