from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorward.doors.api import app as api
from doorward.doors.api.straight import Straight
from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.metrics import Metrics
from doorward.edges.sql.engine import Database
from doorward.edges.steps import LoopDriver
from doorward.features.lockout.actions import upkeep as lockout
from doorward.features.passwords import actions as passwords
from doorward.kernel.ids import AccountId
from tests.doors.asgi import Answered
from tests.doors.served import Served
from tests.features.signin.walking import PASSWORD
from tests.signer import SIGNER


@dataclass(slots=True)
class Tiring:
    """A database that commits so often and then no more."""

    real: Database
    left: int

    @contextmanager
    def write(self, *, shared: bool = False) -> Iterator[Any]:
        """Commit, unless it has become too much."""
        with self.real.write(shared=shared) as sql:
            yield sql
            self.left -= 1
            if self.left < 0:
                raise OSError("no space left on device")

    def read(self) -> Any:
        """Read as ever."""
        return self.real.read()

    def close(self) -> None:
        """Close as ever."""
        self.real.close()


def tiring(served: Served, commits: int) -> Served:
    """Give the same server over a database that commits so often and then no more."""
    runtime = replace(served.world.runtime, database=Tiring(served.world.database, commits))
    app = api.build(runtime, LoopDriver(runtime, served.queue, served.pool, served.threads, lambda *_: None))
    return replace(
        served,
        app=app,
        gate=Gate(Straight(app), runtime, Surroundings(served.threads, served.ticks, Metrics("1"), SIGNER)),
    )


def sign_in(served: Served, commits: int, password: str = PASSWORD) -> Answered:
    """Give a password while the disk fills up."""
    with capture_logs():
        return tiring(served, commits).ask("POST /sign-in", {"user_name": "robot", "password": password})


@pytest.fixture
def robot(served: Served) -> AccountId:
    """Add an account that is in by its password alone."""
    return served.walk.person("robot", excluded=True)


def count(served: Served, table: str) -> int:
    """Count the rows of a table."""
    with served.world.database.read() as sql:
        found: int = sql.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - ours
    return found


@pytest.mark.parametrize("commits", [0, 1])
def test_a_sign_in_that_is_half_committed_opens_nothing(served: Served, robot: AccountId, commits: int) -> None:
    """Whichever of its two COMMITs fails: no token, no session, no entry of a sign-in."""
    answered = sign_in(served, commits)

    assert (answered.status, answered.code) == (500, "server.failed")
    assert (count(served, "sessions"), served.world.entries()) == (0, [])
    assert served.world.standing(robot).state.last_sign_in_at is None


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_an_attempt_whose_end_was_lost_counts_as_a_failure(served: Served, robot: AccountId, password: str) -> None:
    """Its reservation was committed, so it cannot be had for nothing; after 30 s it is a failure (LOCK-2)."""
    answered = sign_in(served, 1, password)
    served.world.pass_time(seconds=31)
    with served.world.writing() as call:
        lockout.settle_dead_attempts(call, 10)
    (entry,) = served.world.entries()

    assert answered.status == 500
    assert (entry.act, entry.outcome, entry.result, entry.target_id) == ("signin.password", "checked", "unknown", robot)
    assert (count(served, "lockout_reservations"), count(served, "lockout_counters")) == (0, 1)


def test_a_sign_in_that_is_committed_is_told(served: Served, robot: AccountId) -> None:
    """Two COMMITs are all that it takes."""
    answered = sign_in(served, 2)

    assert (answered.status, answered.json()["next"]) == (200, "done")
    assert served.world.standing(robot).state.last_sign_in_at is not None


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_a_new_password_that_is_half_committed_is_not_set(served: Served, robot: AccountId, commits: int) -> None:
    """Judged, compared with those before, hashed: the old one stays until the last COMMIT (PASS-3)."""
    with served.world.writing() as call:
        passwords.mark(call, robot, must_change=True)
    begun = sign_in(served, 2).json()
    given = {"sign_in": begun["sign_in"], "password": "eleven green bicycles"}
    with capture_logs():
        answered = tiring(served, commits).ask("POST /sign-in/new-password", given)
    with served.world.reading() as call:
        stored = passwords.find(call, robot)

    assert (answered.status, answered.code) == (500, "server.failed")
    assert stored is not None
    assert (stored.hash, stored.must_change) == (f"new${PASSWORD}", True)
    assert count(served, "sessions") == 0
    assert tiring(served, 3).ask("POST /sign-in/new-password", given).json()["next"] == "done"
