import threading
from collections import Counter
from concurrent.futures import Future, wait

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.edges.crypto.hash_queue import Hashed, HashPool
from doorward.kernel.ports import Encode, HashJob, Secret, Verified

FLOOD, ELSEWHERE = "192.0.2.66", "192.0.2.7"


class Ordered:
    """A hasher that tells in which order it was asked, and holds the first job until it is let go."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self.asked: list[str] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def run(self, job: HashJob) -> Verified | str | bool:
        """Answer an `Encode` by its password."""
        assert isinstance(job, Encode)
        self.asked.append(job.password.reveal())
        self.begun.set()
        assert self.go.wait(10)
        return self.asked[-1]

    def current(self, stored: str) -> bool:
        """Take every hash for a present one."""
        return bool(stored)

    def adopt(self, foreign: str) -> str | ValueError:
        """Take a hash as it is."""
        return foreign


class InLine:
    """A pool of one thread whose first job is under way, so that what is submitted next stands in line."""

    def __init__(self) -> None:
        """Let the first job begin."""
        self.hasher, self.submitted = Ordered(), list[Future[Hashed]]()
        self.pool = HashPool(self.hasher, width=1)
        self.first = self.submit("first", FLOOD)
        assert self.hasher.begun.wait(10)

    def submit(self, name: str, address: str) -> Future[Hashed]:
        """Put a job in line."""
        self.submitted.append(self.pool.submit(Encode(Secret(name)), address))
        return self.submitted[-1]

    def until_closing(self) -> list[Future[Hashed]]:
        """Put jobs in line until the pool takes no more."""
        late = []
        try:
            while True:
                late.append(self.submit("late", ELSEWHERE))
        except RuntimeError:
            return late

    def end(self) -> list[str]:
        """Let all jobs be done, and give their order."""
        self.hasher.go.set()
        wait(self.submitted, 10)
        self.pool.close()
        return self.hasher.asked


def test_a_flood_waits_in_line_behind_itself() -> None:
    """Whoever comes from elsewhere has the next turn but one, however many of the flood came before."""
    line = InLine()
    for number in range(30):
        line.submit(f"flood {number}", FLOOD)
    line.submit("elsewhere", ELSEWHERE)
    asked = line.end()

    assert asked == ["first", "flood 0", "elsewhere", *(f"flood {number}" for number in range(1, 30))]


def test_addresses_take_turns_and_a_network_is_one_of_them() -> None:
    """Two of one /64 share its turns; within a source whoever came first is first."""
    line = InLine()
    for name, address in [
        ("a1", "2001:db8::1"),
        ("a2", "2001:db8::2"),
        ("a3", "2001:db8::1"),
        ("b1", ELSEWHERE),
        ("c1", "2001:db8:0:1::1"),
        ("b2", ELSEWHERE),
    ]:
        line.submit(name, address)

    assert line.end() == ["first", "a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_job_that_nobody_waits_for_any_more_is_not_done() -> None:
    """Its turn goes to the next; the others are done once each."""
    line = InLine()
    given_up, kept = line.submit("given up", FLOOD), line.submit("kept", FLOOD)
    assert given_up.cancel()

    assert line.end() == ["first", "kept"]
    assert kept.result(10) == "kept"


def test_closing_ends_what_has_begun_and_forgets_the_rest() -> None:
    """Whoever waits in line is told, instead of waiting for ever with a place in the queue."""
    line = InLine()
    waiting = [line.submit("flood", FLOOD), line.submit("elsewhere", ELSEWHERE)]
    closing = threading.Thread(target=line.pool.close)
    closing.start()
    waiting += line.until_closing()
    line.hasher.go.set()
    closing.join(10)

    assert line.first.result(10) == "first"
    assert all(one.cancelled() for one in waiting)
    assert line.hasher.asked == ["first"]


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=40))
@settings(max_examples=50, deadline=None)
def test_nobody_waits_for_more_than_one_turn_of_each_address(addresses: list[str]) -> None:
    """Of jobs in line the nth of an address is done after at most n of every other."""
    line = InLine()
    for number, address in enumerate(addresses):
        line.submit(f"{address} {number}", address)
    done = [name.split()[0] for name in line.end()[1:]]

    assert sorted(done) == sorted(addresses)
    for place, address in enumerate(done):
        before = Counter(done[:place])
        assert all(before[other] <= before[address] + 1 for other in "abcd")
