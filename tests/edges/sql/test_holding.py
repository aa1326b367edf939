from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection

from doorward.edges.sql.holding import HeldOutOfOrder, hold_account, hold_administrators, hold_source
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.kernel.ids import AccountId
from tests import cluster

ADA, BEN = AccountId(UUID(int=1)), AccountId(UUID(int=2))
HOLDS = {
    "ada": lambda sql: hold_account(sql, ADA),
    "ben": lambda sql: hold_account(sql, BEN),
    "here": lambda sql: hold_source(sql, "192.0.2.7"),
    "there": lambda sql: hold_source(sql, "192.0.2.8"),
    "nobody": lambda sql: hold_source(sql, ""),
    "administrators": hold_administrators,
}

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database() -> Iterator[PostgresDatabase]:
    """Open a database that transactions share."""
    opened = cluster.fresh()
    yield opened
    opened.close()


def hold(sql: Connection, *names: str) -> list[bool]:
    """Hold these, in this order."""
    return [HOLDS[name](sql) for name in names]


@pytest.mark.parametrize(
    "names",
    [
        ("ada", "here", "administrators"),
        ("ada", "administrators", "ada"),
        ("ada", "here", "ada", "here"),
        ("here", "administrators"),
    ],
)
def test_things_are_held_in_one_order(database: PostgresDatabase, names: tuple[str, ...]) -> None:
    """What is held already may be asked for again at any time."""
    with database.write(shared=True) as sql:
        assert hold(sql, *names) == [True] * len(names)


@pytest.mark.parametrize(
    "names",
    [
        ("ada", "ben"),
        ("here", "there"),
        ("here", "ada"),
        ("administrators", "ada"),
        ("administrators", "here"),
        ("ada", "here", "ben"),
    ],
)
def test_another_order_and_a_second_of_a_kind_are_refused(database: PostgresDatabase, names: tuple[str, ...]) -> None:
    """Before it could wait: two that did so would wait for each other, until the server ends one of them."""
    with database.write(shared=True) as sql:
        hold(sql, *names[:-1])
        with pytest.raises(HeldOutOfOrder):
            hold(sql, names[-1])


def test_each_transaction_begins_with_nothing_held(database: PostgresDatabase) -> None:
    """On the same connection too."""
    for name in ("administrators", "here", "ada", "ben"):
        with database.write(shared=True) as sql:
            assert hold(sql, name) == [True]


def test_nobody_is_held_for_nobody(database: PostgresDatabase) -> None:
    """Attempts that are counted for no source do not wait for each other."""
    with database.write(shared=True) as sql, database.write(shared=True) as other:
        assert hold(sql, "nobody") + hold(other, "nobody") == [False, False]


def test_whoever_is_alone_holds_everything(database: PostgresDatabase) -> None:
    """In whatever order it asks, and as many as it likes."""
    with database.write() as sql:
        assert hold(sql, "administrators", "ben", "there", "ada") == [False] * 4
