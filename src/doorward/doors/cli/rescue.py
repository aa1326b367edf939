"""`doorward rescue`: an administrator comes back, on the server's own machine only (RIGHT-5)."""

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES, Command
from doorward.doors.cli.telling import text_of
from doorward.features.administration.actions.first import rescue_account
from doorward.features.administration.model import RescueAccount


@click.command("rescue", cls=Command)
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def rescue(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Let NAME sign in as administrator again, when nobody else can help.

    Gives Administrator over everything, enables, unlocks, lifts an exclusion, deletes every second factor, ends
    everything that is open, and prints a one-time link: new password, set-up, in.
    """
    account = desk.account(name)
    desk.confirm(f"Rescue {name}? The second factor is deleted, all sessions end, and a link lets in.", yes=yes)
    outcome = desk.run(rescue_account, RescueAccount(account, reason))
    if desk.dry_run:
        desk.tell_of(outcome, f"{name} becomes able to administer by a one-time link.", account)
        return
    link = f"{desk.runtime.site.public_url}{outcome.path.reveal()}"
    said = f"{name} can administer again. Open this once, until {text_of(outcome.expires_at)} UTC:\n\n  {link}\n"
    desk.tell_of(outcome, said, account, link=link, expires_at=outcome.expires_at)
