from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from doorward.edges.sql.tables.notices import outbox
from doorward.features.notices import actions
from doorward.features.notices.model import (
    Kind,
    Letter,
    Mail,
    MailState,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact
from doorward.kernel.ports import NotDelivered
from tests.worlds import NOON, World

BRAM = AccountId(UUID(int=11))
DAY = timedelta(days=1)


class MailServer:
    """Takes mail, or says what is the matter; keeps what it was handed."""

    def __init__(self, world: World, *troubles: BaseException | None) -> None:
        """Answer one delivery after another with these troubles, and take whatever comes after them."""
        self.world = world
        self.troubles = list(troubles)
        self.handed: list[tuple[Letter, str, UUID, datetime]] = []
        self.takes = timedelta(0)

    def deliver(self, letter: Letter, recipient: str, message: UUID, queued_at: datetime) -> None:
        """Take a mail, or raise the next trouble."""
        self.world.clock.turn(self.takes)
        self.handed.append((letter, recipient, message, queued_at))
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble


def tell(world: World, facts: Mapping[str, Fact] | None = None, *, valid: timedelta | None = None) -> None:
    """Queue a mail to Bram."""
    with world.writing() as call:
        expires_at = None if valid is None else call.now + valid
        actions.tell(call, BRAM, "bram@example.org", Kind.DEVICE_CODE, facts or {}, expires_at=expires_at)


def the_mail(world: World) -> Mail:
    """Give the only mail."""
    (mail,) = world.mails()
    return mail


def sealed_bodies(world: World) -> list[bytes | None]:
    """Read the bodies as they lie in the database."""
    with world.database.read() as sql:
        return [row[0] for row in sql.exec_driver_sql("SELECT sealed_body FROM outbox")]


def test_mail_is_handed_over_with_its_facts(world: World) -> None:
    """What was told arrives, with the id and the time that it was queued under."""
    tell(world, {"code": "123456", "browser": "Zoë's"})
    server = MailServer(world)
    count = actions.send_due(world.runtime, server.deliver)

    assert count == 1
    assert server.handed == [
        (Letter(Kind.DEVICE_CODE, {"code": "123456", "browser": "Zoë's"}), "bram@example.org", the_mail(world).id, NOON)
    ]


def test_account_without_an_address_is_told_nothing(world: World) -> None:
    """No recipient, no row, and no fuss."""
    with world.writing() as call:
        actions.tell(call, BRAM, None, Kind.ACCOUNT_LOCKED, {})

    assert world.mails() == []


def test_notice_of_an_act_that_failed_does_not_exist(world: World) -> None:
    """A mail is queued in the transaction of its act, and goes with it."""

    def act_that_fails() -> None:
        with world.writing() as call:
            actions.tell(call, BRAM, "bram@example.org", Kind.ACCOUNT_LOCKED, {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_that_fails()

    assert world.mails() == []


def test_body_is_not_readable_in_the_database(world: World) -> None:
    """Neither the code nor its name stands in the file."""
    tell(world, {"code": "123456"})

    (body,) = sealed_bodies(world)
    assert body is not None
    assert b"123456" not in body


def test_delivered_mail_has_no_body(world: World) -> None:
    """It is erased in the transaction that notes the delivery."""
    tell(world)
    actions.send_due(world.runtime, MailServer(world).deliver)

    assert sealed_bodies(world) == [None]
    assert (the_mail(world).state, the_mail(world).attempts) == (MailState.DELIVERED, 1)


def test_nothing_due_is_nothing_done(world: World) -> None:
    """A mail goes once."""
    tell(world)
    server = MailServer(world)
    counts = [actions.send_due(world.runtime, server.deliver) for _ in range(2)]

    assert counts == [1, 0]
    assert len(server.handed) == 1


def test_mail_server_that_is_down_loses_nothing(world: World) -> None:
    """The mail waits for its next try and then arrives, under the same id."""
    tell(world, {"code": "123456"})
    server = MailServer(world, NotDelivered("421 busy"))
    actions.send_due(world.runtime, server.deliver)
    waiting = the_mail(world)
    world.pass_time(seconds=5)
    actions.send_due(world.runtime, server.deliver)

    assert (waiting.state, waiting.error, waiting.next_attempt_at) == (
        MailState.QUEUED, "421 busy", NOON + timedelta(seconds=5),
    )  # fmt: skip
    assert server.handed[0] == server.handed[1]
    assert the_mail(world).state is MailState.DELIVERED


def test_mail_is_not_tried_before_its_time(world: World) -> None:
    """The pause is kept."""
    tell(world)
    server = MailServer(world, NotDelivered("421 busy"))
    actions.send_due(world.runtime, server.deliver)
    world.pass_time(seconds=4)

    assert actions.send_due(world.runtime, server.deliver) == 0


def test_dead_mail_server_is_asked_for_a_day(world: World) -> None:
    """5 s, 30 s, 2 min, 10 min, then hourly for 24 h: 28 tries, then it is given up."""
    tell(world)
    server = MailServer(world, *[NotDelivered("no answer")] * 100)
    while the_mail(world).state is MailState.QUEUED:
        actions.send_due(world.runtime, server.deliver)
        world.clock.turn((the_mail(world).next_attempt_at or world.clock.now()) - world.clock.now())

    assert len(server.handed) == 28
    assert (the_mail(world).state, world.clock.now() - NOON <= DAY) == (MailState.FAILED, True)


def test_mail_refused_for_good_is_tried_once(world: World) -> None:
    """No server changes its mind about an unknown mailbox."""
    tell(world)
    server = MailServer(world, NotDelivered("550 <bram@example.org> unknown", permanent=True))
    actions.send_due(world.runtime, server.deliver)

    mail = the_mail(world)
    assert (mail.state, mail.error, mail.attempts, mail.finished_at) == (
        MailState.FAILED,
        "550 (address) unknown",
        1,
        NOON,
    )


def test_expired_code_is_never_sent(world: World) -> None:
    """A code that ran out is not mailed, and its body is erased."""
    tell(world, valid=timedelta(minutes=10))
    world.pass_time(minutes=10)
    server = MailServer(world)
    actions.send_due(world.runtime, server.deliver)

    assert server.handed == []
    assert (the_mail(world).state, sealed_bodies(world)) == (MailState.EXPIRED, [None])


def test_code_that_expires_between_tries_is_erased_then(world: World) -> None:
    """It does not lie about until the next try would be due."""
    tell(world, valid=timedelta(seconds=3))
    actions.send_due(world.runtime, MailServer(world, NotDelivered("421 busy")).deliver)
    world.pass_time(seconds=3)
    actions.send_due(world.runtime, MailServer(world).deliver)

    assert (the_mail(world).state, the_mail(world).error, the_mail(world).attempts) == (
        MailState.EXPIRED,
        "421 busy",
        1,
    )


def test_body_of_failed_mail_goes_when_it_is_of_no_use(world: World) -> None:
    """After a week nobody can retry it, and nothing of it is left."""
    tell(world)
    actions.send_due(world.runtime, MailServer(world, NotDelivered("550", permanent=True)).deliver)
    world.pass_time(days=7)
    actions.send_due(world.runtime, MailServer(world).deliver)

    assert (the_mail(world).state, sealed_bodies(world)) == (MailState.EXPIRED, [None])


def test_death_after_the_yes_repeats_with_the_same_id(world: World) -> None:
    """The process dies between the mail server's yes and the commit: the copy bears the same id (DEV-5)."""
    tell(world)
    server = MailServer(world, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        actions.send_due(world.runtime, server.deliver)
    world.pass_time(minutes=2)
    actions.send_due(world.runtime, server.deliver)

    assert server.handed[0] == server.handed[1]
    assert the_mail(world).state is MailState.DELIVERED


def test_bug_in_one_message_is_loud_and_holds_up_no_other(world: World) -> None:
    """The message waits for its next try, the others go, and the bug is raised for the log."""
    tell(world)
    tell(world)
    server = MailServer(world, KeyError("template"))
    with pytest.raises(KeyError):
        actions.send_due(world.runtime, server.deliver)
    actions.send_due(world.runtime, server.deliver)

    assert sorted((mail.state, mail.error) for mail in world.mails()) == [
        (MailState.DELIVERED, None),
        (MailState.QUEUED, "the message could not be written"),
    ]


def test_body_that_does_not_open_waits(world: World) -> None:
    """This node's keys may be the wrong ones, so the mail is left to others; a row that was tampered with expires."""
    tell(world)
    with world.database.write() as sql:
        sql.execute(update(outbox).values(sealed_body=b"\0"))
    actions.send_due(world.runtime, MailServer(world).deliver)

    assert (the_mail(world).state, the_mail(world).error) == (
        MailState.QUEUED, "the sealed body does not open with this server's keys",
    )  # fmt: skip


def test_slow_mail_server_gives_the_rest_back(world: World) -> None:
    """No delivery begins when the lease could end during it: the others are due at once for whoever comes."""
    for _ in range(4):
        tell(world)
    server = MailServer(world)
    server.takes = timedelta(seconds=35)
    first = actions.send_due(world.runtime, server.deliver)
    second = actions.send_due(world.runtime, server.deliver)

    assert (first, second) == (2, 2)
    assert len({message for _, _, message, _ in server.handed}) == 4


def test_no_transaction_is_open_while_mail_is_handed_over(world: World) -> None:
    """Others write while a mail server takes its time."""
    tell(world)

    def deliver(*_: object) -> None:
        with world.writing() as call:
            actions.tell(call, BRAM, "bram@example.org", Kind.ACCOUNT_LOCKED, {})

    assert actions.send_due(world.runtime, deliver) == 1
    assert sorted(mail.state for mail in world.mails()) == [MailState.DELIVERED, MailState.QUEUED]
