"""Whoever holds a role over some people is shown them and nobody else, by every list, figure, export and job (RIGHT-3).

Nora is in North, Sven in South, Uma in no group. Ann holds a role over North; Dan administers, but is denied South.
"""

from collections.abc import Callable

import pytest

from doorward.features.administration.actions import adding
from doorward.features.administration.model import AddAccount
from doorward.features.audit import actions as audit
from doorward.features.audit.model import ExportEntries, ExportFormat, Filter, ListEntries, ReadExport
from doorward.features.directory import actions as directory
from doorward.features.directory.model import (
    CountLocked,
    Search,
    ViewAccount,
    ViewHistory,
    ViewOverview,
)
from doorward.features.groups import actions as groups
from doorward.features.groups.model import ListGroups, ViewGroup
from doorward.features.jobs.actions import showing, starting
from doorward.features.jobs.model import CountFound, JobKind, ListJobs, ShowJob, StopJob
from doorward.features.lockout.actions import locking as lockout
from doorward.features.lockout.model import LockAccount
from doorward.features.rights.actions import permissions
from doorward.features.rights.model.acts.explaining import ShowPermissions
from doorward.features.second_factor.actions import allowlist, exclusions
from doorward.features.second_factor.model import (
    AllowlistPage,
    AllowSetUp,
    ExcludeAccount,
    ExclusionsPage,
    ListAllowlist,
    ListExclusions,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import outcomes, start, work
from tests.features.rights.branches import Branches, two_branches
from tests.features.rights.giving import WHY, code
from tests.worlds import World


@pytest.fixture
def branches(world: World) -> Branches:
    """Two branches, Ann who looks after one, and Dan who is denied the other."""
    return two_branches(world)


def _named(page: AllowlistPage | ExclusionsPage | Refused) -> set[str]:
    assert not isinstance(page, Refused)
    return {one.user_name for one in page.people.values()}


SHOWN: dict[str, Callable[[Branches, Bearer], set[str]]] = {
    "search": lambda b, by: {
        one.user_name
        for one in b.world.run(directory.search_accounts, Search(locked=True), by).accounts  # type: ignore[union-attr]
    },
    "allowlist": lambda b, by: _named(b.world.run(allowlist.list_allowlist, ListAllowlist(), by)),
    "trail": lambda b, by: {
        str(one.target_name)
        for one in b.world.run(  # type: ignore[union-attr]
            audit.list_entries, ListEntries(Filter(act="allowlist.added")), by
        ).entries
    },
}


@pytest.mark.parametrize("shown", SHOWN)
def test_lists_show_nobody_out_of_reach(branches: Branches, shown: str) -> None:
    """Ann sees her branch; Dan everybody but the one that is denied to him."""
    assert SHOWN[shown](branches, branches.ann) == {"nora"}
    assert SHOWN[shown](branches, branches.dan) == {"nora", "uma"}


def test_excluded_people_out_of_reach_are_not_listed(branches: Branches) -> None:
    """As on the allowlist."""
    world = branches.world
    for one in branches.people.values():
        world.run(exclusions.exclude_account, ExcludeAccount(one, WHY))
    shown = {
        by: _named(world.run(exclusions.list_exclusions, ListExclusions(), by)) for by in (branches.ann, branches.dan)
    }

    assert shown == {branches.ann: {"nora"}, branches.dan: {"nora", "uma"}}


def test_figures_count_nobody_out_of_reach(branches: Branches) -> None:
    """Locked, without a factor, the days' locks, and what a job would have."""
    world = branches.world
    for one in branches.people.values():
        world.run(lockout.lock_account, LockAccount(one, WHY))
    figures = {}
    for by in (branches.ann, branches.dan):
        overview = world.run(directory.view_overview, ViewOverview(), by)
        counted = world.run(directory.count_locked, CountLocked(), by)
        found = world.run(starting.count_found, CountFound(JobKind.ALLOWLIST, Search(without_factor=True)), by)
        figures[by] = (
            getattr(overview, "locked_by_hand", None),
            getattr(overview, "without_second_factor", None),
            [day.locks_by_hand for day in getattr(overview, "days", ()) if day.locks_by_hand],
            getattr(counted, "by_hand", None),
            getattr(found, "count", None),
        )

    assert figures == {branches.ann: (1, 1, [1], 1, 1), branches.dan: (2, 2, [2], 2, 2)}


@pytest.mark.parametrize("form", list(ExportFormat))
def test_export_tells_of_nobody_out_of_reach(branches: Branches, form: ExportFormat) -> None:
    """In both spellings; nor of what is about no account at all, for whoever reaches some people only."""
    world = branches.world
    assert code(world.run(audit.export_entries, ExportEntries(form=form), branches.ann)) == "done"
    part = world.run(audit.read_export, ReadExport(Filter(), form), branches.ann)
    text = getattr(part, "text", "")

    assert "nora" in text
    assert "sven" not in text
    assert "uma" not in text
    assert "audit.exported" not in text


def test_filter_on_somebody_out_of_reach_finds_nothing(branches: Branches) -> None:
    """As for somebody to whom nothing ever happened."""
    asked = ListEntries(Filter(account=branches.people["sven"]))
    page = branches.world.run(audit.list_entries, asked, branches.ann)

    assert getattr(page, "entries", None) == ()


def test_groups_out_of_reach_are_not_there(branches: Branches) -> None:
    """Neither in the list, nor by id, nor as a filter, nor as the group of somebody who is in two."""
    world = branches.world
    listed = {
        by: {row.group.name for row in world.run(groups.list_groups, ListGroups(), by).groups}  # type: ignore[union-attr]
        for by in (branches.ann, branches.dan)
    }

    assert listed == {branches.ann: {"North"}, branches.dan: {"North"}}
    for by in (branches.ann, branches.dan):
        assert code(world.run(groups.view_group, ViewGroup(branches.south), by)) == "groups.not_found"
        assert code(world.run(directory.search_accounts, Search(group="South"), by)) == "groups.not_found"
    with world.writing() as call:
        groups.add_member(call, branches.south, branches.people["nora"])
    found = world.run(directory.search_accounts, Search(), branches.ann)
    assert [(one.user_name, one.groups) for one in getattr(found, "accounts", ())] == [("nora", ("North",))]


ASKED: dict[str, Callable[[Branches, AccountId, Bearer], object]] = {
    "view": lambda b, one, by: b.world.run(directory.view_account, ViewAccount(one), by),
    "history": lambda b, one, by: b.world.run(directory.view_history, ViewHistory(one), by),
    "permissions": lambda b, one, by: b.world.run(permissions.show_permissions, ShowPermissions(one), by),
    "lock": lambda b, one, by: b.world.run(lockout.lock_account, LockAccount(one, WHY), by),
    "allow": lambda b, one, by: b.world.run(allowlist.allow_set_up, AllowSetUp(one, WHY), by),
}


@pytest.mark.parametrize("asked", ASKED)
def test_account_out_of_reach_answers_as_one_that_is_not_there(branches: Branches, asked: str) -> None:
    """By reading and by acting; and the trail keeps what the asker is not told."""
    nobody, ask = AccountId(branches.north), ASKED[asked]

    assert code(ask(branches, branches.people["nora"], branches.ann)) != "accounts.not_found"
    assert code(ask(branches, branches.people["sven"], branches.ann)) == "accounts.not_found"
    assert branches.world.entries()[-1].target_name == "sven"
    assert code(ask(branches, nobody, branches.ann)) == "accounts.not_found"
    assert code(ask(branches, branches.people["sven"], branches.dan)) == "accounts.not_found"


def test_job_over_a_search_keeps_to_the_reach(branches: Branches) -> None:
    """And one over a selection names nobody out of reach, and does nothing to them."""
    world = branches.world
    searched = start(world, branches.ann, search=Search(locked=True), reason=WHY).job
    work(world)
    chosen = start(world, branches.ann, *branches.people.values(), reason=WHY).job
    work(world)

    assert outcomes(world, searched) == {"nora": "done"}
    assert outcomes(world, chosen) == {"nora": "unchanged", "": "accounts.not_found"}
    assert {name for name, one in branches.people.items() if world.standing(one).state.lock is None} == {"nora"}


def test_jobs_of_others_are_for_those_who_reach_everybody(branches: Branches) -> None:
    """A job's items name people; one's own job is there for whoever began it."""
    world = branches.world
    grace = world.add_operator("grace", "administrator")
    theirs, mine = start(world, grace, *branches.people.values()).job, start(
        world, branches.ann, *branches.people.values()
    ).job  # fmt: skip

    for by in (branches.ann, branches.dan):
        assert code(world.run(showing.show_job, ShowJob(theirs), by)) == "jobs.not_found"
        assert code(world.run(starting.stop_job, StopJob(theirs), by)) == "jobs.not_found"
    assert [one.job for one in getattr(world.run(showing.list_jobs, ListJobs(), branches.ann), "jobs", ())] == [mine]
    assert code(world.run(showing.show_job, ShowJob(mine), grace)) == "done"
    assert code(world.run(starting.stop_job, StopJob(mine), branches.ann)) == "done"


def test_who_looks_after_a_group_adds_people_to_it(branches: Branches) -> None:
    """Not without a group, since they would add somebody whom they do not reach."""
    world = branches.world

    def adding_to(*names: str) -> str:
        new = AddAccount("neu", "Neu", "neu@example.org", groups=names)
        return code(world.run(adding.add_account, new, branches.ann))

    assert adding_to() == "groups.required"
    assert adding_to("North", "South") == "groups.not_found"
    assert adding_to("North") == "done"
    found = world.run(directory.search_accounts, Search(), branches.ann)
    assert {one.user_name for one in getattr(found, "accounts", ())} == {"nora", "neu"}
