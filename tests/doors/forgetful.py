"""A server that does everything and keeps nothing, so that thousands of questions find the same world."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from doorward.edges.sql.engine import Database


class Forgetful:
    """A database that takes back what a transaction wrote once it is through, and says that it is done."""

    def __init__(self, real: Database) -> None:
        """Take the database."""
        self._real = real

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Any]:
        """Do the work, and take it back."""
        with self._real.write(shared=shared) as sql, sql.begin_nested() as work:
            yield sql
            work.rollback()

    def read(self) -> Any:
        """Read as ever."""
        return self._real.read()

    def close(self) -> None:
        """Close as ever."""
        self._real.close()
