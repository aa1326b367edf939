from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward import upkeep
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind, MailState
from doorward.worker import Worker
from tests.shaky import Shaky
from tests.worlds import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Begin a world."""
    begun = World.begin(tmp_path)
    yield begun
    begun.database.close()


def test_dev_5_whoever_has_sent_a_mail_settles_it_though_another_sends_by_now(world: World) -> None:
    """The database was away from one process for so long that another has its duty: the mail goes once."""
    bram = world.add("bram")
    with world.writing() as call:
        notices.tell(call, bram, "bram@example.org", Kind.ACCOUNT_LOCKED, {})
    handed: list[str] = []
    lost = Shaky(world.database)

    def deliver(*told: object) -> None:
        handed.append(str(told[1]))
        lost.away = True

    one = Worker(replace(world.runtime, database=lost), upkeep.post_duties(deliver), "one")
    other = Worker(world.runtime, upkeep.post_duties(deliver), "other")
    with capture_logs() as lines:
        one.turn()
        world.pass_time(seconds=31)
        other.turn()
        lost.away = False
        world.pass_time(seconds=5)
        one.turn()
        world.pass_time(minutes=2)
        other.turn()

    assert handed == ["bram@example.org"]
    assert [mail.state for mail in world.mails()] == [MailState.DELIVERED]
    assert lines[0]["duty"] == "send mail"
