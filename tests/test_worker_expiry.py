from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from doorward import upkeep
from doorward.edges.call import Call
from doorward.edges.run import Runtime
from doorward.edges.sql.tables.locked import locked_names, locked_parts
from doorward.features.accounts import store as accounts
from doorward.features.audit.actions import list_entries
from doorward.features.audit.model import ListEntries
from doorward.features.policy.actions import change_audit_settings
from doorward.features.policy.model import ChangeAuditSettings
from doorward.worker import Worker
from tests.plans import plans_of
from tests.worlds import NOON, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world whose trail is kept for 31 days."""
    begun = World.begin(tmp_path)
    begun.run(change_audit_settings, ChangeAuditSettings({"audit_retention_days": 31}))
    yield begun
    begun.database.close()


def test_expired_entries_go_once_a_day(world: World) -> None:
    """In one run with one entry, by the server itself; another turn on the same day finds nothing (AUDIT-4)."""
    for _ in range(450):
        world.run(list_entries, ListEntries(limit=1))
    world.pass_time(days=40)
    keeper = Worker(world.runtime, upkeep.upkeep_duties(), "a")
    keeper.turn()
    first = world.entries()
    world.pass_time(hours=11)
    keeper.turn()

    assert [(one.act, one.actor_name, one.door, one.details["count"]) for one in first] == [
        ("audit.expired", "system", "worker", 451)
    ]
    assert world.entries() == first


def test_server_that_keeps_everything_removes_nothing(world: World) -> None:
    """As a server does until somebody says otherwise."""
    world.run(change_audit_settings, ChangeAuditSettings({"audit_retention_days": 0}))
    world.pass_time(days=4_000)
    Worker(world.runtime, upkeep.upkeep_duties(), "a").turn()

    assert [one.act for one in world.entries()] == ["policy.changed", "policy.changed"]


def test_names_of_unlocked_accounts_go(world: World) -> None:
    """What the list of the locked has of them; whoever is locked stays in it."""
    opened, _ = (world.add(name, locked_at=NOON, lock_reason="Administrator") for name in ("dirk", "emma"))
    with world.database.write() as sql:
        accounts.set_lock(sql, opened, None)
    Worker(world.runtime, upkeep.upkeep_duties(), "a").turn()

    with world.database.read() as sql:
        assert list(sql.execute(select(locked_names.c.user_name_canonical)).scalars()) == ["emma"]
        assert sql.execute(select(func.count(locked_parts.c.account_id.distinct()))).scalar() == 1


@pytest.mark.sqlite("SQLite's own plan is read")
def test_what_has_expired_is_found_by_its_time(world: World) -> None:
    """Whoever is alone among writers must not read what has not expired: of sessions there are as many as people.

    Who has forgotten a password is forgotten within the hour, so that there are few.
    """
    with world.writing() as call:
        looked = [plans_of(call.sql, partial(purge, call)) for purge in upkeep.PURGES]

    assert all(looked)
    read_through = [plan for plans in looked for plan in plans if "SCAN" in plan]
    assert read_through == ["SCAN password_asks"]


def test_one_that_cannot_forget_keeps_no_other_from_it(world: World) -> None:
    """What it did is taken back, what the others did stays, and the error is raised when all had their turn."""

    def fail(call: Call) -> int:
        accounts.set_lock(call.sql, dirk, None)
        raise ValueError

    def forget(call: Call) -> int:
        accounts.set_lock(call.sql, emma, None)
        return 1

    dirk, emma = (world.add(name, locked_at=NOON, lock_reason="Administrator") for name in ("dirk", "emma"))
    with pytest.raises(ExceptionGroup, match="could not be forgotten"):
        upkeep.forget_expired(world.runtime, [fail, forget])

    assert [world.standing(one).state.lock is None for one in (dirk, emma)] == [False, True]
    assert upkeep.forget_expired(world.runtime, [forget]) == 1


@pytest.mark.parametrize(
    "look",
    [upkeep.settle_dead_attempts, upkeep.clear_lapsed_locks, upkeep.mail_forgotten, upkeep.remove_expired_entries],
)
def test_nobody_is_held_up_for_nothing(world: World, look: Callable[[Runtime], int]) -> None:
    """Where nothing is to be done the writers' lane is not asked for."""
    with world.database.write():
        assert look(world.runtime) == 0
