from dataclasses import replace
from uuid import UUID

import pytest

from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.notices import actions
from doorward.features.notices.model import Kind, MailState
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import NotDelivered
from tests.shaky import Shaky
from tests.worlds import World

BRAM = AccountId(UUID(int=11))


class Sender:
    """One process that sends mail, and what it has handed over."""

    def __init__(self, world: World, *, commits: bool = False, refuses: bool = False) -> None:
        """Lose the database at each mail that is handed over, until it is mended."""
        self.database = Shaky(world.database, commits=commits)
        self.runtime = replace(world.runtime, database=self.database)
        self.attempted: list[actions.Attempted] = []
        self.handed: list[object] = []
        self.refuses = refuses

    def deliver(self, letter: object, recipient: str, message: UUID, queued_at: object) -> None:
        """Take a mail, or refuse it; either way the database is lost."""
        del letter, recipient, queued_at
        self.database.away = True
        self.handed.append(message)
        if self.refuses:
            raise NotDelivered("421 busy")

    def send(self) -> int:
        """Send what is due."""
        return actions.send_due(self.runtime, self.deliver, self.attempted)

    def lose(self) -> None:
        """Send, and lose the database on the way."""
        with pytest.raises(DatabaseBusy):
            self.send()

    def mend(self) -> None:
        """Have the database back."""
        self.database.away = False


def tell(world: World) -> None:
    """Queue a mail to Bram."""
    with world.writing() as call:
        actions.tell(call, BRAM, "bram@example.org", Kind.ACCOUNT_LOCKED, {})


@pytest.mark.parametrize("commits", [False, True])
@pytest.mark.parametrize("minutes", [0, 1, 2, 60])
def test_dev_5_a_delivered_mail_goes_once_though_its_end_could_not_be_written(
    world: World, minutes: int, *, commits: bool
) -> None:
    """The database is lost after the mail server's yes: it is settled when the database is back, also a lease later."""
    tell(world)
    sender = Sender(world, commits=commits)
    sender.lose()
    world.pass_time(minutes=minutes)
    sender.mend()
    counts = [sender.send() for _ in range(2)]

    assert (counts, len(sender.handed)) == ([0, 0], 1)
    assert [(mail.state, mail.attempts) for mail in world.mails()] == [(MailState.DELIVERED, 1)]


def test_nothing_is_sent_before_what_was_tried_is_written(world: World) -> None:
    """A database that cannot be written turns no mail out."""
    tell(world)
    tell(world)
    sender = Sender(world)
    for _ in range(3):
        sender.lose()
        world.pass_time(minutes=1)

    assert len(sender.handed) == 1


def test_the_others_of_its_batch_wait_for_the_lease(world: World) -> None:
    """They were not tried; giving them back failed too, and so they are sent at the end of the lease."""
    tell(world)
    tell(world)
    sender = Sender(world)
    sender.lose()
    sender.mend()
    early = sender.send()
    world.pass_time(minutes=2)
    sender.lose()
    sender.mend()
    sender.send()

    assert early == 0
    assert len(sender.handed) == len(set(sender.handed)) == 2
    assert {mail.state for mail in world.mails()} == {MailState.DELIVERED}


def test_a_try_that_failed_is_counted_once_the_database_is_back(world: World) -> None:
    """The pause before the next try holds."""
    tell(world)
    sender = Sender(world, refuses=True)
    sender.lose()
    sender.mend()
    sender.send()

    assert [(mail.state, mail.attempts, mail.error) for mail in world.mails()] == [(MailState.QUEUED, 1, "421 busy")]
    assert len(sender.handed) == 1


def test_what_another_has_claimed_since_is_left_to_it(world: World) -> None:
    """The lease is over and another process tries the mail: what comes of that try stands."""
    tell(world)
    first, other = Sender(world, refuses=True), Sender(world, refuses=True)
    first.lose()
    world.pass_time(minutes=2)
    other.lose()
    first.mend()
    first.send()
    waiting = [(mail.state, mail.attempts) for mail in world.mails()]
    other.mend()
    other.send()

    assert waiting == [(MailState.QUEUED, 0)]
    assert [(mail.state, mail.attempts) for mail in world.mails()] == [(MailState.QUEUED, 1)]
