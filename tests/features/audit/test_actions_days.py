"""The figures of the overview are the same whether their entries have been counted or not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from doorward import upkeep
from doorward.edges.sql.tables.audit import audit_entries, counted_acts, day_counts
from doorward.features.audit import actions
from doorward.features.audit.model import DayFigures, Stretch
from doorward.features.audit.rules import entries
from doorward.kernel.act import SYSTEM, Reach
from doorward.kernel.events import Event
from doorward.kernel.ids import GroupId, new_id
from doorward.worker import Worker
from tests.chance import SeededEntropy
from tests.worlds import NOON, World

ACTS = ("signin.completed", "lockout.locked", "signin.password")
OUTCOMES = ("done", "done", "refused", "unchanged")
FEW = GroupId(new_id(NOON, SeededEntropy()))


def write(world: World, act: str = "signin.completed", outcome: str = "done", *, by_server: bool = True) -> None:
    """Write one entry, of the server itself or of somebody."""
    with world.writing() as call:
        actor = SYSTEM if by_server else replace(SYSTEM, name="grace")
        actions.record(replace(call, actor=actor), Event(act, outcome))


def a_month(world: World, seed: int) -> None:
    """Let all sorts of things happen on 33 days."""
    below = SeededEntropy(f"month {seed}").below
    for _ in range(33):
        for _ in range(below(6)):
            write(world, ACTS[below(3)], OUTCOMES[below(4)], by_server=bool(below(2)))
        world.pass_time(hours=20 + below(8))


def figures(world: World, reach: Reach | None = None) -> tuple[DayFigures, ...]:
    """Read the figures, as somebody with a reach does."""
    with world.reading() as call:
        return actions.days(call if reach is None else replace(call, reach=reach))


def total(world: World) -> int:
    """Add up all figures."""
    return sum(one.sign_ins + one.locks_automatic + one.locks_by_hand for one in figures(world))


def count_on(world: World, most: int = 2) -> Stretch | None:
    """Count a stretch, and write it down."""
    with world.reading() as call:
        counted = actions.uncounted(call, most)
    if counted is not None:
        assert keep(world, counted)
    return counted


def keep(world: World, counted: Stretch) -> bool:
    """Write down what was counted."""
    with world.writing() as call:
        return actions.keep_counts(call, counted)


@pytest.mark.parametrize("seed", range(5))
def test_counting_changes_no_figure(world: World, seed: int) -> None:
    """After each stretch, of whatever length, before and after more has happened."""
    a_month(world, seed)
    before, stretches = figures(world), 0
    while count_on(world, most=1 + seed) is not None:
        stretches += 1
        assert figures(world) == before
    write(world, by_server=False)
    after = figures(world)

    assert stretches > 1
    assert (before[-1].sign_ins + 1, after[:-1]) == (after[-1].sign_ins, before[:-1])


def test_what_is_counted_is_not_read_again(world: World) -> None:
    """The figures stand without the entries behind them."""
    for _ in range(5):
        write(world)
    world.pass_time(hours=1)
    while count_on(world):
        pass
    write(world)
    with world.database.write() as sql:
        ids = sql.execute(select(audit_entries.c.id).order_by(audit_entries.c.id).limit(5)).scalars().all()
        sql.execute(delete(audit_entries).where(audit_entries.c.id.in_(ids)))

    assert total(world) == 6


@pytest.mark.parametrize("counted_before", [False, True], ids=["the first", "a later one"])
def test_two_that_count_the_same_add_it_once(world: World, counted_before: bool) -> None:
    """Two workers may hold the duty for a moment; whoever writes it down second finds it done."""
    for _ in range(4):
        write(world)
        world.pass_time(minutes=5)
    if counted_before:
        count_on(world, most=1)
    with world.reading() as call:
        one, other = actions.uncounted(call, 2), actions.uncounted(call, 3)
    assert one is not None
    assert other is not None

    assert (keep(world, one), keep(world, other)) == (True, False)
    assert total(world) == 4
    assert count_on(world, most=5) is not None
    assert total(world) == 4


def test_young_entries_wait(world: World) -> None:
    """Whoever is still about to write an entry of a moment ago finds that moment uncounted."""
    write(world)
    world.pass_time(minutes=2)

    assert count_on(world) is None
    world.pass_time(seconds=1)
    assert count_on(world) is not None


def test_counts_of_old_days_are_forgotten(world: World) -> None:
    """A month later nothing is left of them, and after a long rest counting begins with the days that are told."""
    write(world)
    world.pass_time(minutes=3)
    count_on(world)
    world.pass_time(days=35)
    write(world)
    world.pass_time(days=35)
    write(world, by_server=False)
    world.pass_time(minutes=3)
    count_on(world)
    with world.database.read() as sql:
        kept = sql.execute(select(day_counts.c.day, day_counts.c.by_server, day_counts.c.count)).all()

    assert kept == [(entries.day_of(NOON + timedelta(days=70)), False, 1)]
    assert (total(world), count_on(world)) == (1, None)


def test_whoever_reaches_some_is_told_of_them(world: World) -> None:
    """Counts of everybody are for those who reach everybody (RIGHT-3)."""
    write(world)
    world.pass_time(minutes=3)
    count_on(world)
    few, all_but_few = Reach(everything=False, groups=frozenset({FEW})), Reach(without=frozenset({FEW}))

    assert [sum(one.sign_ins for one in figures(world, reach)) for reach in (few, all_but_few)] == [0, 1]


def test_the_worker_counts(world: World) -> None:
    """All that is old enough, in as many stretches as it takes."""
    for _ in range(3):
        write(world)
        write(world, "lockout.locked")
    world.pass_time(minutes=3)
    Worker(world.runtime, upkeep.upkeep_duties(), "a").turn()
    with world.database.read() as sql:
        kept = sql.execute(select(day_counts.c.act, day_counts.c.count).order_by(day_counts.c.act)).all()
        counted = sql.execute(select(counted_acts.c.act).order_by(counted_acts.c.act)).scalars().all()

    assert kept == [("lockout.locked", 3), ("signin.completed", 3)]
    assert counted == ["lockout.locked", "signin.completed"]
    assert [upkeep.count_days(world.runtime, most=1), total(world)] == [0, 6]
