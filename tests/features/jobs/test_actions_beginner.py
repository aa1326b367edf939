from uuid import UUID

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.accounts import store as accounts_store
from doorward.features.jobs.actions import showing, starting
from doorward.features.jobs.model import JobFound, JobShown, ShowJob, StartJob
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import EndSession
from doorward.kernel.act import Bearer
from doorward.kernel.ids import JobId
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import is_locked, locked, outcomes, start, work
from tests.worlds import OWNER, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def test_job_survives_signing_out(world: World, grace: Bearer) -> None:
    """Bulk work goes on when its beginner has left."""
    job = start(world, grace, locked(world, "bram")).job
    world.run(sessions.end_session, EndSession(), grace)
    work(world)

    assert outcomes(world, job) == {"bram": "done"}


def test_job_survives_the_end_of_its_session(world: World, grace: Bearer) -> None:
    """A night later it still acts for whoever began it."""
    job = start(world, grace, locked(world, "bram")).job
    world.pass_time(hours=13)
    work(world)

    assert outcomes(world, job) == {"bram": "done"}


def test_right_that_is_lost_stops_the_rest(world: World, grace: Bearer) -> None:
    """Rights are read anew for each item."""
    job = start(world, grace, locked(world, "bram")).job
    with world.writing() as call:
        call.sql.exec_driver_sql("DELETE FROM role_assignments")
    work(world)

    assert outcomes(world, job) == {"bram": "rights.missing"}


def test_disabled_beginner_stops_the_rest(world: World, grace: Bearer) -> None:
    """Who was disabled unlocks nobody."""
    job = start(world, grace, locked(world, "bram")).job
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE accounts SET enabled = (1 = 0) WHERE user_name = 'grace'")
    work(world)

    assert outcomes(world, job) == {"bram": "rights.missing"}


def test_beginner_whose_sessions_were_all_ended_stops_the_rest(world: World, grace: Bearer) -> None:
    """A reset or a lock by hand moves the epoch: what a stranger began in a stolen session ends with it."""
    bram = locked(world, "bram")
    job = start(world, grace, bram).job
    with world.writing() as call:
        accounts.move_epoch(call, grace.account)
    work(world)

    assert outcomes(world, job) == {"bram": "session.required"}
    assert is_locked(world, bram)


def test_same_key_finds_the_same_job(world: World, grace: Bearer) -> None:
    """A request that is sent twice begins once."""
    bram = locked(world, "bram")
    first = start(world, grace, bram, idempotency_key="k-1")
    again = start(world, grace, bram, idempotency_key="k-1")
    other = start(world, grace, bram, idempotency_key="k-2")

    assert again == JobFound(first.job, first.total, first.counting)
    assert other.job != first.job


def test_audit_2_a_job_is_recorded_as_begun_once(world: World, grace: Bearer) -> None:
    """Whoever sends the request again has begun nothing, also when the job is finished; the entry says so."""
    bram = locked(world, "bram")
    first = start(world, grace, bram, idempotency_key="k-1")
    start(world, grace, bram, idempotency_key="k-1")
    work(world)
    start(world, grace, bram, idempotency_key="k-1")

    entries = [(e.outcome, e.details["job"]) for e in world.entries() if e.act == "jobs.started"]
    assert entries == [("done", str(first.job)), ("unchanged", str(first.job)), ("unchanged", str(first.job))]


def test_key_of_somebody_else_is_another(world: World, grace: Bearer) -> None:
    """Keys belong to who sends them."""
    bram, henk = locked(world, "bram"), world.add_operator("henk", "help-desk")
    first = start(world, grace, bram, idempotency_key="k-1")

    assert start(world, henk, bram, idempotency_key="k-1").job != first.job


def test_a_key_stays_with_its_account_whatever_it_is_called(world: World, grace: Bearer) -> None:
    """Whoever bears the name afterwards is given nobody else's job (RIGHT-3), and who was renamed finds theirs."""
    bram = locked(world, "bram")
    first = start(world, grace, bram, idempotency_key="k-1")
    with world.writing() as call:
        accounts_store.save_fields(call.sql, world.standing(grace.account).account, {"user_name": "grace h"}, call.now)
    other = world.add_operator("grace", "help-desk")

    assert start(world, other, bram, idempotency_key="k-1").job != first.job
    assert start(world, grace, bram, idempotency_key="k-1").job == first.job


def test_a_key_that_comes_again_with_something_else_is_refused(world: World, grace: Bearer) -> None:
    """Nothing is begun, and nobody takes the job of before for the one that was asked for."""
    bram, carl = locked(world, "bram"), locked(world, "carl")
    start(world, grace, bram, idempotency_key="k-1")
    again = world.run(starting.start_unlocks, StartJob((carl,), idempotency_key="k-1"), grace)
    work(world)

    assert again == Refused("jobs.key_used")
    assert (is_locked(world, bram), is_locked(world, carl)) == (False, True)


def test_nobody_named_is_refused(world: World, grace: Bearer) -> None:
    """An empty selection is a mistake, not a job."""
    outcome = world.run(starting.start_unlocks, StartJob(), grace)

    assert outcome == Refused("jobs.nothing_selected")


def test_auditor_cannot_begin(world: World) -> None:
    """It takes `users:unlock`."""
    outcome = world.run(starting.start_unlocks, StartJob((world.add("bram"),)), world.add_operator("arno", "auditor"))

    assert outcome == Refused("rights.missing", {"right": "users:unlock"})


def test_job_is_shown_to_who_reads_users(world: World, grace: Bearer) -> None:
    """Its items name accounts, so it takes `users:read`; a job that is not there is not found."""
    job = start(world, grace, locked(world, "bram")).job
    stranger = world.add_operator("nora", "no-access")

    seen = world.run(showing.show_job, ShowJob(job), grace)
    hidden = world.run(showing.show_job, ShowJob(job), stranger)
    missing = world.run(showing.show_job, ShowJob(JobId(UUID(int=5))), grace)

    assert isinstance(seen, JobShown)
    assert hidden == Refused("rights.missing", {"right": "users:read"})
    assert missing == Refused("jobs.not_found")


def test_owner_begins_and_works_off_without_a_server(world: World) -> None:
    """The command line does both, as the server's owner."""
    bram = locked(world, "bram")
    job = start(world, OWNER, bram).job
    work(world)

    assert outcomes(world, job) == {"bram": "done"}
    assert world.standing(bram).state.unlocked_by == "cli:root"
