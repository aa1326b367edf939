import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.edges.call import BUSY, Resumed, Steps
from doorward.edges.crypto.hash_queue import HashPool, HashQueue
from doorward.edges.run import Runtime
from doorward.edges.steps import LoopDriver, PlainDriver
from doorward.kernel.events import Origin
from doorward.kernel.outcome import Begin, Hash, Place, Refused, Wait
from doorward.kernel.ports import Encode, HashJob, Secret, Verified
from tests.worlds import API, NOON, World

JOB, WRONG = Encode(Secret("an otter in the river")), Refused("otp.wrong")


@dataclass(frozen=True, slots=True)
class Watching:
    """Hashes by looking at what is committed meanwhile; `then` happens while the hash runs."""

    world: World
    then: Callable[[], object] = lambda: None

    def run(self, job: HashJob) -> Verified | str | bool:
        """Give the marks that are on disk."""
        assert job == JOB
        self.then()
        return " ".join(marks(self.world))

    def current(self, stored: str) -> bool:
        """Every hash is."""
        return bool(stored)

    def adopt(self, foreign: str) -> str | ValueError:
        """Take a hash as it is."""
        return foreign


@dataclass(frozen=True, slots=True)
class Loop:
    """A server's event loop for one test: its queue, its pools, and what was told to be busy."""

    runtime: Runtime
    hasher: Watching
    queue: HashQueue
    busy: list[tuple[str, str]]

    def drive(self, steps: Steps) -> Any:
        """Drive a step to its end on a loop of its own."""
        return asyncio.run(self.scene(lambda driver: driver.drive(steps, API)))

    async def scene(self, play: Callable[[LoopDriver], Any]) -> Any:
        """Play a scene with a driver whose pools are closed at its end."""
        pool = HashPool(self.hasher, width=1)
        with ThreadPoolExecutor(4) as threads:
            try:
                return await play(LoopDriver(self.runtime, self.queue, pool, threads, self.note))
            finally:
                pool.close()

    def note(self, act: str, origin: Origin) -> None:
        """Note who was told to be busy."""
        self.busy.append((act, origin.address))


def loop(world: World, hasher: Watching | None = None, slots: int = 4) -> Loop:
    """Make a loop with so many places in its queue, all of them for one address."""
    return Loop(world.runtime, hasher or Watching(world), HashQueue(slots, address_share=1.0), [])


def marks(world: World) -> list[str]:
    """Read the marks that are committed."""
    with world.database.read() as sql:
        return list(sql.exec_driver_sql("SELECT what FROM marks ORDER BY rowid").scalars())


def leave(resumed: Resumed, mark: str) -> None:
    """Leave a mark in a piece's transaction."""
    resumed.call.sql.exec_driver_sql("INSERT INTO marks VALUES (?)", (mark,))


def signing_in(outcome: object = WRONG) -> Steps:
    """Reserve, hash, conclude: the shape of a password step."""
    resumed: Resumed = yield Place("signin.password")
    leave(resumed, "reserved")
    resumed = yield Hash(JOB)
    leave(resumed, f"hashed while: {resumed.answer}")
    return outcome


def test_reservation_is_on_disk_before_the_hash_runs(world: World) -> None:
    """Each piece is committed before what it asks for is looked at (LOCK-2)."""
    assert loop(world).drive(signing_in()) == WRONG
    assert marks(world) == ["reserved", "hashed while: reserved"]


def test_command_line_drives_the_same_step(world: World) -> None:
    """The same pieces, each committed, on the calling thread."""
    assert PlainDriver(world.runtime, Watching(world).run).drive(signing_in(), API) == WRONG
    assert marks(world) == ["reserved", "hashed while: reserved"]


def test_each_piece_has_its_own_time(world: World) -> None:
    """What is concluded after a slow hash is concluded at that later time."""
    times = []

    def look() -> Steps:
        resumed: Resumed = yield Begin()
        times.append(resumed.call.now)
        resumed = yield Hash(JOB)
        times.append(resumed.call.now)
        return None

    loop(world, Watching(world, lambda: world.pass_time(seconds=3))).drive(look())

    assert times == [NOON, NOON + timedelta(seconds=3)]


def test_place_is_held_while_it_is_needed(world: World) -> None:
    """From before the reservation until the step is over."""
    held: list[int] = []
    scene = loop(world, Watching(world, lambda: held.append(scene.queue.taken)))
    scene.drive(signing_in())

    assert (held, scene.queue.taken) == ([1], 0)


def failing_piece() -> Steps:
    """Leave a mark, then meet a bug in the next piece."""
    resumed: Resumed = yield Place("signin.password")
    leave(resumed, "reserved")
    resumed = yield Hash(JOB)
    leave(resumed, "never")
    raise ZeroDivisionError


def test_bug_in_a_piece_undoes_that_piece_and_gives_the_place_back(world: World) -> None:
    """What was committed before stays: the attempt is counted as dead later (LOCK-2)."""
    scene = loop(world)
    with pytest.raises(ZeroDivisionError):
        scene.drive(failing_piece())

    assert (marks(world), scene.queue.taken) == (["reserved"], 0)


