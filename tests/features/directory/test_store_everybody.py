"""The list of everybody is the same whether names are walked, to their end or some of them, or all are read at once."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from doorward.edges.sql.searching import matching
from doorward.edges.sql.tables.groups import account_groups, group_members
from doorward.edges.sql.tables.second_factor import allowlist
from doorward.features.directory import rules
from doorward.features.directory.model import Search
from doorward.features.directory.store import everybody, lists, searches
from doorward.features.second_factor.model import FactorState
from doorward.kernel.ids import AccountId, GroupId, new_id
from tests.chance import SeededEntropy
from tests.features.directory.paging import pages
from tests.plans import plans_of
from tests.worlds import NOON, World

FIRST = ("ada", "bo", "zoë")
LAST = ("rossi", "o_neil", "rossi-novak")
STATES: list[dict[str, Any]] = [
    {},
    {"factors": 1},
    {"factors": 1, "excluded": True},
    {"locked_at": NOON, "lock_reason": "Administrator"},
]
GROUP = GroupId(new_id(NOON, SeededEntropy("group")))
QUERIES = ("", "a", "zo", "ro", "oss", "rossi-novak", "_", "o_n", "zoë.ro", "@example.org", "nobody")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    rules.conditions(Search("", enabled=False)),
    rules.conditions(Search("", without_factor=True)),
    *(rules.conditions(Search("", second_factor=state)) for state in FactorState),
    {"within": [GROUP]},
    {"without": [GROUP]},
)
MANY = """
    INSERT INTO accounts (account_id, user_name, user_name_canonical, full_name, full_name_canonical, kind, enabled,
        protected, created_at, updated_at, version)
    SELECT gen_random_uuid(), 'ada' || i, 'ada' || i, 'Ada Rossi ' || i, 'ada rossi ' || i, 'internal', true, false,
        0, 0, 1 FROM generate_series(1, 20000) AS i
"""
THEIR_STATES = """
    INSERT INTO account_state (account_id, epoch, enabled_at, factors, excluded)
    SELECT account_id, 1, 0, 1, false FROM accounts
"""


@pytest.fixture
def crowd(world: World) -> World:
    """Fill a world with everybody: each name in each state; some are in a group, some may set up a key."""
    with world.database.write() as sql:
        named = {"name": "g", "name_canonical": "g", "description": "", "created_at": NOON, "version": 1}
        sql.execute(insert(account_groups).values(group_id=GROUP, **named))
    for first, last, (number, state) in product(FIRST, LAST, enumerate(STATES)):
        account = world.add(f"{first}.{last}.{number}", **state)
        with world.database.write() as sql:
            if first != "ada" and number < 2:
                sql.execute(
                    insert(group_members).values(group_id=GROUP, account_id=account, added_at=NOON, added_by="g")
                )
            if number == 0 and last == "rossi":
                until = NOON + timedelta(hours=1)
                entry = {"cause": "reset", "added_at": NOON, "added_by": "g", "reason": "r", "expires_at": until}
                sql.execute(insert(allowlist).values(account_id=account, **entry))
    return world


def walked(sql: Connection, conditions: dict[str, Any], most: int, walk: int) -> list[AccountId]:
    """Go through all pages of the list."""
    return pages(lambda asked: everybody.search(sql, asked, NOON, most, walk), conditions)


def test_it_is_the_same_list(crowd: World) -> None:
    """For every text and filter, page by page, whether walked to its end, a step at a time, or read at once."""
    met = 0
    with crowd.database.read() as sql:
        for query, conditions in product(QUERIES, FILTERS):
            asked = {**matching(query), **conditions}
            expected = [one.standing.account.id for one in lists.search(sql, asked, NOON, 1000)]
            met += len(expected)
            for most, walk in ((50, 2000), (2, 3), (1, 1), (50, 35), (50, 36), (7, 0)):
                assert walked(sql, asked, most, walk) == expected, (query, conditions, most, walk)
    assert met > 500


@pytest.mark.sqlite("SQLite's own plan is read")
@pytest.mark.parametrize(
    ("conditions", "walks"),
    [
        ({"pattern": "%ada%"}, 1),
        ({"enabled": True}, 1),
        ({}, 0),
        ({"group": GROUP, "pattern": "%ada%"}, 0),
        ({"after": True, "after_name": "", "after_account": GROUP}, 0),
        ({"locked": True, "pattern": "%ada%", "parts": ("ada",)}, 0),
    ],
    ids=["text", "filter", "nothing", "group", "next page", "locked"],
)
def test_names_are_walked_where_a_search_narrows_down(crowd: World, conditions: dict[str, Any], walks: int) -> None:
    """A list of everybody needs no search, a group has its few, and the locked have a list of their own."""
    with crowd.database.read() as sql:
        plans = plans_of(sql, lambda: searches.search(sql, conditions, NOON, 1))

    assert len([plan for plan in plans if "way USING COVERING INDEX ix_accounts_listing" in plan]) == walks


@pytest.mark.sqlite("SQLite's own plan is read")
def test_sqlite_reads_the_table_once(crowd: World) -> None:
    """Where a walk does not do: from its one end to the other, since an index would lead back to it for each name."""
    with crowd.database.read() as sql:
        *_, at_once = plans_of(sql, lambda: everybody.search(sql, {"pattern": "%nobody%"}, NOON, 50, 3))

    assert "SCAN accounts\n" in at_once
    assert "TEMP B-TREE" in at_once


@pytest.mark.postgresql
@pytest.mark.parametrize("going_on", [False, True], ids=["first page", "next page"])
@pytest.mark.parametrize("text", ["ada", "777", "nobody"])
def test_postgresql_walks_and_then_reads_its_index(world: World, text: str, going_on: bool) -> None:
    """What it believes of a text that is looked for plays no part in a walk; few of many are found by their parts."""
    after = {"after": True, "after_name": "ada rossi 1", "after_account": GROUP} if going_on else {}
    with world.database.write() as sql:
        sql.exec_driver_sql(MANY)
        sql.exec_driver_sql(THEIR_STATES)
        sql.exec_driver_sql("SELECT gin_clean_pending_list('ix_accounts_search')")
        sql.exec_driver_sql("ANALYZE")
        edge, walk, *rest = plans_of(
            sql, lambda: everybody.search(sql, {"pattern": f"%{text}%", **after}, NOON, 50, 100)
        )

    assert "Index Only Scan using ix_accounts_listing" in edge
    assert "Index Only Scan using ix_accounts_listing on accounts way" in walk
    assert "Sort" not in walk
    assert "Seq Scan" not in walk
    if text != "ada":
        assert "ix_accounts_search" in rest[0]
        assert "Seq Scan on accounts" not in rest[0]
