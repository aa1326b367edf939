"""B4: only locked users with a part of a name, the first page and the next, in a small crowd and in a large one."""

import random
import time
from collections import defaultdict
from contextlib import ExitStack
from itertools import product

from bench import crowd, people
from bench.crowded import crowded
from bench.databases import SQLITE
from bench.measuring import NotMeasured, Row, median
from doorward import app
from doorward.edges.run import Runtime
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import Found, Search
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Origin

SMALL, LARGE = 10_000, 1_000_000
SEARCHES, OF_EVERYBODY = 60, 3
"""Of each kind of text, each with its next page: among the locked, and among all accounts."""
MOST_RATIO, MOST_MS = 2.0, 10.0
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")
_NAMES = tuple(name.lower() for name in (*crowd.FIRST, *crowd.LAST))
_LOCKED = f"1 in {crowd.LOCKED_EVERY} locked"
_Times = dict[str, list[float]]


def measure(kind: str = SQLITE, small: int = SMALL, large: int = LARGE) -> Row:
    """Time the same searches in both crowds in turn, so that both meet the same machine."""
    with ExitStack() as opened:
        runtimes = [_opened(kind, count, opened) for count in (small, large)]
        locked = _all_times(runtimes, (small, large), SEARCHES, locked=True)
        everybody = _all_times(runtimes, (small, large), OF_EVERYBODY, locked=False)
    low, high = (_p99(_with_text(times)) for times in locked)
    ratio = high / low
    return Row(
        f"B4 lists on {kind}",
        f"locked users with a part of a name on {kind}, in {large:,} accounts against {small:,}, {_LOCKED}",
        f"<= {MOST_RATIO}, and <= {MOST_MS:.0f} ms on PostgreSQL",
        ratio,
        ratio <= MOST_RATIO and (kind == SQLITE or high <= MOST_MS),
        {
            f"p99 of a page in {small:,}": f"{low:.2f} ms",
            f"p99 of a page in {large:,}": f"{high:.2f} ms",
            **_told("locked", locked),
            **_told("everybody", everybody),
            "searches": f"{SEARCHES} of each kind of text, each with its next page",
        },
    )


def texts(what: str, chance: random.Random, count: int) -> str:
    """Draw a text of one kind to search for, in a crowd of so many."""
    name = chance.choice(_NAMES)
    somebody = chance.randrange(1, count // crowd.LOCKED_EVERY) * crowd.LOCKED_EVERY
    drawn = {
        "no text": "",
        "one in ten": chance.choice([name, name[1:4], name[:3]]),
        "two letters": chance.choice(crowd.FIRST).lower()[:2],
        "one in thousands": chance.choice([f".{somebody}@", f" {somebody}", f"{somebody // 100}00"]),
        "nobody": chance.choice(["qqq", f"{name} ada", f" {somebody + 1}", f"{name}.{somebody}x", "qx"]),
    }
    return drawn[what]


KINDS = ("no text", "one in ten", "two letters", "one in thousands", "nobody")


def _opened(kind: str, count: int, opened: ExitStack) -> Runtime:
    runtime = app.open_runtime(people.settings_of(crowded(kind, count).data))
    opened.callback(runtime.database.close)
    return runtime


def _all_times(runtimes: list[Runtime], counts: tuple[int, ...], searches: int, *, locked: bool) -> list[_Times]:
    """Give the milliseconds of every page, by kind of text, for each crowd."""
    times: list[_Times] = [defaultdict(list) for _ in runtimes]
    for what, number in product(KINDS, range(-(searches // 4), searches)):
        for runtime, count, kept in zip(runtimes, counts, times, strict=True):
            query = texts(what, random.Random(number), count)  # noqa: S311 - which names are searched for
            spent = _pages(runtime, Search(query, locked=locked))
            kept[what] += spent if number >= 0 else []  # what comes before warms up
    return times


def _pages(runtime: Runtime, search: Search) -> list[float]:
    """Time the first page and the next."""
    first, following = _page(runtime, search)
    return [first] if following is None else [first, _page(runtime, search.page(following, search.limit))[0]]


def _page(runtime: Runtime, search: Search) -> tuple[float, str | None]:
    began = time.perf_counter()
    found = runtime.run(search_accounts, search, _OWNER, _HERE)
    spent = (time.perf_counter() - began) * 1000
    if not isinstance(found, Found):
        raise NotMeasured(f"the search was refused: {found}")
    return spent, found.next


def _with_text(times: _Times) -> list[float]:
    return [one for what, spent in times.items() if what != "no text" for one in spent]


def _told(whom: str, both: list[_Times]) -> dict[str, str]:
    few, many = both
    return {f"{whom}, {what}: median and p99": f"{_spread(few[what])}, then {_spread(many[what])}" for what in KINDS}


def _spread(times: list[float]) -> str:
    return f"{median(times):.2f} and {_p99(times):.2f} ms"


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]
