import sys
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from doorward.demo.main import play
from tests.controls import Controls, FileClock
from tests.demo.broken import RULES

TURNED = timedelta(seconds=2)
"""Waits that are longer are turned away; shorter ones are for what real time alone can bring."""

NOTICED = {
    "nothing": [],
    "the_lock_never_happens": [
        "now the right password is refused in just these bytes",
        "the search for locked users finds exactly one",
    ],
    "the_right_password_shows_through_a_lock": ["now the right password is refused in just these bytes"],
    "the_actor_may_unlock_themselves": ["he tries to unlock himself, and is refused"],
    "a_code_is_accepted_twice": ["the same code a second time is refused"],
    "reset_leaves_old_sessions_alive": [
        "the session she had open is dead",
        "within a second the old session is dead everywhere",
    ],
    "delete_does_not_block": ["the account is blocked", "the right password leads nowhere"],
}
"""Which of the demo's observations must be wrong when a rule is broken."""


class TurnedTime:
    """The clock that the server reads from the launcher's controls, turned where the demo would wait."""

    patience = 3.0

    def __init__(self, controls: Controls) -> None:
        """Take the controls."""
        self._controls = controls

    def now(self) -> datetime:
        """Read the turned clock."""
        return FileClock(self._controls).now()

    def wait_until(self, instant: datetime) -> None:
        """Turn the clock to an instant, or wait for one that is near."""
        left = instant - self.now()
        if left > TURNED:
            turned = self._controls.read().get("seconds", 0)
            self._controls.set(seconds=turned + left.total_seconds())
        while (left := instant - self.now()) > timedelta(0):
            Event().wait(left.total_seconds())


def played(rule: str, folder: Path) -> int:
    """Play the demo on a server with a broken rule, and give its exit code."""
    controls = Controls(folder / "controls.json")
    program = (sys.executable, "-m", "tests.demo.broken", rule, str(controls.path))
    return play(program, TurnedTime(controls), others=20)


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_makes_the_demo_fail(rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo ends with 1, for the right reason, when any one rule is broken; with 0 only when none is."""
    code = played(rule, tmp_path)

    said = capsys.readouterr().out
    assert code == (1 if NOTICED[rule] else 0), said
    assert [claim for claim in NOTICED[rule] if f"✗ {claim}" not in said] == [], said
