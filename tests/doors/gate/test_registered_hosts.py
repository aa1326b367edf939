import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from doorward.doors.gate.registered_hosts import RegisteredHosts
from tests.doors.served import Ticks


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Give one thread to read on."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_hosts_are_read_once_for_many(threads: ThreadPoolExecutor) -> None:
    """Whoever asks at once, or within 0.8 s, shares one read."""
    ticks, reads = Ticks(), list[float]()

    def load() -> frozenset[str]:
        reads.append(ticks.now)
        return frozenset({"app"})

    async def ask() -> list[bool]:
        hosts = RegisteredHosts(load, ticks, threads)
        answers = list(await asyncio.gather(hosts.knows("app"), hosts.knows("other"), hosts.knows("app")))
        for by in (0.79, 0.01):
            ticks.now += by
            answers.append(await hosts.knows("app"))
        return answers

    assert asyncio.run(ask()) == [True, False, True, True, True]
    assert reads == [100.0, pytest.approx(100.8)]


def test_a_failed_read_is_nobodys_yes(threads: ThreadPoolExecutor) -> None:
    """And the next question is asked anew."""
    answers = iter([OSError("gone"), None])

    def load() -> frozenset[str]:
        if error := next(answers):
            raise error
        return frozenset({"app"})

    async def twice() -> tuple[bool, bool]:
        hosts = RegisteredHosts(load, Ticks(), threads)
        first = await asyncio.gather(hosts.knows("app"), return_exceptions=True)
        return isinstance(first[0], OSError), await hosts.knows("app")

    assert asyncio.run(twice()) == (True, True)
