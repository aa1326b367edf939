from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, NewAccount
from doorward.features.directory.model import Search
from doorward.features.jobs import store
from doorward.features.jobs.actions import starting, working
from doorward.features.jobs.model import CountFound, FoundCounted, Frontier, JobKind, JobState, JobTally, StopJob
from doorward.features.second_factor.model import FactorState
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from tests.features.jobs.begun import is_locked, locked, outcomes, shown, start, work
from tests.worlds import NOON, World


@pytest.fixture
def sue(world: World) -> Bearer:
    """Sign in a super user."""
    return world.add_operator("sue", "super-user")


def crowd(world: World, count: int) -> None:
    """Add so many people, all of them locked for failures."""
    with world.writing() as call:
        for number in range(count):
            account = AccountId(new_id(call.now, call.entropy))
            accounts.add(call, NewAccount(account, f"user{number}", "User", None, AccountKind.EXTERNAL, call.now))
        call.sql.exec_driver_sql("UPDATE account_state SET locked_at = 1, lock_reason = 'Failures'")


def test_unlocking_freezes_automatic_locks(world: World, sue: Bearer) -> None:
    """Those that match, nothing else, and nothing that locks afterwards."""
    found = locked(world, "bram")
    locked(world, "carla")
    locked(world, "bram-by-hand", lock_reason="Administrator")
    locked(world, "bram-lapsed", lock_ends_at=NOON)
    started = start(world, sue, search=Search("bram"))
    world.pass_time(seconds=2)
    later = locked(world, "bram-later", locked_at=NOON + timedelta(seconds=2))
    work(world)

    assert outcomes(world, started.job) == {"bram": "done"}
    assert (is_locked(world, found), is_locked(world, later)) == (False, True)


def test_search_finds_what_the_list_of_users_finds(world: World, sue: Bearer) -> None:
    """Filters narrow each other down; who was added afterwards plays no part."""
    world.add("bram")
    world.add("brad", factors=1)
    world.add("bruno", excluded=True)
    search = Search("br", second_factor=FactorState.BLOCKED, enabled=True)
    started = start(world, sue, kind=JobKind.ALLOWLIST, search=search)
    world.pass_time(seconds=2)
    world.add("brigitte")
    work(world)

    assert outcomes(world, started.job) == {"bram": "done"}


def test_nothing_is_looked_for_while_nobody_else_can_write(world: World, sue: Bearer) -> None:
    """A job on a search begins empty, and says that it is counting."""
    locked(world, "bram")
    started = start(world, sue, search=Search("bram"))
    before = shown(world, started.job)
    work(world)

    assert (started.total, started.counting, before.counting, before.tally.total) == (0, True, True, 0)
    assert (shown(world, started.job).counting, shown(world, started.job).tally.total) == (False, 1)


def test_search_that_finds_nobody_is_finished(world: World, sue: Bearer) -> None:
    """There is nothing to do."""
    started = start(world, sue, search=Search("nobody"))
    work(world)

    assert (shown(world, started.job).state, shown(world, started.job).tally.total) == (JobState.FINISHED, 0)


def test_entry_says_what_was_searched_for(world: World, sue: Bearer) -> None:
    """So that the trail tells whom it was meant for."""
    start(world, sue, search=Search("bram"), reason="storm is over")

    assert world.entries()[-1].details["search"] == "query=bram, locked"


def test_large_search_is_frozen_a_few_at_a_time(world: World) -> None:
    """Fifty at first, and more where the writer is held for a short time only (LOCK-12); all of them in the end."""
    crowd(world, 151)
    started = start(world, search=Search())
    sizes: list[int] = []

    class Watched:
        """Notes how many items each transaction has added."""

        @contextmanager
        def write(self, *, shared: bool = False) -> Iterator[Connection]:
            with world.database.write(shared=shared) as sql:
                before = count(sql)
                yield sql
                sizes.append(count(sql) - before)

        def read(self) -> AbstractContextManager[Connection]:
            return world.database.read()

        def close(self) -> None:
            world.database.close()

    working.go_on(replace(world.runtime, database=Watched()))
    work(world)

    assert [size for size in sizes if size] == [50, 100, 1]
    assert shown(world, started.job).tally.done == 151


def count(sql: Connection) -> int:
    """Count all items."""
    return int(sql.exec_driver_sql("SELECT count(*) FROM job_items").scalar_one())