def test_bug_in_the_hash_gives_the_place_back(world: World) -> None:
    """Whatever breaks, the queue does not fill up with it."""

    def broken() -> None:
        raise ZeroDivisionError

    scene = loop(world, Watching(world, broken))
    with pytest.raises(ZeroDivisionError):
        scene.drive(signing_in())

    assert (marks(world), scene.queue.taken) == (["reserved"], 0)


def test_full_queue_answers_at_once(world: World) -> None:
    """Nothing is reserved and no transaction is opened; who was sent away is noted (LOCK-2)."""

    class NoDatabase:
        """A database that must not be asked."""

        def write(self, **_: Any) -> Any:
            raise AssertionError("no transaction is needed")

        read = close = write

    scene = replace(loop(world, slots=1), runtime=replace(world.runtime, database=NoDatabase()))
    scene.queue.take("198.51.100.9")

    answers = [scene.drive(signing_in()) for _ in range(40)]

    assert all(replace(one, retry_after=BUSY.retry_after) == BUSY for one in answers)
    assert {one.retry_after for one in answers} == {1, 2, 3}, "so that they do not come back all at once"
    assert (scene.busy, scene.queue.taken) == ([("signin.password", "192.0.2.7")] * 40, 1)


def test_step_that_hashes_nothing_takes_no_place(world: World) -> None:
    """A code is checked however many passwords are waiting."""

    def code() -> Steps:
        resumed: Resumed = yield Begin()
        leave(resumed, "checked")
        return WRONG

    scene = loop(world, slots=1)
    scene.queue.take("198.51.100.9")

    assert (scene.drive(code()), marks(world)) == (WRONG, ["checked"])


def waiting(begun: threading.Event, seconds: float = 0.02) -> Generator[Any, Resumed, Any]:
    """Take a place, wait for others once, and say whether there was a place again."""
    yield Place("signin.password")
    begun.set()
    resumed = yield Wait(seconds)
    return resumed.answer


async def until(happened: Callable[[], bool]) -> None:
    """Let the loop turn until something has happened."""
    while not happened():  # noqa: ASYNC110 - a thread sets what is waited for
        await asyncio.sleep(0)


@pytest.mark.parametrize("taken", [False, True])
def test_place_is_free_while_its_step_waits(world: World, *, taken: bool) -> None:
    """Somebody else may have it; then the waiting one is told that there is none (LOCK-2)."""
    scene, begun = loop(world, slots=1), threading.Event()

    async def play(driver: LoopDriver) -> Any:
        step = asyncio.create_task(driver.drive(waiting(begun), API))
        await until(lambda: begun.is_set() and scene.queue.taken == 0)
        if taken:
            assert scene.queue.take("198.51.100.9")
        return await step

    assert asyncio.run(scene.scene(play)) is not taken
    assert scene.queue.taken == int(taken)


def test_command_line_waits_and_has_its_place(world: World) -> None:
    """Nobody else is there to take it."""
    assert PlainDriver(world.runtime, Watching(world).run).drive(waiting(threading.Event(), 0), API) is True


def test_waiting_holds_no_thread(world: World) -> None:
    """More steps than threads wait at the same moment, and all go on."""
    scene = loop(world, slots=40)

    async def play(driver: LoopDriver) -> list[Any]:
        return await asyncio.gather(*(driver.drive(waiting(threading.Event()), API) for _ in range(40)))

    assert asyncio.run(scene.scene(play)) == [True] * 40


def test_step_that_is_cancelled_in_its_hash_gives_the_place_back(world: World) -> None:
    """A client that goes away leaves no place behind, nor does a server that shuts down."""
    hashing, release = threading.Event(), threading.Event()

    def hold() -> None:
        hashing.set()
        release.wait(10)

    scene = loop(world, Watching(world, hold))

    async def play(driver: LoopDriver) -> None:
        step = asyncio.create_task(driver.drive(signing_in(), API))
        await until(hashing.is_set)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        release.set()

    asyncio.run(scene.scene(play))

    assert (scene.queue.taken, marks(world)) == (0, ["reserved"])


def test_step_that_is_cancelled_in_a_piece_gives_the_place_back(world: World) -> None:
    """The piece itself is not torn: it commits on its thread, and nothing follows."""
    inside, release = threading.Event(), threading.Event()

    def slow() -> Steps:
        resumed: Resumed = yield Place("signin.password")
        inside.set()
        release.wait(10)
        leave(resumed, "committed")
        yield Hash(JOB)
        raise AssertionError("nobody goes on")

    scene = loop(world)

    async def play(driver: LoopDriver) -> None:
        step = asyncio.create_task(driver.drive(slow(), API))
        await until(inside.is_set)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        release.set()

    asyncio.run(scene.scene(play))

    assert (scene.queue.taken, marks(world)) == (0, ["committed"])
