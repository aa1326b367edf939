from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward import upkeep
from doorward.features.accounts.model import LockReason
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world, and end it after the test."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def test_lock_1_whoever_is_not_there_for_long_is_locked(world: World) -> None:
    """A few at a time, round after round; with nothing set nothing is written."""
    people = [world.add(f"person {number}") for number in range(12)]
    idle = upkeep.InactivityRound()
    nothing = idle(world.runtime)
    world.run(change_password_rules, ChangePasswordRules({"days_inactive_before_lock": 30}))
    world.pass_time(days=30)
    turns = [idle(world.runtime) for _ in range(4)]

    assert (nothing, turns) == (0, [1, 1, 0, 0])
    assert [lock.reason for one in people if (lock := world.standing(one).state.lock)] == [LockReason.INACTIVITY] * 12


def test_dev_5_finished_mail_is_forgotten(world: World) -> None:
    """Thirty days after it was delivered; mail that waits stays."""
    bram = world.add("bram")
    with world.writing() as call:
        notices.tell(call, bram, "bram@example.org", Kind.ACCOUNT_LOCKED, {"user_name": "bram"})
    world.collect_mail()
    with world.writing() as call:
        notices.tell(call, bram, "bram@example.org", Kind.ACCOUNT_UNLOCKED, {"user_name": "bram"})
    counts = []
    for days in (29, 1, 0):
        world.pass_time(days=days)
        with world.writing() as call:
            counts.append(notices.purge(call))

    assert counts == [0, 1, 0]
    assert [mail.kind for mail in world.mails()] == [Kind.ACCOUNT_UNLOCKED]
