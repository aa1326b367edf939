import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

import pytest

from doorward.doors.gate.live_sessions import Confirmed, LiveSessions
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.doors.served import Ticks

R = TypeVar("R")
ALICE = Bearer(AccountId(UUID(int=1)), b"a" * 32)
IS_ALICE, IS_BOB = Confirmed({}, {"body": b"alice"}, due=None), Confirmed({}, {"body": b"bob"}, due=ALICE)
BOB = Bearer(AccountId(UUID(int=2)), b"b" * 32)


class Book:
    """What the database would say, and what it was asked."""

    def __init__(self, ticks: Ticks, takes: float = 0.0) -> None:
        """Take the clock, and how long a look takes."""
        self.asked: list[list[Bearer]] = []
        self.says: dict[Bearer, Confirmed | Refused] = {ALICE: IS_ALICE, BOB: IS_BOB}
        self._ticks = ticks
        self._takes = takes

    def confirm(self, bearers: Sequence[Bearer]) -> list[Confirmed | Refused]:
        """Look sessions up."""
        self.asked.append(list(bearers))
        self._ticks.now += self._takes
        return [self.says[bearer] for bearer in bearers]


def run(work: Coroutine[Any, Any, R]) -> R:
    """Run a test's coroutine to its end."""
    return asyncio.run(work)


@pytest.fixture
def threads() -> Any:
    """Give one thread to look up on."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_confirmed_session_is_recalled(threads: ThreadPoolExecutor) -> None:
    """An answer from the database is trusted for 0.8 s."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads)
    run(live.look_up("token", ALICE))
    ticks.now += 0.79

    assert live.recall("token") == IS_ALICE


def test_trust_ends(threads: ThreadPoolExecutor) -> None:
    """After 0.8 s the database is asked again (SESS-3)."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads)
    run(live.look_up("token", ALICE))
    ticks.now += 0.8

    assert live.recall("token") is None


def test_trust_runs_from_the_start_of_the_read(threads: ThreadPoolExecutor) -> None:
    """A read that took half a second leaves 0.3 s: the row may have changed right after it began."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks, takes=0.5).confirm, ticks, threads)
    run(live.look_up("token", ALICE))
    ticks.now += 0.31

    assert live.recall("token") is None


def test_use_does_not_prolong_trust(threads: ThreadPoolExecutor) -> None:
    """A session that is checked all the time is looked up as often as any other."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads)
    run(live.look_up("token", ALICE))
    recalled = []
    for _ in range(8):
        ticks.now += 0.125
        recalled.append(live.recall("token") is not None)

    assert recalled == [True] * 6 + [False] * 2


def test_a_refusal_is_not_remembered(threads: ThreadPoolExecutor) -> None:
    """A token that opens nothing is looked up each time."""
    ticks = Ticks()
    book = Book(ticks)
    book.says[ALICE] = Refused("session.required")
    live = LiveSessions(book.confirm, ticks, threads)

    assert run(live.look_up("token", ALICE)) == Refused("session.required")
    assert live.recall("token") is None


def test_another_token_is_another_session(threads: ThreadPoolExecutor) -> None:
    """What is remembered of one token says nothing of the next."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads)
    run(live.look_up("token", ALICE))

    assert live.recall("token2") is None


def test_those_who_ask_together_are_looked_up_together(threads: ThreadPoolExecutor) -> None:
    """Many checks at once cost few errands: the first goes alone, the others share the next, each token once."""
    ticks = Ticks()
    book = Book(ticks)
    live = LiveSessions(book.confirm, ticks, threads)

    async def together() -> list[Confirmed | Refused]:
        asked = [live.look_up("a", ALICE), live.look_up("b", BOB), live.look_up("a", ALICE)]
        return await asyncio.gather(*asked)

    assert run(together()) == [IS_ALICE, IS_BOB, IS_ALICE]
    assert book.asked == [[ALICE, BOB]]


def test_a_failed_look_is_told_to_all_who_wait(threads: ThreadPoolExecutor) -> None:
    """A database that cannot be asked is nobody's yes, and the next question is asked anew."""
    ticks = Ticks()
    book = Book(ticks)
    answers = iter([OSError("gone"), None])

    def confirm(bearers: Sequence[Bearer]) -> list[Confirmed | Refused]:
        error = next(answers)
        if error is not None:
            raise error
        return book.confirm(bearers)

    live = LiveSessions(confirm, ticks, threads)

    async def twice() -> list[Any]:
        first = await asyncio.gather(live.look_up("a", ALICE), live.look_up("b", BOB), return_exceptions=True)
        return [*map(type, first), await live.look_up("a", ALICE)]

    assert run(twice()) == [OSError, OSError, IS_ALICE]


def test_memory_has_an_end(threads: ThreadPoolExecutor) -> None:
    """The oldest answer goes when there is no room."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads, most=2)
    for token in ("one", "two", "three"):
        run(live.look_up(token, ALICE))

    assert [live.recall(token) for token in ("one", "two", "three")] == [None, IS_ALICE, IS_ALICE]


def test_who_went_away_stops_nobody(threads: ThreadPoolExecutor) -> None:
    """A client that hangs up while its session is looked up leaves the others their answer."""
    ticks = Ticks()
    live = LiveSessions(Book(ticks).confirm, ticks, threads)

    async def one_leaves() -> Confirmed | Refused:
        leaving = asyncio.create_task(live.look_up("a", ALICE))
        staying = asyncio.create_task(live.look_up("b", BOB))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert run(one_leaves()) == IS_BOB
