from uuid import UUID

import pytest

from doorward.features.jobs.model import JobKind, StartJob
from doorward.features.notices.model import Kind
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import JobId
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import STARTS, locked, outcomes, start, work, work_piece
from tests.worlds import OWNER, World

OF_FACTORS = [JobKind.RESETS, JobKind.ALLOWLIST, JobKind.EXCLUSIONS]
EVENTS = {
    JobKind.RESETS: "second_factor.reset",
    JobKind.ALLOWLIST: "allowlist.added",
    JobKind.EXCLUSIONS: "exclusions.added",
}


@pytest.fixture
def sue(world: World) -> Bearer:
    """Sign in a super user."""
    return world.add_operator("sue", "super-user")


def test_keys_are_reset(world: World, sue: Bearer) -> None:
    """Each factor is gone, each account is on the allowlist, each person is told once (KEY-3)."""
    bram, carla = world.add("bram", factors=1), world.add("carla", factors=1)
    job = start(world, sue, bram, carla, kind=JobKind.RESETS, reason="stolen phones").job
    work(world)

    with world.database.read() as sql:
        allowed = sql.exec_driver_sql("SELECT count(*) FROM allowlist WHERE reason = 'stolen phones'").scalar()
    assert outcomes(world, job) == {"bram": "done", "carla": "done"}
    assert allowed == 2
    assert [letter.kind for _, letter in world.collect_mail()] == [Kind.SECOND_FACTOR_RESET] * 2


def test_blocked_accounts_are_allowed(world: World, sue: Bearer) -> None:
    """Whoever has a factor is left as they are (KEY-5)."""
    blocked, fine = world.add("bram"), world.add("carla", factors=1)
    job = start(world, sue, blocked, fine, kind=JobKind.ALLOWLIST, reason="roll-out").job
    work(world)

    assert outcomes(world, job) == {"bram": "done", "carla": "unchanged"}
    assert [to for to, _ in world.collect_mail()] == ["bram@example.org"]


def test_accounts_are_excluded(world: World, sue: Bearer) -> None:
    """Whoever was excluded already is left as they are."""
    service, other = world.add("svc-1"), world.add("svc-2", excluded=True)
    job = start(world, sue, service, other, kind=JobKind.EXCLUSIONS, reason="service accounts").job
    work(world)

    assert outcomes(world, job) == {"svc-1": "done", "svc-2": "unchanged"}
    assert world.standing(service).state.excluded


@pytest.mark.parametrize("kind", OF_FACTORS)
def test_each_account_has_its_entry(world: World, sue: Bearer, kind: JobKind) -> None:
    """In the act's own words, with the job and its reason; the beginning names the kind."""
    bram = world.add("bram")
    job = start(world, sue, bram, kind=kind, reason="a test").job
    work(world)
    begun, done = world.entries()[-2:]

    assert (begun.act, begun.details["kind"]) == ("jobs.started", kind.value)
    assert (done.act, done.outcome, done.target_id, done.reason, done.details["job"]) == (
        EVENTS[kind], "done", bram, "a test", str(job),
    )  # fmt: skip


@pytest.mark.parametrize("kind", OF_FACTORS)
def test_what_is_refused_singly_is_refused_in_bulk(world: World, sue: Bearer, kind: JobKind) -> None:
    """Oneself, and somebody who holds more."""
    admin = world.add("ada", "administrator", factors=1)
    job = start(world, sue, sue.account, admin, kind=kind, reason="a test").job
    work(world)

    assert outcomes(world, job) == {"sue": "second_factor.self", "ada": "rights.higher_target"}


@pytest.mark.parametrize("kind", [JobKind.RESETS, JobKind.EXCLUSIONS])
def test_the_last_administrator_is_left(world: World, kind: JobKind) -> None:
    """Not even the server's owner takes the last one away (RIGHT-5)."""
    admin, bram = world.add("ada", "administrator", factors=1), world.add("bram")
    job = start(world, OWNER, admin, bram, kind=kind, reason="a test").job
    work(world)

    assert outcomes(world, job) == {"ada": "rights.last_administrator", "bram": "done"}


@pytest.mark.parametrize("kind", OF_FACTORS)
def test_it_takes_the_second_factor(world: World, kind: JobKind) -> None:
    """A session opened without it begins nothing (KEY-7)."""
    sue = world.sign_in(world.add("sue", "super-user", factors=1), OpenedWith.RECOVERY_CODE)
    refused = world.run(STARTS[kind], StartJob((sue.account,), reason="a test"), sue)

    assert isinstance(refused, Refused)
    assert refused.code == "session.second_factor_required"


def test_a_factor_that_is_lost_meanwhile_stops_the_rest(world: World, sue: Bearer) -> None:
    """The guard asks for the actor's factor of now at each account (KEY-7)."""
    job = start(world, sue, world.add("bram"), kind=JobKind.ALLOWLIST, reason="a test").job
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE account_state SET factors = 0")
    work(world)

    assert outcomes(world, job) == {"bram": "session.second_factor_required"}


@pytest.mark.parametrize("kind", OF_FACTORS)
def test_the_help_desk_begins_none(world: World, kind: JobKind) -> None:
    """Unlocking is another right."""
    grace, bram = world.add_operator("grace", "help-desk"), world.add("bram")

    refused = world.run(STARTS[kind], StartJob((bram,), reason="a test"), grace)

    assert refused == Refused("rights.missing", {"right": "user-permissions:modify-object-acls"})


def test_a_key_belongs_to_one_kind(world: World, sue: Bearer) -> None:
    """The same word for another act is another job."""
    bram = locked(world, "bram")
    one = start(world, sue, bram, idempotency_key="monday")
    other = start(world, sue, bram, kind=JobKind.RESETS, reason="a test", idempotency_key="monday")

    assert one.job != other.job


@pytest.mark.parametrize("kind", JobKind)
def test_a_piece_of_no_job_does_nothing(world: World, kind: JobKind) -> None:
    """Nothing is done for a job that is not there, nor twice for one that is over."""
    bram = locked(world, "bram", factors=1)
    job = start(world, OWNER, bram, kind=kind, reason="a test").job
    work_piece(world, JobId(UUID(int=5)), bram)
    before = len(world.entries())
    work(world)
    after = len(world.entries())
    work_piece(world, job, bram)

    assert (before, after, len(world.entries())) == (1, 2, 2)
