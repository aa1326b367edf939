"""A database that is lost for a while, for tests of what goes on afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from doorward.edges.sql.engine import Database, DatabaseBusy


@dataclass(slots=True)
class Shaky:
    """A database that can be read, and written for as long as it is not away."""

    real: Database
    away: bool = False
    commits: bool = False
    """Only the answer of COMMIT is lost."""

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Write, unless it is away."""
        if self.away and not self.commits:
            raise DatabaseBusy
        with self.real.write(shared=shared) as sql:
            yield sql
        if self.away:
            raise DatabaseBusy

    def read(self) -> Any:
        """Read as ever."""
        return self.real.read()

    def close(self) -> None:
        """Close nothing: it is the world's."""
