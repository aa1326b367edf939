"""Measure one row of the benchmarks, or all of them.

    bench/run NAME [NAME ...]   these rows, on each database that they are about
    bench/run NAME --on KIND    on SQLite or on PostgreSQL alone
    bench/run NAME --full       at full size; what is measured replaces that row in bench/RESULTS-FULL.md
    bench/run NAME --keep       what is measured replaces that row in bench/RESULTS.md
    bench/run all               every row at everyday size (1 million accounts); writes bench/RESULTS.md as it goes
    bench/run --full            every row at full size (10 million accounts): hours

A row that fails says why, and the others are measured all the same.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from bench import bulk_import, bulk_unlock, crowded, large, lists, nodes, results, session_check, sign_in, start, storm
from bench.databases import BOTH, POSTGRESQL
from bench.measuring import NotMeasured, Row


@dataclass(frozen=True, slots=True)
class Bench:
    """How one row is measured: on which databases, and what its full size is."""

    measure: Callable[..., Row]
    kinds: tuple[str, ...] = BOTH
    full: dict[str, Any] = field(default_factory=dict)
    takes_kind: bool = True
    in_crowds: bool = False
    """It shares the filled databases with its neighbours."""


ROWS = {
    "sign-in": Bench(sign_in.measure),
    "session-check": Bench(session_check.measure),
    "storm": Bench(storm.measure),
    "lists": Bench(lists.measure, full={"large": 10_000_000}, in_crowds=True),
    "large": Bench(large.measure, full={"large": 10_000_000}, in_crowds=True),
    "bulk-unlock": Bench(bulk_unlock.measure, full={"count": 100_000}),
    "nodes": Bench(nodes.measure, (POSTGRESQL,), takes_kind=False),
    "start": Bench(start.measure, full={"sign_ins": 100_000}),
    "import": Bench(bulk_import.measure, full={"count": 10_000_000, "rounds": 1}),
}
MOST_SECONDS = 480
"""After how long a row of everyday size is given up, so that it does not take the time of the others."""


def main(words: list[str]) -> int:
    """Measure what was asked for; 1 where something could not be measured."""
    asked = _asked(words)
    if not asked.rows:
        _parser().print_help()
        return 0
    signal.signal(signal.SIGTERM, _asked_to_stop)
    kept = _kept(asked)
    began = time.perf_counter()
    try:
        measured = [_told(name, kind, kept, full=asked.full) for name, kind in _chosen(asked)]
    finally:
        crowded.forget()
    if kept is not None and not (asked.full or asked.keep):
        kept.end(time.perf_counter() - began)
    return 0 if all(measured) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "bench/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="NAME", help=", ".join((*ROWS, "all")))
    parser.add_argument("--on", choices=BOTH, metavar="KIND", help="SQLite or PostgreSQL alone")
    parser.add_argument("--keep", action="store_true", help="put it into bench/RESULTS.md, which `all` does anyway")
    parser.add_argument("--full", action="store_true", help="the full size; hours for all of them")
    return parser


def _asked(words: list[str]) -> argparse.Namespace:
    asked = _parser().parse_args(words)
    if not asked.rows and asked.full:
        asked.rows = ["all"]
    for row in asked.rows:
        if row not in {*ROWS, "all"}:
            _parser().error(f"there is no row {row}: choose from {', '.join((*ROWS, 'all'))}")
        if row in ROWS and asked.on not in {None, *ROWS[row].kinds}:
            _parser().error(f"{row} is about {' and '.join(ROWS[row].kinds)} alone")
    return asked


def _kept(asked: argparse.Namespace) -> results.Results | None:
    if asked.full:
        return results.Results(results.FULL, "full size", goes_on=True)
    whole = "all" in asked.rows
    return results.Results(results.EVERYDAY, "everyday", goes_on=not whole) if whole or asked.keep else None


def _chosen(asked: argparse.Namespace) -> Iterator[tuple[str, str]]:
    for name in ROWS if "all" in asked.rows else asked.rows:
        yield from ((name, kind) for kind in ROWS[name].kinds if asked.on in {None, kind})


def _told(name: str, kind: str, kept: results.Results | None, *, full: bool) -> bool:
    """Measure one row on one database, print it and keep it; tell whether there is a figure."""
    bench, began, measured = ROWS[name], time.perf_counter(), True
    if not bench.in_crowds:
        crowded.forget()
    sizes = bench.full if full else {}
    try:
        with _given_up_after(None if full else MOST_SECONDS):
            text = bench.measure(*((kind,) if bench.takes_kind else ()), **sizes).table()
    except Exception as error:  # noqa: BLE001 - whatever went wrong with one row, the others are measured
        text, measured = f"## {name} on {kind}: not measured\n\n{type(error).__name__}: {error}\n", False
    text += f"\nTook {time.perf_counter() - began:.0f} s.\n"
    print(text, flush=True)
    if kept is not None and (measured or not full):
        kept.add(text)
    return measured


def _asked_to_stop(_number: int, _frame: FrameType | None) -> None:
    """Leave by an exception, which takes servers and databases along."""
    raise SystemExit(1)


@contextmanager
def _given_up_after(seconds: int | None) -> Iterator[None]:
    """End what takes too long by an exception, which lets it clean up behind itself."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise NotMeasured(f"given up after {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds or 0)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
