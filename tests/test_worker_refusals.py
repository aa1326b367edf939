from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from doorward import upkeep
from doorward.edges.refusal_log import RefusalLog
from doorward.edges.sql.engine import Database, DatabaseBusy
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.kernel.events import Checked, Event
from tests.doors.served import Stubborn
from tests.worlds import API, World

BUSY = Event("signin.password", Checked.REFUSED, code="signin.busy")
FULL = OSError("no space left on device")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def test_refusals_that_could_not_be_written_are_written_later(world: World) -> None:
    """A COMMIT that fails loses none of them (AUDIT-1)."""
    refusals = RefusalLog(world.clock)
    refusals.keep(BUSY, API)
    runtime = replace(world.runtime, refusals=refusals)
    with pytest.raises(OSError, match="no space"):
        upkeep.record_joined_refusals(replace(runtime, database=Stubborn(world.database, FULL)))
    before = world.entries()
    upkeep.record_joined_refusals(runtime)

    assert before == []
    assert [entry.code for entry in world.entries()] == ["signin.busy"]


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_a_flood_is_written_some_at_a_time(world: World, commits: int) -> None:
    """In their order; what was committed is not written again when the database is back (AUDIT-1)."""
    refusals, count = RefusalLog(world.clock), 2 * upkeep.REFUSALS + 1
    for number in range(count):
        refusals.keep(replace(BUSY, details={"number": number}), API)
    runtime = replace(world.runtime, refusals=refusals)
    with pytest.raises(OSError, match="no space"):
        upkeep.record_joined_refusals(replace(runtime, database=FillingUp(world.database, commits)))
    before = len(world.entries())
    upkeep.record_joined_refusals(runtime)

    assert before == commits * upkeep.REFUSALS
    assert [entry.details["number"] for entry in world.entries()] == list(range(count))


@pytest.mark.parametrize("lost", [1, 2])
def test_refusals_whose_commit_was_not_answered_are_written_once(world: World, lost: int) -> None:
    """The next try looks whether they are there, and writes what is not (AUDIT-2)."""
    refusals = RefusalLog(world.clock)
    runtime = replace(world.runtime, refusals=refusals)
    for number in range(3):
        refusals.keep(replace(BUSY, details={"number": number}), API)
    for _ in range(lost):
        with pytest.raises(DatabaseBusy):
            upkeep.record_joined_refusals(replace(runtime, database=Lost(world.database, commits=True)))
        with pytest.raises(OSError, match="no space"):
            upkeep.record_joined_refusals(replace(runtime, database=Stubborn(world.database, FULL)))
        refusals.keep(replace(BUSY, details={"number": 3}), API)
    upkeep.record_joined_refusals(runtime)

    assert [entry.details["number"] for entry in world.entries()] == [0, 1, 2] + [3] * lost


def test_refusals_that_were_not_begun_keep_what_was_tried_before(world: World) -> None:
    """A database that is not there in between makes nobody forget which entries may be."""
    refusals = RefusalLog(world.clock)
    runtime = replace(world.runtime, refusals=refusals)
    refusals.keep(BUSY, API)
    for commits in (True, False):
        with pytest.raises(DatabaseBusy):
            upkeep.record_joined_refusals(replace(runtime, database=Lost(world.database, commits)))
    upkeep.record_joined_refusals(runtime)

    assert [entry.code for entry in world.entries()] == ["signin.busy"]


@dataclass(slots=True)
class Lost:
    """A database that is lost before a transaction begins, or before it answers that one is committed."""

    database: Database
    commits: bool

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Do the work, or not; nobody knows."""
        if self.commits:
            with self.database.write(shared=shared) as sql:
                yield sql
        raise DatabaseBusy

    def read(self) -> Any:
        """Open a reading transaction."""
        return self.database.read()

    def close(self) -> None:
        """Close nothing: it is the world's."""


@dataclass(slots=True)
class FillingUp:
    """A database that has room for so many transactions."""

    database: Database
    left: int

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Connection]:
        """Open a writing transaction, as long as there is room."""
        with self.database.write(shared=shared) as sql:
            yield sql
            self.left -= 1
            if self.left < 0:
                raise FULL

    def read(self) -> Any:
        """Open a reading transaction."""
        return self.database.read()

    def close(self) -> None:
        """Close nothing: it is the world's."""


def test_the_last_refusals_are_written_when_the_process_ends(world: World) -> None:
    """Stopping the server hides no flood, though its minute is not over (AUDIT-1)."""
    refusals = RefusalLog(world.clock, single=2)
    for _ in range(5):
        refusals.keep(BUSY, API)
    upkeep.record_last_refusals(replace(world.runtime, refusals=refusals))

    assert sorted(int(entry.details.get("count") or 1) for entry in world.entries()) == [1, 1, 3]


def test_a_process_ends_though_its_last_refusals_cannot_be_written(world: World) -> None:
    """It is logged, and nothing else waits for it."""
    refusals = RefusalLog(world.clock)
    refusals.keep(BUSY, API)
    with capture_logs() as logs:
        upkeep.record_last_refusals(replace(world.runtime, refusals=refusals, database=Stubborn(world.database, FULL)))

    assert [line["event"] for line in logs] == ["the last refusals could not be recorded"]


def test_a_flood_of_refused_acts_is_joined_under_its_actor(world: World) -> None:
    """One entry a minute says how many beyond the limit; what is done, and others' refusals, stay single (AUDIT-1)."""
    bram = world.add("bram")
    hugo, nora = world.add_operator("hugo", "help-desk"), world.add_operator("nora", "help-desk")
    runtime = replace(world.runtime, refusals=RefusalLog(world.clock, single=2))
    for _ in range(5):
        runtime.run(disable_account, DisableAccount(bram, "a mistake"), hugo, API)
    runtime.run(disable_account, DisableAccount(bram, "a mistake"), nora, API)
    singly = [(entry.actor_name, entry.outcome) for entry in world.entries()]
    world.pass_time(minutes=1)
    upkeep.record_joined_refusals(runtime)
    last = world.entries()[-1]

    assert singly == [("hugo", "refused"), ("hugo", "refused"), ("nora", "refused")]
    assert (last.actor_name, last.act, last.code, last.details["count"]) == (
        "hugo", "accounts.disabled", "rights.missing", 3,
    )  # fmt: skip
