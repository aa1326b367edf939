"""What a search finds, read from the side that makes it quick: that of the locked, of a group, or of the names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from doorward.features.directory.store import everybody, lists, locked_names
from doorward.kernel.ids import AccountId


def search(sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int) -> list[lists.JoinedAccount]:
    """Load accounts that meet every condition, by full name, then id."""
    if _of_the_locked(conditions):
        return locked_names.search(sql, conditions, now, most)
    if conditions.keys() - lists.NO_CONDITIONS - {"after"} and conditions.keys().isdisjoint(lists.OF_FEW):
        return everybody.search(sql, conditions, now, most)
    return lists.search(sql, conditions, now, most)


def ids(sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int) -> list[tuple[AccountId, str]]:
    """Load id and user name of accounts that meet every condition, in the order of their ids."""
    if _of_the_locked(conditions):
        return locked_names.ids(sql, conditions, now, most)
    return lists.ids(sql, conditions, now, most)


def count(sql: Connection, conditions: Mapping[str, Any], now: datetime) -> int:
    """Count the accounts that meet every condition."""
    if _of_the_locked(conditions):
        return locked_names.count(sql, conditions, now)
    return lists.count(sql, conditions, now)


def _of_the_locked(conditions: Mapping[str, Any]) -> bool:
    return not conditions.keys().isdisjoint(("locked", "automatic locks"))
