import pytest

from doorward.features.directory.model import Search
from doorward.features.groups import store as groups_store
from doorward.features.groups.model import Group
from doorward.features.jobs.actions import showing, starting
from doorward.features.jobs.model import (
    CountFound,
    FoundCounted,
    JobKind,
    NameSelected,
    SelectedNamed,
    ShowJob,
    StopJob,
)
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment, Effect, Role, Scope
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId, new_id
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import is_locked, locked, outcomes, start, work
from tests.worlds import World


@pytest.fixture
def branch(world: World) -> tuple[Bearer, AccountId, AccountId]:
    """Give the help desk of one branch, somebody of that branch, and somebody of another; both are locked."""
    inside, outside, desk = locked(world, "inga"), locked(world, "otto"), world.add("grace", factors=1)
    with world.writing() as call:
        group = GroupId(new_id(call.now, call.entropy))
        groups_store.add(call.sql, Group(group, "north", "", None, call.now, 1))
        groups_store.add_member(call.sql, group, inside, "system", call.now)
        granted = Assignment("help-desk", Effect.ALLOW, Scope(group))
        rights_store.grant(call.sql, desk, granted, rights_store.WriteStamp("system", call.now))
    return world.sign_in(desk), inside, outside


def test_a_search_finds_ones_own_branch(world: World, branch: tuple[Bearer, AccountId, AccountId]) -> None:
    """When it is counted, and when it is worked off (RIGHT-3)."""
    grace, inside, outside = branch
    counted = world.run(starting.count_found, CountFound(JobKind.UNLOCKS, Search()), grace)
    job = start(world, grace, search=Search()).job
    work(world)

    assert counted == FoundCounted(1)
    assert outcomes(world, job) == {"inga": "done"}
    assert (is_locked(world, inside), is_locked(world, outside)) == (False, True)


def test_a_selection_names_nobody_outside(world: World, branch: tuple[Bearer, AccountId, AccountId]) -> None:
    """Whoever is outside answers as if they were not there."""
    grace, inside, outside = branch
    named = world.run(starting.name_selected, NameSelected((outside, inside)), grace)
    job = start(world, grace, inside, outside).job
    work(world)

    assert named == SelectedNamed(("inga",))
    assert outcomes(world, job) == {"inga": "done", "": "accounts.not_found"}
    assert is_locked(world, outside)


def test_a_long_selection_names_nobody_outside(world: World, branch: tuple[Bearer, AccountId, AccountId]) -> None:
    """Nor do the parts of it that the worker freezes."""
    grace, inside, outside = branch
    others = [world.add(f"p{number}") for number in range(50)]
    job = start(world, grace, *others, inside, outside).job
    work(world)

    assert set(outcomes(world, job)) == {"inga", ""}


def test_somebody_elses_job_is_not_there(world: World, branch: tuple[Bearer, AccountId, AccountId]) -> None:
    """For whoever does not reach everybody: its items name people."""
    grace, _, outside = branch
    job = start(world, world.add_operator("ada", "administrator"), outside).job

    assert world.run(showing.show_job, ShowJob(job), grace) == Refused("jobs.not_found")
    assert world.run(starting.stop_job, StopJob(job), grace) == Refused("jobs.not_found")


def test_who_has_left_ones_reach_is_named_no_more(world: World, branch: tuple[Bearer, AccountId, AccountId]) -> None:
    """The job keeps its counts, and its beginner the id that they asked for."""
    grace, inside, _ = branch
    job = start(world, grace, inside).job
    before = world.run(showing.show_job, ShowJob(job), grace)
    with world.writing() as call:
        (north,) = groups_store.groups_of(call.sql, inside)
        groups_store.remove_member(call.sql, north, inside)
    after = world.run(showing.show_job, ShowJob(job), grace)

    assert [(one.account, one.name) for one in getattr(before, "items", ())] == [(inside, "inga")]
    assert [(one.account, one.name) for one in getattr(after, "items", ())] == [(inside, "")]


def test_who_unlocks_and_reads_nobody_is_told_no_names(
    world: World, branch: tuple[Bearer, AccountId, AccountId]
) -> None:
    """They unlock by ids that somebody gave them, and learn nothing else of whom they unlock."""
    grace, inside, outside = branch
    with world.writing() as call:
        unlocker = Role("unlocker", "Unlocker", frozenset({"users:unlock"}), version=1)
        stamp = rights_store.WriteStamp("system", call.now)
        rights_store.add_role(call.sql, unlocker, stamp)
        rights_store.grant(call.sql, grace.account, Assignment("unlocker"), stamp)
    job = start(world, grace, inside, outside).job
    frozen = outcomes(world, job)
    work(world)

    assert frozen == {"inga": None, "": None}
    assert outcomes(world, job) == {"inga": "done", "": "done"}
    assert not is_locked(world, outside)
