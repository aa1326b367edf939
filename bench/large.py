"""B5: complete sign-ins beside a large crowd, against the same beside a small one."""

import time
from contextlib import ExitStack
from http.client import HTTPConnection

from bench import people
from bench.crowded import crowded
from bench.databases import SQLITE, Home
from bench.measuring import Row, Server, median, serving
from bench.sign_in import sign_in

ROUNDS = 5
SIGN_INS = 40
SMALL, LARGE = 10_000, 1_000_000
MOST_RATIO = 1.1


def measure(kind: str = SQLITE, small: int = SMALL, large: int = LARGE, rounds: int = ROUNDS) -> Row:
    """Sign in one after the other, round by round at a server on each database, so that both meet the same machine."""
    with ExitStack() as running:
        sides = [_Side(there, running, rounds) for there in (crowded(kind, small), crowded(kind, large))]
        for _ in range(rounds):
            for side in sides:
                side.go_on()
    few, many = sides
    cpu, latency = median(many.costs) / median(few.costs), median(many.times) / median(few.times)
    ratio = max(cpu, latency)
    return Row(
        f"B5 large on {kind}",
        f"complete sign-ins on {kind} beside {large:,} accounts, against {small:,}",
        f"<= {MOST_RATIO}",
        ratio,
        ratio <= MOST_RATIO,
        {
            f"CPU of a sign-in in {small:,} (server and database)": f"{median(few.costs) * 1000:.1f} ms",
            f"CPU of a sign-in in {large:,}": f"{median(many.costs) * 1000:.1f} ms ({cpu:.2f} x)",
            f"latency in {small:,}, median": f"{median(few.times) * 1000:.1f} ms",
            f"latency in {large:,}, median": f"{median(many.times) * 1000:.1f} ms ({latency:.2f} x)",
            "rounds": f"{rounds} of {SIGN_INS} on each, one client",
        },
        "The ratio is the larger of the two.",
    )


class _Side:
    """A server on one of the two databases, and what its sign-ins have cost."""

    def __init__(self, there: Home, running: ExitStack, rounds: int) -> None:
        self._people = people.make(there.data, rounds * SIGN_INS + 1)
        self._server: Server = running.enter_context(serving(there.data, beside=there.postmaster))
        self._connection = HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        self.costs: list[float] = []
        self.times: list[float] = []
        sign_in(self._connection, self._people.pop())

    def go_on(self) -> None:
        """Sign the next people in."""
        before = self._server.cpu_seconds()
        for _ in range(SIGN_INS):
            began = time.perf_counter()
            sign_in(self._connection, self._people.pop())
            self.times.append(time.perf_counter() - began)
        self.costs.append((self._server.cpu_seconds() - before) / SIGN_INS)
