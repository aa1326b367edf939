import re
import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.directory.model import Search
from doorward.features.jobs import store
from doorward.features.jobs.model import Beginner, Frontier, Job, JobItem, JobKind, JobState, JobTally
from doorward.features.second_factor.model import FactorState
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, JobId
from tests.plans import plans_of
from tests.worlds import NOON, World

GRACE = AccountId(UUID(int=12))
ORIGIN = Origin(Door.CONSOLE, "192.0.2.7", "Browser/1", reference="r-1")
JOB = Job(
    id=JobId(UUID(int=1)), kind=JobKind.UNLOCKS, state=JobState.RUNNING, reason="storm is over",
    beginner=Beginner(GRACE, "grace", 3, used_second_factor=True, origin=ORIGIN), made_at=NOON, total=2,
)  # fmt: skip
ONE, TWO, THREE = (AccountId(UUID(int=number)) for number in (101, 102, 103))


def add(world: World, *jobs: Job) -> None:
    """Write jobs, each with two items."""
    with world.database.write() as sql:
        for job in jobs:
            store.add(sql, job)
            store.add_items(sql, job.id, [(TWO, "two"), (ONE, "one")])


def settle(world: World, account: AccountId, outcome: str, code: str | None = None) -> bool:
    """Settle an item of the job."""
    with world.database.write() as sql:
        return store.settle(sql, JOB.id, [account], (outcome, code)) == 1


def test_job_is_read_as_it_was_written(world: World) -> None:
    """Beginner, origin and frontier survive the database."""
    frontier = Frontier(Search("bram", locked=True, second_factor=FactorState.SET_UP, enabled=False), ONE)
    job = replace(JOB, frontier=frontier)
    by_owner = Beginner(None, "cli:root", None, used_second_factor=False, origin=Origin(Door.CLI))
    other = replace(JOB, id=JobId(UUID(int=2)), beginner=by_owner, frontier=Frontier(Search()), finished_at=NOON)
    add(world, job, other)

    with world.database.read() as sql:
        assert store.find(sql, job.id) == job
        assert store.find(sql, other.id) == other
        assert store.find(sql, JobId(UUID(int=3))) is None


def test_job_is_found_by_its_beginners_key(world: World) -> None:
    """The same key of somebody else is another one."""
    add(world, replace(JOB, key_hash=b"k" * 32))

    with world.database.read() as sql:
        assert store.by_key(sql, GRACE, "grace rossi", b"k" * 32) == JOB
        assert store.by_key(sql, ONE, "grace", b"k" * 32) is None
        assert store.by_key(sql, None, "grace", b"k" * 32) is None
        assert store.by_key(sql, GRACE, "grace", b"x" * 32) is None


def test_a_job_of_the_owner_is_found_by_the_owners_name(world: World) -> None:
    """No account began it; whoever has an account of that name did not either."""
    by_root = Beginner(None, "cli:root", None, used_second_factor=False, origin=Origin(Door.CLI))
    job = replace(JOB, beginner=by_root, asked_for="a" * 64)
    add(world, replace(job, key_hash=b"k" * 32))

    with world.database.read() as sql:
        assert store.by_key(sql, None, "cli:root", b"k" * 32) == job
        assert store.by_key(sql, None, "cli:admin", b"k" * 32) is None
        assert store.by_key(sql, GRACE, "cli:root", b"k" * 32) is None


def test_a_key_is_looked_for_by_an_index(world: World) -> None:
    """However many jobs there are, a request waits for none of them."""
    with world.database.read() as sql:
        if sql.dialect.name == "postgresql":
            sql.exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is read as a whole else
        plans = plans_of(sql, lambda: store.by_key(sql, GRACE, "grace", b"k" * 32))

    assert [plan for plan in plans if "ix_jobs_owner" not in plan] == []


def test_running_jobs_come_oldest_first(world: World) -> None:
    """Finished ones are left out."""
    second = replace(JOB, id=JobId(UUID(int=2)))
    add(world, second, JOB, replace(JOB, id=JobId(UUID(int=3)), state=JobState.FINISHED))

    with world.database.read() as sql:
        assert store.running(sql) == [JOB, second]


def test_settled_item_is_open_no_more(world: World) -> None:
    """Its outcome and code stand beside it."""
    add(world, JOB)
    settle(world, ONE, "refused", "lockout.self")

    with world.database.read() as sql:
        assert store.open_items(sql, JOB.id, 10) == [TWO]
        assert store.open_among(sql, JOB.id, [ONE, TWO, THREE]) == [TWO]
        assert store.items(sql, JOB.id, None, 10) == [
            JobItem(ONE, "one", "refused", "lockout.self"),
            JobItem(TWO, "two", None, None),
        ]
        assert store.tallies(sql, [JOB]) == {JOB.id: JobTally(2, 0, 0, 1, 1)}


