"""B4: only locked users with a part of a name, the first page and the next, in a small crowd and in a large one."""

import random
import statistics
import time

from sqlalchemy import text

from bench import crowd, people
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row
from doorward import app, starting
from doorward.edges.run import Runtime
from doorward.edges.sql import on_postgresql
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import Found, Search
from doorward.kernel.act import Owner
from doorward.kernel.events import Door, Origin

SMALL, LARGE = 10_000, 1_000_000
SEARCHES = 200
MOST_RATIO, MOST_MS = 2.0, 10.0
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")


def measure(kind: str = SQLITE, small: int = SMALL, large: int = LARGE) -> Row:
    """Time the same searches in both crowds, in the process that has the database."""
    at_small, _ = _times(kind, small)
    at_large, seconds = _times(kind, large)
    low, high = _p99(at_small), _p99(at_large)
    ratio = high / low
    reached = ratio <= MOST_RATIO and (kind == SQLITE or high <= MOST_MS)
    return Row(
        f"B4 lists on {kind}",
        f"locked users with a part of a name on {kind}, in {large:,} accounts against {small:,}",
        f"<= {MOST_RATIO}, and <= {MOST_MS:.0f} ms on PostgreSQL",
        ratio,
        reached,
        {
            f"p99 of a page in {small:,}": f"{low:.2f} ms (median {statistics.median(at_small):.2f})",
            f"p99 of a page in {large:,}": f"{high:.2f} ms (median {statistics.median(at_large):.2f})",
            f"writing {large:,} accounts": f"{seconds:.0f} s",
            "searches": f"{SEARCHES}, each with its next page; 1 % locked",
        },
    )


def _times(kind: str, count: int) -> tuple[list[float], float]:
    with home(kind) as there:
        settings = people.settings_of(there.data)
        starting.first_run(settings)
        runtime = app.open_runtime(settings)
        began = time.perf_counter()
        with runtime.database.write() as sql:
            if sql.dialect.name == "postgresql":
                on_postgresql.unhurried(sql)
            crowd.fill(sql, count)
        seconds = time.perf_counter() - began
        with runtime.database.write() as sql:
            sql.execute(text("ANALYZE"))
        chance = random.Random(7)  # noqa: S311 - which names are searched for
        asked = [chance.choice([*crowd.FIRST, *crowd.LAST]).lower()[1:4] for _ in range(SEARCHES)]
        for one in asked[:20]:
            _page(runtime, one, None)
        times: list[float] = []
        for one in asked:
            spent, following = _page(runtime, one, None)
            times.append(spent)
            if following is not None:
                times.append(_page(runtime, one, following)[0])
        runtime.database.close()
    return times, seconds


def _page(runtime: Runtime, query: str, cursor: str | None) -> tuple[float, str | None]:
    began = time.perf_counter()
    found = runtime.run(search_accounts, Search(query, locked=True, cursor=cursor), _OWNER, _HERE)
    spent = (time.perf_counter() - began) * 1000
    if not isinstance(found, Found):
        raise NotMeasured(f"the search was refused: {found}")
    return spent, found.next


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]