def test_freezing_goes_on_where_a_dead_process_left_it(world: World) -> None:
    """What is frozen already is not frozen again."""
    crowd(world, 3)
    started = start(world, search=Search())
    with world.database.write() as sql:
        job = store.find(sql, started.job)
        assert job is not None
        assert job.frontier is not None
        first = sql.exec_driver_sql("SELECT account_id FROM accounts ORDER BY account_id LIMIT 1").scalar_one()
        account = AccountId(first if isinstance(first, UUID) else UUID(bytes=first))
        store.save_frontier(sql, job, replace(job.frontier, after=account), 1)
        store.add_items(sql, job.id, [(account, "user0")])
    work(world)

    assert shown(world, started.job).tally.done == 3


def test_whoever_may_no_longer_search_has_a_job_that_ends(world: World, sue: Bearer) -> None:
    """Nobody is found for somebody whose rights are gone, or whose sessions were all ended."""
    bram = locked(world, "bram")
    without_rights, ended = start(world, sue, search=Search()), start(world, sue, search=Search())
    with world.writing() as call:
        accounts.move_epoch(call, sue.account)
    work(world)

    states = [shown(world, one.job).state for one in (without_rights, ended)]
    assert states == [JobState.STOPPED, JobState.STOPPED]
    assert is_locked(world, bram)


def test_audit_2_a_job_that_the_server_ends_is_recorded(world: World, sue: Bearer) -> None:
    """Once, as the server's own act, with what was left and why; one that somebody stopped before is theirs."""
    locked(world, "bram")
    ended, theirs = start(world, sue, search=Search()), start(world, sue, search=Search())
    world.run(starting.stop_job, StopJob(theirs.job), sue)
    with world.writing() as call:
        accounts.move_epoch(call, sue.account)
    work(world)

    entries = [(e.actor_name, e.door, e.outcome, e.details) for e in world.entries() if e.act == "jobs.stopped"]
    assert entries == [
        ("sue", "api", "done", {"job": str(theirs.job), "kind": "unlocks", "left": 0}),
        (
            "system",
            "worker",
            "done",
            {"job": str(ended.job), "kind": "unlocks", "left": 0, "cause": "session.required"},
        ),
    ]


def test_process_that_was_slower_writes_nothing(world: World) -> None:
    """Two that freeze the same part write it once."""
    crowd(world, 3)
    started = start(world, search=Search())
    with world.database.read() as sql:
        job = store.find(sql, started.job)
    assert job is not None
    work(world)
    with world.database.write() as sql:
        again = store.save_frontier(sql, job, Frontier(Search()), 3)

    assert again is False
    assert shown(world, started.job).tally.total == 3


@pytest.mark.parametrize(("kind", "count"), [(JobKind.UNLOCKS, 1), (JobKind.RESETS, 3)])
def test_what_a_job_would_be_about_is_counted(world: World, sue: Bearer, kind: JobKind, count: int) -> None:
    """Before it is begun: for unlocking the automatic locks, else everybody whom the search finds."""
    locked(world, "bram")
    locked(world, "brad", lock_reason="Administrator")
    world.add("bruno")

    assert world.run(starting.count_found, CountFound(kind, Search("br")), sue) == FoundCounted(count)


def test_a_group_that_is_not_there_ends_the_job(world: World, sue: Bearer) -> None:
    """Nobody is in it; and counting says so before."""
    started = start(world, sue, search=Search(group="nowhere"))
    work(world)

    assert shown(world, started.job).state is JobState.STOPPED
    assert world.run(starting.count_found, CountFound(JobKind.RESETS, Search(group="nowhere")), sue) == Refused(
        "groups.not_found"
    )


def test_a_long_selection_is_whole_from_the_beginning(world: World, sue: Bearer) -> None:
    """Its total is known, though its items are frozen a few at a time; a name that is nobody's is refused there too."""
    chosen = [locked(world, f"p{number}") for number in range(60)]
    started = start(world, sue, *chosen, AccountId(UUID(int=7)))
    before = shown(world, started.job)
    work(world)
    after = shown(world, started.job)

    assert (started.total, started.counting, before.tally, len(before.items)) == (
        61,
        False,
        JobTally(61, 0, 0, 0, 61),
        50,
    )
    assert (after.state, after.tally) == (JobState.FINISHED, JobTally(61, 60, 0, 1, 0))
