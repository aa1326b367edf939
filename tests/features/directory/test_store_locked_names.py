"""The list of the locked shows whom the joined tables show, however it comes to them."""

from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert

from doorward.edges.sql.searching import matching, parts
from doorward.edges.sql.tables.groups import account_groups, group_members
from doorward.edges.sql.tables.second_factor import allowlist
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import LockReason, Unlocker
from doorward.features.directory import rules
from doorward.features.directory.model import LockKind, Search
from doorward.features.directory.store import lists, locked_names, searches
from doorward.features.second_factor.model import FactorState
from doorward.kernel.act import EVERYBODY
from doorward.kernel.ids import AccountId, new_id
from tests.chance import SeededEntropy
from tests.features.directory.paging import pages
from tests.plans import plans_of
from tests.worlds import NOON, World

FIRST = ("ada", "Bo", "Zoë")
LAST = ("Rossi", "O_Neil", "Rossi-Novak")
EARLIER, LATER = NOON - timedelta(microseconds=1), NOON + timedelta(hours=1)
STATES: list[dict[str, Any]] = [
    {},
    {"locked_at": NOON, "lock_reason": "Failures", "lock_ends_at": LATER, "factors": 1},
    {"locked_at": NOON, "lock_reason": "Administrator"},
    {"locked_at": NOON, "lock_reason": "Failures", "lock_ends_at": NOON},
    {"locked_at": NOON, "lock_reason": "Inactivity", "excluded": True},
]
"""Open, locked for a while, locked by hand, lapsed, locked for good."""
QUERIES = (
    "", "a", "zo", "ro", "oss", "rossi", "rossi-novak", "i-nov", "_", "o_n", "zoë ro", "@example.org",
    "nobody", "ssi zoë",
)  # fmt: skip
MANY = """
    INSERT INTO accounts (account_id, user_name, user_name_canonical, full_name, full_name_canonical, kind, enabled,
        protected, created_at, updated_at, version)
    SELECT gen_random_uuid(), 'ada' || i, 'ada' || i, 'Ada Rossi ' || i, 'ada rossi ' || i, 'internal', true, false,
        0, 0, 1 FROM generate_series(1, 3000) AS i
"""
MANY_LOCKED = """
    INSERT INTO account_state (account_id, epoch, locked_at, lock_reason, enabled_at, factors, excluded)
    SELECT account_id, 1, 0, 'Failures', 0, 1, false FROM accounts
"""
SEARCHES: tuple[dict[str, Any], ...] = (
    {},
    {"enabled": False},
    {"second_factor": FactorState.MAY_SET_UP},
    {"second_factor": FactorState.EXCLUDED},
    {"without_factor": True},
    {"lock": LockKind.AUTOMATIC},
    {"lock": LockKind.BY_HAND},
)


@pytest.fixture
def crowd(world: World) -> World:
    """Fill a world with everybody: each name in each state; some were opened since, some disabled, some renamed."""
    for first, last, (number, state) in product(FIRST, LAST, enumerate(STATES)):
        login = f"{first}.{last}.{number}"
        account = world.add(login, **state)
        fields = {"full_name": f"{first} {last}", "enabled": number != 2 or last == "Rossi"}
        with world.database.write() as sql:
            accounts_store.save_fields(sql, world.standing(account).account, fields, NOON)
            if first == "Bo" and last == "Rossi":
                accounts_store.set_unlocked(sql, [account], Unlocker("grace", None, NOON))
            if number == 2:
                entry = {"cause": "reset", "added_at": NOON, "added_by": "g", "reason": "r", "expires_at": LATER}
                sql.execute(insert(allowlist).values(account_id=account, **entry))
    return world


def walked(world: World, conditions: dict[str, Any], most: int, walk: int) -> list[AccountId]:
    """Go through all pages of the list."""
    with world.database.read() as sql:
        return pages(lambda asked: locked_names.search(sql, asked, NOON, most, walk), conditions)


def joined(world: World, conditions: dict[str, Any]) -> list[AccountId]:
    """Read the same list from locks and names, without the tables that follow them."""
    with world.database.read() as sql:
        return [one.standing.account.id for one in lists.search(sql, conditions, NOON, 1000)]


def asked(query: str, **filters: Any) -> dict[str, Any]:
    """Give the conditions of a search, as the action does."""
    search = Search(query, locked=True, **filters)
    return {**rules.conditions(search), **matching(query), "parts": parts(query)}


def test_it_is_the_same_list(crowd: World) -> None:
    """For every text and filter, page by page, whether walked to its end, a step at a time, or read at once."""
    met = 0
    for query, filters in product(QUERIES, SEARCHES):
        conditions = asked(query, **filters)
        expected = joined(crowd, conditions)
        met += len(expected)
        for most, walk in ((50, 2000), (2, 3), (1, 1), (3, 0)):
            assert walked(crowd, conditions, most, walk) == expected, (query, filters, most, walk)
    assert met > 100


