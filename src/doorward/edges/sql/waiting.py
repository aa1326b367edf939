"""Whether other writers wait for a transaction to end: whoever has many things to do then does fewer at a time."""

from typing import Protocol

from sqlalchemy import Connection, text

LANE = "doorward lane"
"""What a connection's `info` holds where the writers of a process pass one lane."""
WRITERS = 8420
"""The advisory lock that PostgreSQL's writers take, alone or beside each other."""
_VERSION = "doorward data version"
_OTHERS_WAIT = text("""
    SELECT EXISTS (
      SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.classid = :lock AND NOT l.granted)""")
"""On every node (PostgreSQL, 54.12)."""


class WritersLine(Protocol):
    """Where writers stand in line."""

    @property
    def waiting(self) -> int:
        """Count them."""


def others_wait(sql: Connection) -> bool:
    """Return whether others wait to write, at this moment.

    Which of other processes wait is not to be seen on SQLite: where one has written since this was asked last, it is
    taken to come again.
    """
    lane: WritersLine | None = sql.info.get(LANE)
    if lane is None:
        return bool(sql.execute(_OTHERS_WAIT, {"lock": WRITERS}).scalar_one())
    wrote = _another_wrote(sql)
    return wrote or lane.waiting > 0


def _another_wrote(sql: Connection) -> bool:
    """Look whether another connection has committed since the last look (SQLite, PRAGMA data_version)."""
    before, version = sql.info.get(_VERSION), sql.exec_driver_sql("PRAGMA data_version").scalar_one()
    sql.info[_VERSION] = version
    return before is not None and before != version
