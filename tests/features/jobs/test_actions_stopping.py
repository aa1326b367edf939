from uuid import UUID

import pytest

from doorward.features.directory.model import Search
from doorward.features.jobs.actions import showing, starting
from doorward.features.jobs.model import (
    JobKind,
    JobOver,
    JobsListed,
    JobState,
    JobStopped,
    ListJobs,
    StopJob,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import JobId
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import is_locked, locked, outcomes, shown, start, work, work_piece
from tests.worlds import NOON, OWNER, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def test_what_waits_is_left_and_what_is_done_stays(world: World, grace: Bearer) -> None:
    """A job of five that is stopped after a piece of three."""
    people = [locked(world, f"user{number}") for number in range(5)]
    job = start(world, grace, *people).job
    work_piece(world, job, *people[:3])
    stopped = world.run(starting.stop_job, StopJob(job), grace)
    work(world)

    assert stopped == JobStopped(2)
    assert (shown(world, job).state, shown(world, job).finished_at) == (JobState.STOPPED, NOON)
    assert (shown(world, job).tally.done, shown(world, job).tally.waiting) == (3, 2)


def test_a_piece_that_comes_after_the_stop_does_nothing(world: World, grace: Bearer) -> None:
    """It asks in its own transaction whether the job still runs."""
    bram = locked(world, "bram")
    job = start(world, grace, bram).job
    world.run(starting.stop_job, StopJob(job), grace)
    before = len(world.entries())
    work_piece(world, job, bram)

    assert is_locked(world, bram)
    assert len(world.entries()) == before


def test_a_search_that_is_stopped_is_looked_for_no_more(world: World, grace: Bearer) -> None:
    """It counts nothing any more."""
    locked(world, "bram")
    job = start(world, grace, search=Search()).job
    world.run(starting.stop_job, StopJob(job), grace)
    work(world)

    assert (shown(world, job).counting, outcomes(world, job)) == (False, {})


def test_it_is_stopped_once(world: World, grace: Bearer) -> None:
    """A job that is over stays as it is."""
    job = start(world, grace, locked(world, "bram")).job
    work(world)

    assert world.run(starting.stop_job, StopJob(job), grace) == JobOver()
    assert shown(world, job).state is JobState.FINISHED


def test_stopping_is_recorded(world: World, grace: Bearer) -> None:
    """By whom, and how many were left."""
    job = start(world, grace, locked(world, "bram")).job
    world.run(starting.stop_job, StopJob(job), grace)
    entry = world.entries()[-1]

    assert (entry.act, entry.outcome, entry.actor_name) == ("jobs.stopped", "done", "grace")
    assert entry.details == {"job": str(job), "kind": "unlocks", "left": 1}


def test_others_stop_what_they_could_have_begun(world: World, grace: Bearer) -> None:
    """A colleague of the help desk stops unlocks, and no resets."""
    sue, bram = world.add_operator("sue", "super-user"), locked(world, "bram")
    unlocks = start(world, sue, bram).job
    resets = start(world, sue, bram, kind=JobKind.RESETS, reason="a test").job

    assert world.run(starting.stop_job, StopJob(unlocks), grace) == JobStopped(1)
    assert world.run(starting.stop_job, StopJob(resets), grace) == Refused(
        "rights.missing", {"right": "user-permissions:modify-object-acls"}
    )
    assert world.run(starting.stop_job, StopJob(resets), OWNER) == JobStopped(1)


def test_a_job_that_is_not_there_is_not_stopped(world: World, grace: Bearer) -> None:
    """Nobody's id."""
    assert world.run(starting.stop_job, StopJob(JobId(UUID(int=5))), grace) == Refused("jobs.not_found")


def test_own_jobs_are_listed_newest_first(world: World, grace: Bearer) -> None:
    """With their counts, page by page, and nobody else's; the server's owner owns them all (RIGHT-8)."""
    henk, bram = world.add_operator("henk", "help-desk"), locked(world, "bram")
    first = start(world, grace, bram, reason="one").job
    world.pass_time(seconds=1)
    second = start(world, grace, bram, reason="two").job
    start(world, henk, bram)
    start(world, OWNER, bram)
    page = world.run(showing.list_jobs, ListJobs(limit=1), grace)
    assert isinstance(page, JobsListed)
    rest = world.run(showing.list_jobs, ListJobs(before=page.next), grace)
    assert isinstance(rest, JobsListed)
    owners = world.run(showing.list_jobs, ListJobs(), OWNER)
    assert isinstance(owners, JobsListed)

    assert [(one.job, one.reason, one.tally.waiting) for one in page.jobs] == [(second, "two", 1)]
    assert ([one.job for one in rest.jobs], rest.next) == ([first], None)
    assert {one.owner_name for one in owners.jobs} == {"grace", "henk", "cli:root"}
    assert len(owners.jobs) == 4