def test_groups_narrow_it_down(crowd: World) -> None:
    """A group that is named, and those whom an operator reaches or does not reach."""
    with crowd.writing() as call:
        group = new_id(call.now, call.entropy)
        named = {"name": "g", "name_canonical": "g", "description": "", "created_at": NOON, "version": 1}
        call.sql.execute(insert(account_groups).values(group_id=group, **named))
        for account in joined(crowd, asked("rossi"))[::2]:
            call.sql.execute(
                insert(group_members).values(group_id=group, account_id=account, added_at=NOON, added_by="g")
            )
    sides: list[dict[str, Any]] = [{"group": group}, {"within": [group]}, {"without": [group]}]
    for query, side in product(("", "ada", "zo"), sides):
        conditions = {**asked(query), **side}
        expected = joined(crowd, conditions)

        assert expected
        assert walked(crowd, conditions, 2, 3) == expected


def test_locks_that_stand_are_counted_by_reason(crowd: World) -> None:
    """Of everybody, or of those whom a text finds."""
    with crowd.database.read() as sql:
        everywhere = locked_names.count_by_reason(sql, "", NOON, EVERYBODY)
        matching = locked_names.count_by_reason(sql, "zo", NOON, EVERYBODY)

    assert everywhere == {LockReason.FAILURES: 8, LockReason.ADMINISTRATOR: 8, LockReason.INACTIVITY: 8}
    assert matching == {LockReason.FAILURES: 3, LockReason.ADMINISTRATOR: 3, LockReason.INACTIVITY: 3}


def test_a_lock_that_ends_is_in_the_list_until_then(world: World) -> None:
    """To the microsecond, whether the worker has cleared it or not."""
    world.add("dirk", **STATES[1])
    moments = (LATER - timedelta(microseconds=1), LATER)
    with world.database.read() as sql:
        found = [len(locked_names.search(sql, asked(query), at, 9)) for query in ("", "dirk") for at in moments]

    assert found == [1, 0, 1, 0]


def plans(sql: Connection, conditions: dict[str, Any]) -> list[str]:
    """Tell how a database carries out each statement of a search."""
    return plans_of(sql, lambda: locked_names.search(sql, conditions, NOON, 50, 100))


BEGUN = {"after": True, "after_name": "ada rossi 1", "after_account": AccountId(new_id(NOON, SeededEntropy()))}
SHAPES: list[tuple[str, dict[str, Any]]] = [
    *(("", {**asked("", **filters), **after}) for filters in SEARCHES[:2] for after in ({}, BEGUN)),
    *(("part", {**asked(query), **after}) for query in ("rossi", "ad") for after in ({}, BEGUN)),
    ("part", asked("rossi", lock=LockKind.AUTOMATIC, without_factor=True)),
]


@pytest.mark.sqlite("SQLite's own plan is read")
@pytest.mark.parametrize(("way", "conditions"), SHAPES)
def test_sqlite_walks_the_names(crowd: World, way: str, conditions: dict[str, Any]) -> None:
    """In the order of their index; nothing is sorted, and no table of all accounts is read through."""
    with crowd.database.read() as sql:
        *walks, rows = plans(sql, conditions)

    index = "PRIMARY KEY (part=?" if way else "ix_locked_names_listing"
    assert walks
    assert all(index in walk and "TEMP B-TREE" not in walk for walk in walks)
    assert not any("SCAN account" in walk for walk in (*walks, rows))


@pytest.mark.postgresql
@pytest.mark.parametrize(("way", "conditions"), SHAPES)
def test_postgresql_walks_the_names(world: World, way: str, conditions: dict[str, Any]) -> None:
    """The same; what it believes of a text that is looked for plays no part."""
    with world.database.write() as sql:
        sql.exec_driver_sql(MANY)
        sql.exec_driver_sql(MANY_LOCKED)
        sql.exec_driver_sql("ANALYZE")
        *walks, _ = plans(sql, conditions)

    index = "pk_locked_parts" if way else "ix_locked_names_listing"
    assert walks
    assert [walk for walk in walks if index not in walk or "Sort" in walk or "Seq Scan" in walk] == []


def test_jobs_find_the_same_accounts(crowd: World) -> None:
    """In the order of their ids, part by part, and so many of them; of all locks, or of automatic ones of before."""
    first = AccountId(UUID(int=0))
    for query, more in product(QUERIES, ("enabled", "automatic locks", "set_up")):
        conditions = {**rules.conditions(Search(query, locked=True)), **matching(query), "as_of": NOON, more: True}
        with crowd.database.read() as sql:
            expected = lists.ids(sql, conditions, NOON, 100)
            half = expected[len(expected) // 2][0] if expected else first

            assert searches.ids(sql, conditions, NOON, 100) == expected
            assert searches.count(sql, conditions, NOON) == len(expected) == lists.count(sql, conditions, NOON)
            after = searches.ids(sql, {**conditions, "after_id": half}, NOON, 3)
            assert after == [one for one in expected if one[0] > half][:3]


def test_jobs_leave_out_later_locks(world: World) -> None:
    """Whoever was locked after a job was asked for plays no part in it."""
    world.add("dirk", **STATES[1])
    with world.database.read() as sql:
        found = [searches.count(sql, {"automatic locks": True, "as_of": at}, NOON) for at in (EARLIER, NOON)]

    assert found == [0, 1]
