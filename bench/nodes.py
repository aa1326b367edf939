"""B7: two server processes on one PostgreSQL, each on a core of its own, against one."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench import people, sign_in
from bench.databases import POSTGRESQL, home
from bench.measuring import NotMeasured, Row, median, serving

ROUNDS = 5
PEOPLE = 100
GOAL = 1.8


def measure(rounds: int = ROUNDS, count: int = PEOPLE) -> Row:
    """Sign people in at one node and then at two, round by round; each is taken once."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:  # noqa: PLR2004 - one for each
        raise NotMeasured("two cores are needed")
    with home(POSTGRESQL) as there, ExitStack() as running:
        everybody = people.make(there.data, rounds * 3 * count)
        first = running.enter_context(serving(there.data, core=cores[0]))
        second = running.enter_context(serving(there.second("elm"), core=cores[1]))
        ones, twos = [], []
        for number in range(rounds):
            batch = everybody[number * 3 * count : (number + 1) * 3 * count]
            ones.append(_rate([(first.port, batch[:count])]))
            twos.append(_rate([(first.port, batch[count : 2 * count]), (second.port, batch[2 * count :])]))
    ratio = median([two / one for one, two in zip(ones, twos, strict=True)])
    return Row(
        "B7 nodes",
        "sign-ins at two nodes on one PostgreSQL, each on its core, against one",
        f">= {GOAL}",
        ratio,
        ratio >= GOAL,
        {
            "one node": f"{median(ones):.1f} sign-ins a second",
            "two nodes": f"{median(twos):.1f} sign-ins a second",
            "rounds": f"{rounds} of {count} for each node",
        },
        "PostgreSQL and the clients run on the same two cores.",
    )


def _rate(shares: list[tuple[int, list[people.Person]]]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(len(shares)) as threads:
        for done in [threads.submit(sign_in.sign_in_all, port, batch) for port, batch in shares]:
            done.result()
    return sum(len(batch) for _, batch in shares) / (time.perf_counter() - began)
