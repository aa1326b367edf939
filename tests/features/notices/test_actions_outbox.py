from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from doorward.features.notices import actions
from doorward.features.notices.model import (
    Kind,
    Letter,
    ListMail,
    Mail,
    MailPage,
    MailRetried,
    MailState,
    NothingToRetry,
    RetryMail,
)
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.ports import NotDelivered
from tests.worlds import World

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


def test_what_mail_tells_of_an_act(world: World) -> None:
    """Whose account it is, when it happened and whom to ask; of one's own acts, from where they came."""
    world.run(change_password_rules, ChangePasswordRules({"lock_contact": "room 3"}))
    with world.writing() as call:
        of_anybody, own = actions.about(call, "bram"), actions.about_own(call, "bram")

    assert of_anybody == {"user_name": "bram", "at": "2026-05-04T12:00:00Z", "contact": "room 3"}
    assert own == {**of_anybody, "address": "192.0.2.7", "user_agent": "tests/1"}


def test_list_pages_follow_each_other(world: World) -> None:
    """The last id of a page leads to the next."""
    for _ in range(3):
        tell(world)
        world.pass_time(seconds=1)
    first = world.run(actions.list_mail, ListMail(limit=2))
    assert isinstance(first, MailPage)
    second = world.run(actions.list_mail, ListMail(limit=2, before_id=first.next_id))
    assert isinstance(second, MailPage)

    assert [mail.id for mail in (*first.mails, *second.mails)] == [mail.id for mail in reversed(world.mails())]
    assert second.next_id is None


@pytest.mark.parametrize(
    ("command", "count"),
    [
        (ListMail(), 2),
        (ListMail(state=MailState.QUEUED), 1),
        (ListMail(state=MailState.FAILED), 1),
        (ListMail(undelivered=True), 1),
        (ListMail(account_id=BRAM), 2),
        (ListMail(account_id=AccountId(UUID(int=12))), 0),
    ],
)
def test_list_is_filtered(world: World, command: ListMail, count: int) -> None:
    """By state, by whether it has arrived, and by account."""
    tell(world)
    actions.send_due(world.runtime, MailServer(world, NotDelivered("550", permanent=True)).deliver)
    tell(world)
    page = world.run(actions.list_mail, command)
    assert isinstance(page, MailPage)

    assert len(page.mails) == count


def test_mail_of_an_account_is_its_own(world: World) -> None:
    """Its page shows the latest, and nobody else's."""
    tell(world)
    with world.writing() as call:
        actions.tell(call, AccountId(UUID(int=12)), "carla@example.org", Kind.ACCOUNT_LOCKED, {})
    with world.reading() as call:
        found = actions.mail_of(call, BRAM, 10)

    assert [mail.recipient for mail in found] == ["bram@example.org"]


def test_retry_makes_failed_mail_due_and_is_recorded(world: World) -> None:
    """An operator mends the mail server and sends everything on."""
    tell(world)
    server = MailServer(world, NotDelivered("550", permanent=True))
    actions.send_due(world.runtime, server.deliver)
    outcome = world.run(actions.retry_mail, RetryMail(reason="server mended"))
    actions.send_due(world.runtime, server.deliver)

    assert outcome == MailRetried(1)
    assert the_mail(world).state is MailState.DELIVERED
    assert [(entry.act, entry.reason, entry.details) for entry in world.entries()] == [
        ("notices.retried", "server mended", {"count": 1})
    ]


def test_retry_of_one_mail_names_its_account(world: World) -> None:
    """The entry stands in the history of the account that the mail is for."""
    tell(world)
    actions.send_due(world.runtime, MailServer(world, NotDelivered("550", permanent=True)).deliver)
    outcome = world.run(actions.retry_mail, RetryMail(the_mail(world).id))

    assert outcome == MailRetried(1)
    assert [entry.target_id for entry in world.entries()] == [BRAM]


def test_retry_without_failed_mail_changes_nothing(world: World) -> None:
    """It says so."""
    assert world.run(actions.retry_mail, RetryMail()) == NothingToRetry()


def test_mail_that_is_not_there_is_not_found(world: World) -> None:
    """A wrong id is told."""
    assert world.run(actions.retry_mail, RetryMail(UUID(int=9))) == Refused("notices.not_found")


def test_help_desk_does_not_see_the_servers_mail(world: World) -> None:
    """The list takes `system:read`."""
    outcome = world.run(actions.list_mail, ListMail(), world.add_operator("hanna", "help-desk"))

    assert outcome == Refused("rights.missing", {"right": "system:read"})
