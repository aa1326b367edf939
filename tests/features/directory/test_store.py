from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from doorward.edges.sql.tables.second_factor import allowlist
from doorward.features.directory.store import belonging
from doorward.features.directory.store import lists as store
from doorward.features.rights.model.facts import Assignment, Effect
from doorward.kernel.act import EVERYBODY
from doorward.kernel.ids import AccountId
from tests.plans import plans_of
from tests.worlds import NOON, World


def found(world: World, most: int = 50, **conditions: Any) -> list[str]:
    """Search at noon, and give the user names in the order of the list."""
    with world.database.read() as sql:
        listed = store.search(sql, conditions, NOON, most)
    return [one.standing.account.user_name for one in listed]


def people(world: World) -> None:
    """Add one account of each state, and some locks."""
    world.add("anna", factors=1)
    world.add("bert")
    world.add("cora", factors=1, excluded=True)
    world.add("dirk", factors=1, locked_at=NOON, lock_reason="Failures")
    world.add("emma", locked_at=NOON, lock_reason="Administrator")
    world.add("fred", factors=1, locked_at=NOON, lock_reason="Failures", lock_ends_at=NOON)
    allow(world, world.add("gina"), NOON + timedelta(seconds=1))
    allow(world, world.add("hans"), NOON)


def allow(world: World, account: AccountId, until: Any) -> None:
    """Put an account on the allowlist until an instant."""
    with world.database.write() as sql:
        entry = {"cause": "reset", "added_at": NOON, "added_by": "grace", "reason": "lost phone", "expires_at": until}
        sql.execute(insert(allowlist).values(account_id=account, **entry))


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({}, ["anna", "bert", "cora", "dirk", "emma", "fred", "gina", "hans"]),
        ({"locked": True}, ["dirk", "emma"]),
        ({"set_up": True}, ["anna", "dirk", "fred"]),
        ({"may_set_up": True}, ["gina"]),
        ({"blocked": True}, ["bert", "emma", "hans"]),
        ({"excluded": True}, ["cora"]),
        ({"without factor": True}, ["bert", "emma", "gina", "hans"]),
        ({"locked": True, "set_up": True}, ["dirk"]),
        ({"enabled": False}, []),
        ({"pattern": "%er%"}, ["bert"]),
        ({"pattern": "%example.org%", "locked": True}, ["dirk", "emma"]),
        ({"pattern": "d%"}, ["dirk"]),
        ({"pattern": r"%\%%"}, []),
    ],
)
def test_conditions_narrow_each_other_down(world: World, conditions: dict[str, Any], names: list[str]) -> None:
    """Every condition holds for every account that is found (LOCK-6); a lapsed lock is none."""
    people(world)

    assert found(world, **conditions) == names


def test_list_is_ordered_by_name_and_then_by_id(world: World) -> None:
    """Two of the same name follow each other, and a page begins after either."""
    world.add("zoe")
    with world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET full_name_canonical = 'same'")
    world.add("same")
    world.add("tina")
    with world.database.read() as sql:
        first, second, third = store.search(sql, {}, NOON, 50)
        after = {"after": True, "after_name": "same", "after_account": first.standing.account.id}
        rest = store.search(sql, after, NOON, 50)

    assert [first.canonical_name, second.canonical_name, third.canonical_name] == ["same", "same", "tina"]
    assert first.standing.account.id < second.standing.account.id
    assert rest == [second, third]


def test_account_is_read_whole(world: World) -> None:
    """What the list needs is joined from four features."""
    gina = world.add(
        "gina", "auditor", unlocked_by="grace", last_sign_in_at=NOON, locked_at=NOON, lock_reason="Failures"
    )
    allow(world, gina, NOON + timedelta(days=1))
    with world.database.read() as sql:
        (listed,) = store.search(sql, {"account": gina}, NOON, 1)

    assert listed.standing == world.standing(gina)
    assert listed.entry is not None
    assert (listed.entry.added_by, listed.entry.reason, listed.entry.expires_at) == (
        "grace", "lost phone", NOON + timedelta(days=1),
    )  # fmt: skip
    assert listed.password_changed_at is None


def test_what_accounts_hold_themselves_is_read_with_its_effect(world: World) -> None:
    """A denied role is not an allowed one."""
    ada, bert = world.add("ada", "help-desk", "auditor"), world.add("bert")
    with world.database.write() as sql:
        sql.exec_driver_sql("UPDATE role_assignments SET effect = 'deny' WHERE role = 'help-desk'")
    with world.database.read() as sql:
        held = belonging.held_by(sql, [ada, bert])

    denied = Assignment("help-desk", Effect.DENY)
    assert held == {ada: [Assignment("auditor"), denied]}


def test_accounts_without_a_factor_are_counted(world: World) -> None:
    """The figure is the length of the list behind it."""
    people(world)
    with world.database.read() as sql:
        assert store.without_factor(sql, EVERYBODY) == 4


@pytest.mark.sqlite("SQLite's own plan is read")
@pytest.mark.parametrize(
    ("conditions", "index"),
    [
        ({}, "ix_accounts_listing"),
        ({"after": True, "after_name": "b", "after_account": None}, "ix_accounts_listing"),
        ({"enabled": True, "blocked": True}, "ix_accounts_listing"),
    ],
    ids=["list", "next page", "filter"],
)
def test_list_is_driven_by_its_index(world: World, conditions: dict[str, Any], index: str) -> None:
    """A page costs what it shows."""
    people(world)
    with world.database.read() as sql:
        *_, plan = plans_of(sql, lambda: store.search(sql, conditions, NOON, 50))

    assert index in plan
    assert "TEMP B-TREE" not in plan
