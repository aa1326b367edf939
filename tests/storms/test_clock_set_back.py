"""T27: the clock of the database's machine is set back; what was used stays used, and what was locked stays locked."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.signin.model import Next
from doorward.features.signin.rules import machine
from tests import cluster
from tests.launcher import eventually
from tests.storms.nodes import needs_postgresql, town_of_nodes
from tests.storms.size import size
from tests.storms.test_wrong_clocks import LIBRARIES, give
from tests.storms.town import Person, Town, password_of
from tests.storms.wire import ask

BACK = -600
"""Seconds."""
CODES = size(5, 50)
AGREED = 1.5
"""Seconds between a node's time and the database's that are none."""

pytestmark = [needs_postgresql, pytest.mark.skipif(not LIBRARIES, reason="libfaketime is missing")]


@dataclass(frozen=True, slots=True)
class Turned:
    """Two nodes, and the file that says by how much their database's clock is wrong."""

    town: Town
    by: Path

    def turn(self, seconds: int) -> None:
        """Set the database's clock, and wait until all have asked it for the time."""
        self.by.write_text(f"{seconds:+}s\n")
        eventually(lambda: self._agree(seconds))

    def _agree(self, seconds: int) -> bool:
        """Tell whether all go by the same time; what runs while it jumps is ended by PostgreSQL's own limits."""
        with suppress(DatabaseBusy, KeyError):
            return all(abs(self._wrong(one) - seconds) < AGREED for one in (self.now(), *self._nodes()))
        return False

    def now(self) -> datetime:
        """Ask the database."""
        told = self.town.rows("SELECT clock_timestamp() AS told")[0]["told"]
        assert isinstance(told, datetime)
        return told

    def _wrong(self, told: datetime) -> float:
        return (told - self.town.server.now()).total_seconds()

    def _nodes(self) -> list[datetime]:
        """Ask each node what it takes for the time: it says when a sign-in ends that begins now."""
        answers = [ask(node.url, password_of("watch")).json() for node in self.town.nodes]
        return [datetime.fromisoformat(one["expires_at"]) - machine.LIFE for one in answers]


@pytest.fixture
def turned(tmp_path: Path) -> Iterator[Turned]:
    """Launch two nodes on a database whose clock can be set."""
    with cluster.reachable() as folder:
        by = folder / "clock"
        by.write_text("+0s\n")
        by.chmod(0o644)
        finds = (f"LD_PRELOAD={LIBRARIES[-1]}", f"FAKETIME_TIMESTAMP_FILE={by}", "FAKETIME_NO_CACHE=1",
                 "FAKETIME_DONT_FAKE_MONOTONIC=1")  # fmt: skip
        with (
            cluster.running(folder, *finds) as address,
            town_of_nodes(tmp_path, {"oak": {}, "elm": {}}, {"database": address}) as begun,
        ):
            begun.rules(failures_before_lock=3, second_factor_failures_before_lock=50, failing_names_before_refusing=0)
            begun.rules(hours_locked=1, idle_minutes=600)
            begun.add("watch")
            yield Turned(begun, by)


def test_a_clock_that_is_set_back_opens_nothing_again(turned: Turned) -> None:
    """Codes, a lock by failures, and a sign-in that ran out: ten minutes earlier they are what they were."""
    server = turned.town
    people = server.add_several("signs-in", CODES)
    used = [(one, one.code(turned.now())) for one in people]
    opened = [give(server.server, server.pending(one, Next.CODE)[0], code).status for one, code in used]
    bram, dora = server.add("locked"), server.add("late")
    for node in (*server.nodes, server.server):
        ask(node.url, password_of("locked", "wrong"))
    (late,) = server.pending(dora, Next.CODE)
    turned.turn(-BACK + 16 * 60)
    eventually(lambda: not pending(server, dora))
    turned.turn(BACK)
    again = [answers(turned, one, code) for one, code in used]
    now = [answers(turned, one, one.code(turned.now())) for one, _ in used]
    locked = [ask(node.url, password_of("locked")).code for node in server.nodes]
    gone = [give(node, late, dora.code(turned.now())).code for node in server.nodes]

    assert opened == [200] * CODES
    assert {code for codes in again for code in codes} == {"otp.wrong"}
    assert {code for codes in now for code in codes} == {"otp.used"}
    assert locked == ["signin.refused"] * 2
    assert gone == ["signin.expired"] * 2
    assert [entry["act"] for entry in server.entries(bram) if entry["act"].startswith("lockout")] == ["lockout.locked"]


def answers(turned: Turned, person: Person, code: str) -> list[str]:
    """Give a code to a new sign-in on each node."""
    sign_ins: list[str] = []

    def begun() -> bool:
        with suppress(DatabaseBusy):  # a limit that PostgreSQL had set before the clock jumped may end it, once
            sign_ins.extend(turned.town.pending(person, Next.CODE, 2))
        return bool(sign_ins)

    eventually(begun)
    return [give(node, one, code).code for node, one in zip(turned.town.nodes, sign_ins, strict=True)]


def pending(server: Town, person: Person) -> int:
    """Count somebody's sign-ins under way."""
    return server.count("SELECT count(*) FROM pending_sign_ins WHERE account_id = ?", person.account)
