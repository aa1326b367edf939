from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from doorward.features.audit import store
from doorward.features.audit.model import Checkpoint, DayCount
from doorward.features.audit.rules import entries
from doorward.kernel.act import EVERYBODY
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from tests.plans import plans_of
from tests.worlds import NOON, World

BRAM = AccountId(UUID(int=11))
GRACE = AccountId(UUID(int=12))
DAY = 20_577
"""NOON's day, counted from 1970."""


def entry(minutes: int = 0, **fields: object) -> Entry:
    """Make an entry of so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    plain = Entry(
        id=entries.entry_id(at, 0, bytes(6)), at=at, act="lockout.unlocked", outcome="done", result=None, code=None,
        actor_id=GRACE, actor_name="grace", target_id=BRAM, target_name="bram", reason="why", reference="r",
        address="192.0.2.7", user_agent="tests", session_id=None, door="api", node="node-1", details={"count": 3},
    )  # fmt: skip
    return replace(plain, **fields)  # type: ignore[arg-type]


def add(world: World, *entries: Entry) -> None:
    """Write entries as they are."""
    with world.database.write() as sql:
        for one in entries:
            store.add(sql, one)


def found(world: World, **conditions: object) -> list[Entry]:
    """Read the entries that meet these conditions."""
    with world.database.read() as sql:
        return store.page(sql, conditions, 50)


def test_entry_is_read_as_it_was_written(world: World) -> None:
    """Every field survives the database."""
    add(world, entry())

    assert found(world) == [entry()]


def test_entries_that_are_there_are_told_from_others(world: World) -> None:
    """By their ids; of none, none is."""
    add(world, one := entry())
    with world.database.read() as sql:
        assert store.there(sql, [one.id, UUID(int=1)]) == {one.id}
        assert store.there(sql, []) == set()


def test_entries_come_newest_first(world: World) -> None:
    """The order is that of ids, whatever the order of writing was."""
    add(world, entry(2), entry(0), entry(1))

    assert found(world) == [entry(2), entry(1), entry(0)]


@pytest.mark.parametrize(
    ("conditions", "minutes"),
    [
        ({"target": BRAM}, [2, 0]),
        ({"actor_id": GRACE}, [1, 0]),
        ({"actor_name": "system"}, [2]),
        ({"act": "lockout.locked"}, [2]),
        ({"from_id": entries.first_id(NOON + timedelta(minutes=1))}, [2, 1]),
        ({"below_id": entries.first_id(NOON + timedelta(minutes=1))}, [0]),
        ({"before_id": entry(2).id}, [1, 0]),
        ({"target": BRAM, "act": "lockout.locked"}, [2]),
        ({"target": GRACE, "act": "lockout.locked"}, []),
    ],
)
def test_conditions_narrow_each_other_down(world: World, conditions: dict[str, object], minutes: list[int]) -> None:
    """An entry is shown when it meets every condition."""
    add(
        world,
        entry(0),
        entry(1, target_id=GRACE),
        entry(2, act="lockout.locked", actor_id=None, actor_name="system"),
    )

    assert [(one.at - NOON) // timedelta(minutes=1) for one in found(world, **conditions)] == minutes


def test_days_count_what_was_done(world: World) -> None:
    """Refused and unchanged locks are none, and a day is a UTC day."""
    add(
        world,
        entry(0, act="signin.completed", actor_name="bram"),
        entry(1, act="signin.completed", actor_name="bram"),
        entry(2, act="lockout.locked", actor_name="system"),
        entry(3, act="lockout.locked"),
        entry(4, act="lockout.locked", outcome="refused"),
        entry(5, act="lockout.locked", outcome="unchanged"),
        entry(12 * 60, act="lockout.locked"),
        entry(-1, act="lockout.locked"),
    )
    with world.database.read() as sql:
        counts = store.days_within(sql, entries.TOLD, entries.first_id(NOON), EVERYBODY)

    assert sorted(counts, key=lambda one: (one.day, one.act, one.by_server)) == [
        DayCount(DAY, "lockout.locked", by_server=False, count=1),
        DayCount(DAY, "lockout.locked", by_server=True, count=1),
        DayCount(DAY, "signin.completed", by_server=False, count=2),
        DayCount(DAY + 1, "lockout.locked", by_server=False, count=1),
    ]


def test_oldest_come_in_their_order_and_only_below(world: World) -> None:
    """Nothing that is young enough is ever loaded for removal."""
    add(world, entry(2), entry(0), entry(1))
    with world.database.read() as sql:
        found = store.oldest(sql, entries.first_id(NOON + timedelta(minutes=2)), 50)
        first = store.oldest(sql, entries.first_id(NOON + timedelta(minutes=2)), 1)

    assert (found, first) == ([entry(0), entry(1)], [entry(0)])


def test_old_end_is_removed_up_to_an_entry(world: World) -> None:
    """And with it; what is younger stays."""
    add(world, entry(0), entry(1), entry(2))
    with world.database.write() as sql:
        assert store.remove(sql, entry(1).id) == 2

    assert found(world) == [entry(2)]


def test_checkpoint_is_read_as_it_was_saved(world: World) -> None:
    """Begun, moved on and ended: one row."""
    run = Checkpoint(1, NOON, None, 2, entry(0).id, NOON, entry(1).id, entry(1).at, b"\x01" * 32)
    ended = replace(run, ended_at=NOON, count=3, last_id=entry(2).id, last_at=entry(2).at, link=b"\x02" * 32)
    with world.database.write() as sql:
        none = store.last_checkpoint(sql)
        store.save_checkpoint(sql, run)
        begun = store.last_checkpoint(sql)
        store.save_checkpoint(sql, ended)

    with world.database.read() as sql:
        assert (none, begun, store.checkpoints(sql, None, 5)) == (None, run, [ended])


@pytest.mark.sqlite("SQLite's own plan is read")
@pytest.mark.parametrize(
    ("condition", "index"),
    [
        ("target_id = x'00' AND id < x'01'", "ix_audit_entries_target"),
        ("actor_id = x'00' AND id < x'01'", "ix_audit_entries_actor"),
        ("actor_name = 'a' AND id < x'01'", "ix_audit_entries_actor_name"),
        ("act = 'a' AND id < x'01'", "ix_audit_entries_act"),
        ("id < x'01'", "sqlite_autoindex_audit_entries_1"),
    ],
)
def test_filters_are_read_from_an_index_in_order(world: World, condition: str, index: str) -> None:
    """A page costs what it shows: an index finds it and keeps its order."""
    query = f"EXPLAIN QUERY PLAN SELECT code FROM audit_entries WHERE {condition} ORDER BY id DESC LIMIT 50"  # noqa: S608 - our own words
    with world.database.read() as sql:
        plan = " ".join(row.detail for row in sql.execute(text(query)))

    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.sqlite("SQLite's own plan is read")
@pytest.mark.parametrize(
    "narrowed",
    [
        {},
        {"act": "lockout.unlocked"},
        {"actor_name": "grace"},
        {"actor_id": GRACE},
        {"target": BRAM},
        {"within": [BRAM]},
        {"act": "lockout.unlocked", "actor_name": "grace", "target": BRAM, "before_id": entry(9).id},
        {"from_id": entry(0).id, "below_id": entry(9).id},
    ],
    ids=["alone", "act", "actor by name", "actor by id", "target", "reach", "all", "span"],
)
def test_a_reference_is_found_by_its_index(world: World, narrowed: dict[str, object]) -> None:
    """Whatever narrows it down: no other index reads so little of a long trail."""
    with world.database.read() as sql:
        (plan,) = plans_of(sql, lambda: store.page(sql, {"reference": "r-1", **narrowed}, 50))

    assert "ix_audit_entries_reference (reference=?" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("narrowed", "minutes"),
    [
        ({}, [3, 2, 1]),
        ({"act": "lockout.locked"}, [2]),
        ({"actor_name": "grace"}, [3, 2, 1]),
        ({"actor_id": BRAM}, [1]),
        ({"target": GRACE}, [3]),
        ({"before_id": entry(3).id}, [2, 1]),
    ],
    ids=["alone", "act", "actor by name", "actor by id", "target", "the next page"],
)
def test_entries_of_a_reference_are_narrowed_down(
    world: World, narrowed: dict[str, object], minutes: list[int]
) -> None:
    """Newest first, as ever; one request may have written several."""
    add(
        world,
        entry(0),
        entry(1, reference="q", actor_id=BRAM),
        entry(2, reference="q", act="lockout.locked"),
        entry(3, reference="q", target_id=GRACE),
    )

    assert [one.at for one in found(world, reference="q", **narrowed)] == [
        NOON + timedelta(minutes=one) for one in minutes
    ]
