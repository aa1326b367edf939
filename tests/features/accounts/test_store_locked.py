from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from doorward.features.accounts import rules, store
from doorward.features.accounts.model import LockedAccount, LockedSearch, LockReason
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

AUTOMATIC = LockedSearch(None, (LockReason.FAILURES, LockReason.INACTIVITY), NOON)


def locked_account(world: World, name: str, **state: Any) -> AccountId:
    """Add an account that has been locked for failures since noon; `state` says otherwise."""
    return world.add(name, **{"locked_at": NOON, "lock_reason": "Failures", **state})


def found(world: World, search: LockedSearch = AUTOMATIC, most: int = 50) -> list[LockedAccount]:
    """Run a search at noon."""
    with world.database.read() as sql:
        return store.locked(sql, search, most, NOON)


def test_locked_accounts_are_found_longest_locked_first(world: World) -> None:
    """Open ones are not."""
    world.add("open")
    locked_account(world, "young")
    old = locked_account(world, "old", locked_at=NOON - timedelta(days=3))

    assert [one.user_name for one in found(world)] == ["old", "young"]
    assert found(world)[0] == LockedAccount(old, "old", NOON - timedelta(days=3))


@pytest.mark.parametrize(
    "state",
    [
        {"lock_reason": "Administrator"},
        {"lock_reason": "Reported"},
        {"lock_ends_at": NOON},
        {"locked_at": NOON + timedelta(seconds=1)},
    ],
    ids=["by hand", "reported", "lapsed", "later"],
)
def test_other_locks_are_left_out(world: World, state: dict[str, object]) -> None:
    """Another reason, a lapsed lock, and one set after the search began do not match."""
    locked_account(world, "bram", **state)

    assert found(world) == []


def test_lock_with_an_end_ahead_matches(world: World) -> None:
    """A timed lock counts until its end."""
    locked_account(world, "bram", lock_ends_at=NOON + timedelta(seconds=1))

    assert [one.user_name for one in found(world)] == ["bram"]


@pytest.mark.parametrize(
    ("query", "names"), [("b", ["bram"]), ("ram", ["bram"]), ("AMPLE.or", ["bram", "carla"]), ("ra", [])]
)
def test_text_narrows_the_search(world: World, query: str, names: list[str]) -> None:
    """Name, login and address are looked at, as in the list."""
    locked_account(world, "bram")
    locked_account(world, "carla")

    matching = found(world, replace(AUTOMATIC, pattern=rules.search_pattern(query)))
    assert sorted(one.user_name for one in matching) == names


def test_search_goes_on_where_it_ended(world: World) -> None:
    """Parts follow each other without gap or overlap, also within one second."""
    added = {locked_account(world, f"user{number}") for number in range(5)}
    first = found(world, most=2)
    second = found(world, replace(AUTOMATIC, after=first[-1]), most=2)
    third = found(world, replace(AUTOMATIC, after=second[-1]), most=2)

    parts = [one.account for one in (*first, *second, *third)]
    assert len(parts) == 5
    assert set(parts) == added


def test_names_of_accounts_that_are_there(world: World) -> None:
    """An unknown id has none."""
    bram = world.add("bram")
    with world.database.read() as sql:
        assert store.names(sql, [bram, AccountId(UUID(int=5))]) == {bram: "bram"}
