"""Whether other writers wait for a transaction to end: whoever has many things to do then does fewer at a time."""

from typing import Protocol

from sqlalchemy import Connection, text

LANE = "doorward lane"
"""What a connection's `info` holds where the writers of a process pass one lane."""
_OTHERS_WAIT = text("""
    SELECT EXISTS (
      SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = 8420 AND NOT l.granted)""")
"""On every node (PostgreSQL, 54.12); the number is that of the writers' lock."""


class Line(Protocol):
    """Where writers stand in line."""

    @property
    def waiting(self) -> int:
        """Count them."""


def others_wait(sql: Connection) -> bool:
    """Tell whether others wait to write, at this moment; on SQLite those of this process, on PostgreSQL all."""
    lane: Line | None = sql.info.get(LANE)
    if lane is not None:
        return lane.waiting > 0
    return bool(sql.execute(_OTHERS_WAIT).scalar_one())
