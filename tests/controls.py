"""What a test turns and breaks in a server that runs in processes of its own: its clock and its COMMITs, by a file."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from doorward.edges.clock import SystemClock
from doorward.edges.sql.engine import Database
from doorward.kernel.ports import Clock


class CommitFailed(Exception):
    """The COMMIT that the test has let fail."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What a test has set for a running server: a file beside its data directory."""

    path: Path

    def read(self) -> dict[str, Any]:
        """Read what is set."""
        try:
            found: dict[str, Any] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        return found

    def set(self, **values: object) -> None:
        """Set some values, in one step for whoever reads at the same moment."""
        changed = self.path.with_suffix(".new")
        changed.write_text(json.dumps(self.read() | values))
        changed.replace(self.path)


@dataclass(frozen=True, slots=True)
class FileClock:
    """The clock that decides, turned by as much as the controls say."""

    controls: Controls
    clock: Clock = SystemClock()  # noqa: RUF009 - it has nothing that could change

    def now(self) -> datetime:
        """Read the turned clock."""
        return self.clock.now() + timedelta(seconds=self.controls.read().get("seconds", 0))


@dataclass(frozen=True, slots=True)
class UnluckyDatabase:
    """The real database, but for a COMMIT that fails when the controls say so."""

    database: Database
    controls: Controls

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Open a writing transaction, and let its COMMIT fail where that is set."""
        with self.database.write(shared=shared) as sql:
            yield sql
            if self.controls.read().get("commits_fail"):
                raise CommitFailed

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction."""
        with self.database.read() as sql:
            yield sql

    def close(self) -> None:
        """Close the database."""
        self.database.close()
