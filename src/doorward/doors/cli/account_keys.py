"""What is done to another's second factor: reset, delete, and the code that stands in for a mailed one."""

from typing import Any

import click

from doorward.doors.cli.bulk import RESET, do_many, or_many, search_of
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON_REQUIRED, YES, Command
from doorward.doors.cli.telling import text_of
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    DeleteSecretKey,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    SecretKeyDeleted,
)


@click.command("reset-key", cls=Command, short_help="Delete the second factor, allow a new one.")
@or_many
@REASON_REQUIRED
@YES
@DRY_RUN
@with_desk
def reset_key(desk: Desk, name: str | None, reason: str, *, yes: bool, **asked: Any) -> None:
    """Delete every second factor of NAME and let a new one be set up at the next sign-in.

    In place of NAME it takes a search: then it is done to all whom it finds, each by itself.
    """
    many = search_of(name, **asked)
    if many is not None or name is None:
        do_many(desk, RESET, many, reason, yes=yes)
        return
    account = desk.account(name)
    desk.confirm(f"Reset the secret key of {name}? The present one stops working and all sessions end.", yes=yes)
    outcome = desk.run(reset_secret_key, ResetSecretKey(account, reason))
    until = text_of(outcome.allowed_until)
    said = f"{name} sets up a new secret key at the next sign-in, until {until} UTC."
    if outcome.excluded:
        said = f"{name} has no second factor now, and signs in with the password alone until the exclusion is lifted."
    desk.tell_of(outcome, said, account, allowed_until=outcome.allowed_until)


@click.command("delete-key", cls=Command, short_help="Delete the second factor, and block.")
@NAME
@REASON_REQUIRED
@YES
@DRY_RUN
@with_desk
def delete_key(desk: Desk, name: str, reason: str, *, yes: bool) -> None:
    """Delete every second factor of NAME and block the account until somebody allows a set-up."""
    account = desk.account(name)
    desk.confirm(f"Delete the secret key of {name}? {name} cannot sign in until somebody allows it.", yes=yes)
    outcome = desk.run(delete_secret_key, DeleteSecretKey(account, reason))
    news = isinstance(outcome, SecretKeyDeleted)
    said = f"{name} is blocked until `doorward allowlist add {name}`." if news else f"{name} was blocked already."
    desk.tell_of(outcome, said, account)


@click.command("temporary-code", cls=Command, short_help="Make a code in place of an e-mailed one.")
@NAME
@REASON_REQUIRED
@DRY_RUN
@with_desk
def temporary_code(desk: Desk, name: str, reason: str) -> None:
    """Make a code that NAME types in place of the e-mailed one; it is shown this once.

    A rehearsal shows none: it would open nothing.
    """
    account = desk.account(name)
    outcome = desk.run(issue_temporary_access_code, IssueTemporaryAccessCode(account, reason))
    if desk.dry_run:
        desk.tell(outcome, f"{name} gets a temporary access code.", code=None, expires_at=None)
        return
    code = outcome.code.reveal()
    said = f"Temporary access code of {name}, until {text_of(outcome.expires_at)} UTC:\n\n  {code}\n"
    desk.tell(outcome, said, code=code, expires_at=outcome.expires_at)
