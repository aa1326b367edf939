import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward import upkeep, worker
from doorward.edges.call import Call
from doorward.edges.refusal_log import RefusalLog
from doorward.edges.run import Runtime
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason
from doorward.features.directory.model import Search
from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.model import StartJob
from doorward.features.notices.model import Letter, MailState
from doorward.features.passwords import actions as passwords
from doorward.kernel.events import Checked, Event
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import NotDelivered
from doorward.worker import Duty, Worker
from tests.worlds import API, NOON, World

SECOND = timedelta(seconds=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


@dataclass
class Done:
    """Notes how often something was done; does so much each time."""

    left: int = 0
    times: int = 0
    fails: bool = False

    def __call__(self, runtime: Runtime) -> int:
        """Do it."""
        del runtime
        self.times += 1
        if self.fails:
            raise ValueError("it broke")
        self.left -= 1
        return max(self.left, 0)


@dataclass
class PostBag:
    """Takes letters, or does not."""

    taken: list[Letter] = field(default_factory=list)
    down: bool = False

    def __call__(self, letter: Letter, *envelope: object) -> None:
        """Take one letter."""
        del envelope
        if self.down:
            raise NotDelivered("The mail server did not answer in time.")
        self.taken.append(letter)


def lock(world: World, name: str, ends_in: timedelta | None = None) -> None:
    """Add an account that failures have locked."""
    account = world.add(name)
    with world.writing() as call:
        accounts.set_lock(call, account, Lock(NOON, LockReason.FAILURES, None if ends_in is None else NOON + ends_in))


def test_a_duty_is_done_when_its_time_has_come(world: World) -> None:
    """At once, and then as often as it says."""
    done = Done()
    one = Worker(world.runtime, [Duty("it", SECOND, done)], "a")

    times = []
    for _ in range(3):
        one.turn()
        one.turn()
        times.append(done.times)
        world.pass_time(seconds=1)

    assert times == [1, 2, 3]


def test_a_clock_that_is_set_back_stops_nothing(world: World) -> None:
    """What was done in the future is done again now."""
    done = Done()
    one = Worker(world.runtime, [Duty("it", SECOND, done)], "a")
    one.turn()
    world.pass_time(hours=-5)
    one.turn()

    assert done.times == 2


def test_a_duty_goes_on_while_there_is_more(world: World) -> None:
    """Up to so many rounds; then the others have their turn, and the worker comes back at once."""
    short, long = Done(left=3), Done(left=1000)
    one = Worker(world.runtime, [Duty("long", SECOND, long), Duty("short", SECOND, short)], "a")

    more = one.turn()

    assert (more, short.times, long.times) == (True, 3, worker.ROUNDS)


def test_a_duty_that_fails_stops_no_other(world: World) -> None:
    """It is logged, rests for a while, and is tried again."""
    broken, sound = Done(fails=True), Done()
    one = Worker(world.runtime, [Duty("broken", SECOND, broken), Duty("sound", SECOND, sound)], "a")
    with capture_logs() as lines:
        for _ in range(7):
            one.turn()
            world.pass_time(seconds=1)

    assert (broken.times, sound.times) == (2, 7)
    assert [(line["log_level"], line["duty"], len(line["reference"])) for line in lines] == [
        ("error", "broken", 12)
    ] * 2


def test_a_duty_is_held_by_one_worker(world: World) -> None:
    """The second does nothing but what lies in its own memory."""
    shared, own = Done(), Done()
    duties = [Duty("shared", SECOND, shared), Duty("own", SECOND, own, shared=False)]
    first, second = Worker(world.runtime, duties, "a"), Worker(world.runtime, duties, "b")
    first.turn()
    second.turn()

    assert (shared.times, own.times) == (1, 2)


def test_another_takes_over_when_a_holder_dies(world: World) -> None:
    """Within the lease nobody does it; at its end somebody does."""
    done = Done()
    dead, alive = (Worker(world.runtime, [Duty("it", SECOND, done)], name) for name in ("a", "b"))
    dead.turn()
    world.pass_time(seconds=29)
    alive.turn()
    before = done.times
    world.pass_time(seconds=1)
    alive.turn()

    assert (before, done.times) == (1, 2)


def test_a_holder_that_lives_keeps_its_duty(world: World) -> None:
    """Leases are renewed long before they run out."""
    one_done, other_done = Done(), Done()
    one = Worker(world.runtime, [Duty("it", SECOND, one_done)], "a")
    other = Worker(world.runtime, [Duty("it", SECOND, other_done)], "b")
    for _ in range(100):
        one.turn()
        other.turn()
        world.pass_time(seconds=1)

    assert (one_done.times, other_done.times) == (100, 0)


def test_a_worker_that_stops_gives_its_duties_back(world: World) -> None:
    """The next need not wait for the lease; the thread is over when `stop` returns."""
    begun = threading.Event()

    def note(runtime: Runtime) -> int:
        del runtime
        begun.set()
        return 0

    one = Worker(world.runtime, [Duty("it", SECOND, note)], "a")
    one.start()
    assert begun.wait(20)
    one.stop()
    done = Done()
    Worker(world.runtime, [Duty("it", SECOND, done)], "b").turn()

    assert done.times == 1
    assert "worker a" not in {thread.name for thread in threading.enumerate()}


def test_the_post_duty_sends_what_is_due(world: World) -> None:
    """A mail server that is down loses nothing: the mail goes when it is back."""
    bag = PostBag(down=True)
    post = Worker(world.runtime, upkeep.post_duties(bag), "a")
    lock(world, "ada", timedelta(0))
    Worker(world.runtime, upkeep.upkeep_duties(), "b").turn()
    post.turn()
    bag.down = False
    world.pass_time(seconds=6)
    post.turn()

    assert [letter.kind.value for letter in bag.taken] == ["account_unlocked"]
    assert [mail.state for mail in world.mails()] == [MailState.DELIVERED]


def test_a_lock_that_ran_out_is_cleared_and_recorded_once(world: World) -> None:
    """By the server itself, and only then (LOCK-9)."""
    lock(world, "ada", timedelta(minutes=15))
    lock(world, "bob")
    keeper = Worker(world.runtime, upkeep.upkeep_duties(), "a")
    keeper.turn()
    early = len(world.entries())
    for _ in range(3):
        world.pass_time(minutes=15)
        keeper.turn()

    assert early == 0
    assert [(e.act, e.actor_name, e.target_name, e.door) for e in world.entries()] == [
        ("lockout.lapsed", "system", "ada", "worker")
    ]


def test_jobs_go_on(world: World) -> None:
    """A bulk unlock that was begun is worked off."""
    for name in ("ada", "bob"):
        lock(world, name)
    started = world.run(start_unlocks, StartJob(search=Search(), reason="all clear"))
    Worker(world.runtime, upkeep.upkeep_duties(), "a").turn()

    assert not isinstance(started, Refused)
    assert {(e.target_name, e.actor_name) for e in world.entries() if e.act == "lockout.unlocked"} == {
        ("ada", "cli:root"),
        ("bob", "cli:root"),
    }


def test_joined_refusals_are_written_when_their_minute_is_over(world: World) -> None:
    """A flood becomes one entry with its count (AUDIT-1)."""
    refusals = RefusalLog(world.clock, single=2)
    runtime = replace(world.runtime, refusals=refusals)
    event = Event("signin.password", Checked.REFUSED, code="signin.refused")
    offered = [refusals.offer(event, API) for _ in range(5)]
    one = Worker(runtime, upkeep.upkeep_duties(), "a")
    one.turn()
    before = len(world.entries())
    world.pass_time(minutes=1)
    one.turn()

    assert offered == [True, True, False, False, False]
    assert before == 0
    assert [entry.details["count"] for entry in world.entries()] == [3]


def test_a_refusal_without_a_transaction_is_written_by_the_worker(world: World) -> None:
    """Who found the hash queue full stands in the trail like everybody else (LOCK-2)."""
    refusals = RefusalLog(world.clock)
    refusals.keep(Event("signin.password", Checked.REFUSED, code="signin.busy"), API)
    Worker(replace(world.runtime, refusals=refusals), upkeep.upkeep_duties(), "a").turn()

    assert [(e.act, e.outcome, e.code, e.address) for e in world.entries()] == [
        ("signin.password", "refused", "signin.busy", "192.0.2.7")
    ]


def test_what_has_expired_is_forgotten(world: World) -> None:
    """Sessions past their end leave the database."""
    world.add_operator("ada", "administrator")
    keeper = Worker(world.runtime, upkeep.upkeep_duties(), "a")
    world.pass_time(days=2)
    keeper.turn()

    with world.reading() as call:
        assert _count(call) == 0


def _count(call: Call) -> int:
    return int(call.sql.exec_driver_sql("SELECT count(*) FROM sessions").scalar() or 0)


def test_every_duty_has_a_name_of_its_own() -> None:
    """Leases are told apart by it."""
    names = [duty.name for duty in (*upkeep.post_duties(PostBag()), *upkeep.upkeep_duties())]

    assert len(set(names)) == len(names)


def test_whoever_forgot_a_password_is_answered(world: World) -> None:
    """By the duty of the worker, once; with nothing to do it writes nothing."""
    bram = world.add("bram", factors=1)
    with world.writing() as call:
        passwords.ask_for_link(call, bram)
    done = [upkeep.mail_forgotten(world.runtime) for _ in range(2)]

    assert done == [1, 0]
    assert [(mail.account, mail.kind) for mail in world.mails()] == [(bram, "password_forgotten")]
