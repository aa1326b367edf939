"""Forgetting what has expired: a few rows at a time, so that the writer is soon free again however many there are."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, select

from doorward.edges.sql.columns import Instant

UNTIL = bindparam("until", type_=Instant)
"""What the condition of a table compares its times with."""
AT_ONCE = 200


class Expiring:
    """The rows of a table whose time comes; an index on that time finds them."""

    def __init__(self, table: Table, expired: ColumnElement[bool]) -> None:
        """Take the condition under which a row may be forgotten."""
        keys = table.primary_key.columns
        self._find = select(*keys).where(expired).limit(bindparam("most"))
        self._forget = delete(table).where(*(key == bindparam(key.name) for key in keys))

    def forget(self, sql: Connection, until: datetime, most: int = AT_ONCE) -> int:
        """Delete a few rows, and tell how many; none where nothing is left.

        The transaction is alone among writers: what is found is as it was when it is deleted.
        """
        found: list[dict[str, Any]] = [
            row._asdict() for row in sql.execute(self._find, {"until": until, "most": most}).all()
        ]
        if found:
            sql.execute(self._forget, found)
        return len(found)
