import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from doorward.edges.sql.waiting import LANE
from doorward.features.jobs.actions import showing, working
from doorward.features.jobs.model import JobShown, JobState, JobTally, ShowJob
from doorward.features.notices.model import Kind
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.ids import AccountId
from tests.features.jobs.begun import is_locked, locked, outcomes, shown, start, work
from tests.features.second_factor.protecting import protect
from tests.worlds import NOON, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def test_selection_is_unlocked(world: World, grace: Bearer) -> None:
    """Each account is opened, with an entry and a notice of its own."""
    bram, carla = locked(world, "bram"), locked(world, "carla")
    started = start(world, grace, bram, carla, reason="storm is over")
    work(world)

    assert started.total == 2
    assert not is_locked(world, bram)
    assert not is_locked(world, carla)
    assert world.standing(bram).state.unlocked_by == "grace"
    assert outcomes(world, started.job) == {"bram": "done", "carla": "done"}
    assert sorted((to, letter.kind) for to, letter in world.collect_mail()) == [
        ("bram@example.org", Kind.ACCOUNT_UNLOCKED),
        ("carla@example.org", Kind.ACCOUNT_UNLOCKED),
    ]


def test_prot_2_protected_account_is_left_out(world: World, grace: Bearer) -> None:
    """It stays locked, and the job says why; the others are opened."""
    bram, carla = protect(world, locked(world, "bram")), locked(world, "carla")
    started = start(world, grace, bram, carla, reason="storm is over")
    work(world)

    assert outcomes(world, started.job) == {"bram": "protection.required", "carla": "done"}
    assert [is_locked(world, one) for one in (bram, carla)] == [True, False]


def test_entries_name_the_operator_and_the_job(world: World, grace: Bearer) -> None:
    """The trail shows who began, whence, why, and each account."""
    bram = locked(world, "bram")
    job = str(start(world, grace, bram, reason="storm is over").job)
    work(world)

    begun, unlocked = world.entries()
    assert (begun.act, begun.actor_name, begun.reason, begun.details) == (
        "jobs.started", "grace", "storm is over", {"job": job, "kind": "unlocks", "total": 1},
    )  # fmt: skip
    assert (unlocked.act, unlocked.outcome, unlocked.actor_id, unlocked.target_name, unlocked.reason) == (
        "lockout.unlocked", "done", grace.account, "bram", "storm is over",
    )  # fmt: skip
    assert (unlocked.address, unlocked.door, unlocked.details["job"]) == ("192.0.2.7", "api", job)


def test_job_waits_and_then_is_finished(world: World, grace: Bearer) -> None:
    """Its counts say how far it is."""
    job = start(world, grace, locked(world, "bram"), world.add("open")).job
    before = shown(world, job)
    world.pass_time(seconds=3)
    work(world)
    after = shown(world, job)

    assert (before.state, before.tally, before.finished_at) == (JobState.RUNNING, JobTally(2, 0, 0, 0, 2), None)
    assert (after.state, after.tally) == (JobState.FINISHED, JobTally(2, 1, 1, 0, 0))
    assert (after.made_at, after.finished_at, after.owner_name) == (NOON, NOON + timedelta(seconds=3), "grace")


def test_items_are_shown_part_by_part(world: World, grace: Bearer) -> None:
    """The next part begins after the last item of the one before."""
    job = start(world, grace, *(locked(world, name) for name in ("a", "b", "c"))).job
    first = world.run(showing.show_job, ShowJob(job, limit=2))
    assert isinstance(first, JobShown)
    second = world.run(showing.show_job, ShowJob(job, limit=2, after=first.next))
    assert isinstance(second, JobShown)

    assert sorted(item.name for item in (*first.items, *second.items)) == ["a", "b", "c"]
    assert (len(first.items), second.next) == (2, None)


def test_lock_by_hand_stays(world: World) -> None:
    """Bulk never lifts it, not even for who could lift it singly (LOCK-12)."""
    admin = world.add_operator("ada", "administrator")
    by_hand, reported = locked(world, "h", lock_reason="Administrator"), locked(world, "r", lock_reason="Reported")
    job = start(world, admin, by_hand, reported).job
    work(world)

    assert outcomes(world, job) == {"h": "lockout.by_hand", "r": "lockout.by_hand"}
    assert is_locked(world, by_hand)
    assert is_locked(world, reported)


def test_what_is_refused_singly_is_refused_in_bulk(world: World, grace: Bearer) -> None:
    """Oneself, somebody higher, somebody unknown: each item passes the guard, and the others go on."""
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE account_state SET locked_at = 1, lock_reason = 'Failures'")
    higher, unknown, bram = locked_administrator(world), AccountId(UUID(int=7)), locked(world, "bram")
    job = start(world, grace, grace.account, higher, unknown, bram).job
    work(world)

    assert outcomes(world, job) == {
        "grace": "lockout.self", "ada": "rights.higher_target", "": "accounts.not_found", "bram": "done",
    }  # fmt: skip


