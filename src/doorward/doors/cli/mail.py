"""`doorward mail`: what was sent, what waits and why. No command shows a body: there are codes in it."""

from uuid import UUID

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, REASON, CommandGroup
from doorward.doors.cli.spelling import mail_json
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.notices.actions import list_mail, retry_mail
from doorward.features.notices.model import ListMail, MailRetried, MailState, RetryMail


@click.group(cls=CommandGroup)
def mail() -> None:
    """See which mail was sent, and try again."""


@mail.command("list", short_help="List mail, newest first.")
@click.option("--state", type=click.Choice([state.value for state in MailState]), help="Only mail in this state.")
@click.option("--account", "name", metavar="NAME", help="Only mail to this account.")
@LIMIT
@click.option("--cursor", metavar="ID", type=click.UUID, help="Go on after this mail.")
@with_desk
def list_all(desk: Desk, *, state: str | None, name: str | None, limit: int, cursor: UUID | None) -> None:
    """List mail, newest first: recipient, kind, state and error."""
    account = None if name is None else desk.account(name)
    wanted = ListMail(
        state=None if state is None else MailState(state), account_id=account, limit=limit, before_id=cursor
    )
    page = desk.run(list_mail, wanted)
    if desk.as_json:
        print_json({"items": [mail_json(each) for each in page.mails], "next": page.next_id})
        return
    rows = [
        (m.queued_at, m.recipient, m.kind.value.replace("_", " "), m.state.value, m.attempts, m.error, m.id)
        for m in page.mails
    ]
    print_table(("queued (UTC)", "recipient", "kind", "state", "tries", "error", "id"), rows, "There is no such mail.")
    if page.next_id is not None:
        click.echo(f"\nThere are more; go on with --cursor {page.next_id}", err=True)


@mail.command("retry", short_help="Try waiting and failed mail again now.")
@click.argument("mail_id", metavar="[ID]", type=click.UUID, required=False)
@REASON
@DRY_RUN
@with_desk
def retry(desk: Desk, mail_id: UUID | None, reason: str | None) -> None:
    """Try waiting and failed mail again now: one, or all of it. The running server sends it."""
    outcome = desk.run(retry_mail, RetryMail(mail_id, reason))
    count = outcome.count if isinstance(outcome, MailRetried) else 0
    desk.tell(outcome, f"Mails that are due now: {count}." if count else "No mail waits.", count=count)
