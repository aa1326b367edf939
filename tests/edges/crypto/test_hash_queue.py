import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.crypto.hash_queue import HashPool, HashQueue, cores
from doorward.kernel.ports import Encode, HashJob, Matches, Secret, Verified, Verify


class Telling:
    """A hasher that tells on which thread, and with which priority, it was asked."""

    def __init__(self) -> None:
        """Begin with nothing to tell."""
        self.priorities: list[int] = []
        self.threads: set[int] = set()
        self.all_here = threading.Barrier(2, timeout=10)

    def run(self, job: HashJob) -> Verified | str | bool:
        """Answer each kind of job in its own type; an `Encode` waits for a second one at the same time."""
        self.priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        self.threads.add(threading.get_native_id())
        match job:
            case Verify():
                return Verified(right=True)
            case Matches():
                raise RuntimeError("broken")
            case Encode(password):
                self.all_here.wait()
                return f"hash of {password.reveal()}"

    def current(self, stored: str) -> bool:
        """Take every hash for a present one."""
        return bool(stored)

    def adopt(self, foreign: str) -> str | ValueError:
        """Take a hash as it is."""
        return foreign


def test_a_full_queue_has_no_place() -> None:
    """The 65th asks in vain, from whatever address."""
    queue = HashQueue()
    taken = [queue.take(f"192.0.2.{n}") for n in range(65)]

    assert taken == [True] * 64 + [False]
    assert queue.taken == 64


def test_one_address_holds_half_of_the_places_at_most() -> None:
    """Its 33rd is refused while others still find places (LOCK-2)."""
    queue = HashQueue()
    taken = [queue.take("192.0.2.1") for _ in range(33)]

    assert taken == [True] * 32 + [False]
    assert queue.take("192.0.2.2")


def test_a_place_that_was_given_back_can_be_taken_again() -> None:
    """A queue of one place serves one after the other."""
    queue = HashQueue(slots=1)
    assert queue.take("192.0.2.1")
    assert not queue.take("192.0.2.2")
    queue.give_back("192.0.2.1")

    assert queue.take("192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
        ("unix:", "192.0.2.2", False),
    ],
)
def test_an_address_counts_for_its_network(one: str, other: str, *, together: bool) -> None:
    """Whoever holds a /64 of IPv6 counts once; an IPv4 address counts alone, however it is written."""
    queue = HashQueue(slots=3, address_share=0.4)
    queue.take(one)

    assert queue.take(other) is not together


def test_giving_back_what_was_not_taken_is_a_bug() -> None:
    """Else the count would drift, and the queue would let more in."""
    queue = HashQueue()
    queue.take("192.0.2.1")

    with pytest.raises(ValueError, match="not taken"):
        queue.give_back("192.0.2.2")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", "c"])), max_size=80))
def test_the_bounds_hold_after_every_step(steps: list[tuple[bool, str]]) -> None:
    """Whoever comes and goes, the count is right, no address has more than its share, and nobody free is sent away."""
    queue = HashQueue(slots=6)
    held: list[str] = []
    for comes, address in steps:
        if comes:
            taken = queue.take(address)
            assert taken == (len(held) < 6 and held.count(address) < 3)
            held += [address] * taken
        elif address in held:
            held.remove(address)
            queue.give_back(address)
        assert queue.taken == len(held)


def test_counting_is_exact_under_threads() -> None:
    """Sixteen threads take and give back 3,200 times: never more than four at once, and none is left over."""
    queue = HashQueue(slots=4, address_share=1)
    most = []

    def visit(number: int) -> int:
        taken = 0
        for _ in range(200):
            if queue.take(str(number)):
                most.append(queue.taken)
                taken += 1
                queue.give_back(str(number))
        return taken

    with ThreadPoolExecutor(16) as threads:
        visits = sum(threads.map(visit, range(16)))

    assert visits == len(most)
    assert max(most) <= 4
    assert queue.taken == 0


def test_of_many_at_once_exactly_as_many_as_fit_find_a_place() -> None:
    """Sixty-four threads that start together get the eight places that there are."""
    queue = HashQueue(slots=8, address_share=1)
    gate = threading.Barrier(64, timeout=10)

    def arrive(number: int) -> bool:
        gate.wait()
        return queue.take(str(number))

    with ThreadPoolExecutor(64) as threads:
        found = list(threads.map(arrive, range(64)))

    assert found.count(True) == 8


def test_the_pool_gives_what_the_hasher_gives() -> None:
    """A result comes through the future, and so does a bug."""
    pool = HashPool(Telling(), width=1)

    assert pool.submit(Verify(Secret("x")), "192.0.2.7").result(10) == Verified(right=True)
    assert isinstance(pool.submit(Matches(Secret("x"), ()), "192.0.2.7").exception(10), RuntimeError)
    pool.close()


def test_the_pool_is_as_wide_as_it_was_made() -> None:
    """Two jobs that wait for each other both end: they ran at once, on threads that are not the caller's."""
    hasher = Telling()
    pool = HashPool(hasher, width=2)
    results = [pool.submit(Encode(Secret(text)), "192.0.2.7") for text in ("a", "b")]

    assert [result.result(10) for result in results] == ["hash of a", "hash of b"]
    assert len(hasher.threads - {threading.get_native_id()}) == 2
    pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
def test_hash_threads_give_way_to_the_others() -> None:
    """A thread of the pool runs at a lower priority than the one that asked, whose own stays as it was."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    hasher = Telling()
    pool = HashPool(hasher, width=1)
    pool.submit(Verify(Secret("x")), "192.0.2.7").result(10)

    assert hasher.priorities == [min(before + 10, 19)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
    pool.close()


def test_the_machine_has_a_core() -> None:
    """The width by default is what this process may use, one at least."""
    assert 1 <= cores() <= (os.cpu_count() or 1)