def test_items_go_on_after_one(world: World) -> None:
    """A part begins after the last item of the part before."""
    add(world, JOB)

    with world.database.read() as sql:
        assert [item.name for item in store.items(sql, JOB.id, ONE, 10)] == ["two"]


def test_item_is_settled_once(world: World) -> None:
    """The first outcome stays."""
    add(world, JOB)

    assert settle(world, ONE, "done") is True
    assert settle(world, ONE, "refused", "lockout.self") is False


def test_many_items_are_settled_at_once(world: World) -> None:
    """Those that have theirs keep it, and so do the items of another job."""
    add(world, JOB, replace(JOB, id=JobId(UUID(int=2))))
    settle(world, ONE, "refused", "lockout.self")
    with world.database.write() as sql:
        settled = store.settle(sql, JOB.id, [ONE, TWO, THREE], ("done", None))

    with world.database.read() as sql:
        assert (settled, store.tallies(sql, [JOB])) == (1, {JOB.id: JobTally(2, 1, 0, 1, 0)})
        assert sorted(store.open_items(sql, JobId(UUID(int=2)), 10)) == [ONE, TWO]


def test_of_two_racing_outcomes_one_stands(world: World) -> None:
    """Two processes settle one item at the same moment: one of them was first."""
    add(world, JOB)
    start, won = threading.Barrier(2), []

    def race(outcome: str) -> None:
        start.wait()
        won.append(settle(world, ONE, outcome))

    threads = [threading.Thread(target=race, args=(outcome,)) for outcome in ("done", "unchanged")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False, True]


def test_frontier_moves_with_the_total(world: World) -> None:
    """What was frozen is counted, and a process that was slower writes nothing."""
    add(world, replace(JOB, frontier=Frontier(Search())))
    with world.database.write() as sql:
        first = store.save_frontier(sql, JOB, Frontier(Search(), THREE), 5)
        second = store.save_frontier(sql, JOB, None, 5)

    with world.database.read() as sql:
        found = store.find(sql, JOB.id)
    assert (first, second) == (True, False)
    assert found == replace(JOB, total=7, frontier=Frontier(Search(), THREE))


def test_the_rest_of_a_long_selection_is_kept(world: World) -> None:
    """In its order; it waits as items do."""
    job = replace(JOB, frontier=Frontier(None, listed=(THREE, ONE)))
    add(world, job)

    with world.database.read() as sql:
        assert store.find(sql, job.id) == job
        assert store.tallies(sql, [job]) == {job.id: JobTally(4, 0, 0, 0, 4)}


def test_job_is_finished_once(world: World) -> None:
    """The instant is that of the first."""
    add(world, JOB)
    with world.database.write() as sql:
        first = store.end(sql, JOB.id, JobState.FINISHED, NOON)
        second = store.end(sql, JOB.id, JobState.STOPPED, NOON + timedelta(seconds=1))

    with world.database.read() as sql:
        found = store.find(sql, JOB.id)
    assert (first, second) == (True, False)
    assert found == replace(JOB, state=JobState.FINISHED, finished_at=NOON)


def test_no_items_are_no_statement(world: World) -> None:
    """A search that finds nothing freezes nothing."""
    with world.database.write() as sql:
        store.add(sql, JOB)
        store.add_items(sql, JOB.id, [])

        assert store.tallies(sql, [JOB]) == {JOB.id: JobTally(0, 0, 0, 0, 0)}


BY_ACCOUNT = {"sqlite": r"SEARCH job_items .*account_id[=>]", "postgresql": r"Index Cond: .*account_id"}
"""How a plan says that an index leads to the accounts."""


@pytest.mark.parametrize("ask", ["open_among", "settle"])
def test_a_piece_of_a_long_job_is_found_by_its_accounts(world: World, ask: str) -> None:
    """Each piece costs what it holds, and not as much as all that wait: found by its outcome it would be most of them.

    PostgreSQL is asked while it takes a job for one item, as after many jobs of one.
    """
    every = [(AccountId(UUID(int=number)), "somebody") for number in range(5_000)]
    piece = [account for account, _ in every[:100]]
    with world.database.write() as sql:
        kind = sql.dialect.name
        for number in range(500):
            small = replace(JOB, id=JobId(UUID(int=10_000 + number)))
            store.add(sql, small)
            store.add_items(sql, small.id, every[:1])
        sql.exec_driver_sql("ANALYZE job_items")
        store.add(sql, JOB)
        store.add_items(sql, JOB.id, every)
        if ask == "settle":
            plans = plans_of(sql, lambda: store.settle(sql, JOB.id, piece, ("done", None)))
        else:
            plans = plans_of(sql, lambda: store.open_among(sql, JOB.id, piece))

    assert plans
    assert [plan for plan in plans if not re.search(BY_ACCOUNT[kind], plan)] == []
