"""A rehearsal (`--dry-run`): the act runs as it would, guard and all, and its transaction is rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from doorward.edges.run import Runtime
from doorward.edges.sql.engine import Database


class _Back(Exception):
    """Rolls back what was rehearsed."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A database in which nothing lasts."""

    database: Database

    @classmethod
    def of(cls, runtime: Runtime) -> Runtime:
        """Return a runtime whose acts are rehearsed."""
        return replace(runtime, database=cls(runtime.database))

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Open a transaction that is rolled back when it would be committed."""
        with suppress(_Back), self.database.write(shared=shared) as sql:
            yield sql
            raise _Back

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction."""
        with self.database.read() as sql:
            yield sql

    def close(self) -> None:
        """Close the database."""
        self.database.close()