def locked_administrator(world: World) -> AccountId:
    """Add an administrator who is locked for failures."""
    return world.add("ada", "administrator", factors=1, locked_at=NOON, lock_reason="Failures")


def test_account_named_twice_is_one_item(world: World, grace: Bearer) -> None:
    """A selection is a set."""
    bram = locked(world, "bram")

    assert start(world, grace, bram, bram).total == 1


def test_jobs_take_turns(world: World, grace: Bearer) -> None:
    """A small job does not wait for a large one that began before: on a slow machine a turn is one piece of five."""
    large = start(world, grace, *(locked(world, f"user{number}") for number in range(25)))
    small = start(world, grace, locked(world, "bram"))
    slow = replace(world.runtime, clock=HurryingClock(timedelta(milliseconds=101)))
    working.go_on(slow)

    assert (shown(world, large.job).tally.done, shown(world, small.job).tally.done) == (5, 1)


def test_the_pace_is_kept_from_turn_to_turn(world: World, grace: Bearer) -> None:
    """Where a piece of five takes 4 ms, the next has ten."""
    job = start(world, grace, *(locked(world, f"user{number}") for number in range(25))).job
    pace = working.Pace()
    sizes = []
    for _ in range(3):
        clock = HurryingClock(timedelta(milliseconds=101), timedelta(milliseconds=4))
        working.go_on(replace(world.runtime, clock=clock), pace)
        sizes.append(shown(world, job).tally.done)

    assert sizes == [5, 15, 25]


@pytest.mark.sqlite("PostgreSQL itself says who waits")
def test_pieces_are_small_while_others_wait(world: World, grace: Bearer) -> None:
    """The next piece is cut at once, and grows again a second after the last who has waited."""
    job = start(world, grace, *(locked(world, f"user{number}") for number in range(40))).job
    with world.database.write() as sql:
        sql.info[LANE] = LineSeen([0, 1, 0, 0])
    pace, done = working.Pace(), [0]
    for gap in (0, 0, 0, 1_000):
        clock = HurryingClock(timedelta(milliseconds=101 + gap), timedelta(milliseconds=8))
        working.go_on(replace(world.runtime, clock=clock), pace)
        done.append(shown(world, job).tally.done)

    assert [after - before for before, after in pairwise(done)] == [5, 10, 6, 5]


@dataclass(slots=True)
class LineSeen:
    """A line in which so many stand at each look."""

    counts: list[int]

    @property
    def waiting(self) -> int:
        """Count who stands in line."""
        return self.counts.pop(0)


@dataclass(slots=True)
class HurryingClock:
    """Goes on by these steps at each look, over and over; the first look sees noon."""

    steps: list[timedelta]
    looks: int = 0

    def __init__(self, *steps: timedelta) -> None:
        """Begin at noon."""
        self.steps, self.looks = list(steps), 0

    def now(self) -> datetime:
        """Look at the clock."""
        gone = [self.steps[look % len(self.steps)] for look in range(self.looks)]
        self.looks += 1
        return NOON + sum(gone, timedelta())


def test_two_workers_do_each_item_once(world: World, grace: Bearer) -> None:
    """Two processes that go on with one job leave one entry and one notice for each account, and finish it."""
    job = start(world, grace, *(locked(world, f"user{number}") for number in range(15))).job
    threads = [threading.Thread(target=work, args=(world,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [entry for entry in world.entries() if (entry.act, entry.outcome) == ("lockout.unlocked", "done")]
    assert (shown(world, job).state, shown(world, job).tally.done) == (JobState.FINISHED, 15)
    assert (len(done), len(world.mails())) == (15, 15)


def test_a_job_that_fails_keeps_no_other_from_going_on(world: World, grace: Bearer) -> None:
    """The failure is raised when all have had their turn, and its job goes on when the cause is gone."""
    bram, carla = locked(world, "bram"), locked(world, "carla")
    broken, sound = start(world, grace, bram), start(world, grace, carla)

    def guard(call: Any, act: Any, commands: Any, caller: Caller) -> Any:
        if bram in [command.account for command in commands]:
            raise ZeroDivisionError
        return world.runtime.guard_of_many(call, act, commands, caller)

    with pytest.raises(ExceptionGroup, match="jobs that could not go on"):
        working.go_on(replace(world.runtime, guard_of_many=guard))
    meanwhile = outcomes(world, sound.job)
    work(world)

    assert meanwhile == {"carla": "done"}
    assert outcomes(world, broken.job) == {"bram": "done"}
