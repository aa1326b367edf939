"""Locking and unlocking: one account, or all that automatic locks have shut out."""

from typing import Any

import click

from doorward.doors.cli.bulk import UNLOCK, do_many
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON_REQUIRED, YES, Command
from doorward.features.directory.model import Search
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import AccountLocked, AccountUnlocked, LockAccount, UnlockAccount


@click.command("lock", cls=Command, short_help="Lock an account by hand.")
@NAME
@REASON_REQUIRED
@YES
@DRY_RUN
@with_desk
def lock(desk: Desk, name: str, reason: str, *, yes: bool) -> None:
    """Lock an account by hand: bars every way in and ends all its sessions."""
    account = desk.account(name)
    desk.confirm(f"Lock {name}? All sessions of {name} end.", yes=yes)
    outcome = desk.run(lock_account, LockAccount(account, reason))
    news = isinstance(outcome, AccountLocked)
    desk.tell_of(outcome, f"{name} is locked." if news else f"{name} was locked already.", account)


@click.command("unlock", cls=Command, short_help="Open a locked account again, or many.")
@click.argument("name", required=False)
@click.option("--all-locked", is_flag=True, help="Every account that an automatic lock has shut out.")
@click.option("--query", metavar="TEXT", default="", help="With --all-locked: only those whom this search finds.")
@click.option("--group", metavar="G", help="With --all-locked: only the members of this group.")
@click.option("--without-key", "without_factor", is_flag=True, help="With --all-locked: only those without a factor.")
@click.option("--enabled/--disabled", "enabled", default=None, help="With --all-locked: only these.")
@REASON_REQUIRED
@YES
@DRY_RUN
@with_desk
def unlock(desk: Desk, *, name: str | None, all_locked: bool, reason: str, yes: bool, **asked: Any) -> None:
    """Open a locked account again, or all that automatic locks have shut out.

    Locks set by hand, or reported, are lifted one account at a time.
    """
    narrowed = any(asked.values()) or asked["enabled"] is not None
    if (name is None) != all_locked or (narrowed and not all_locked):
        raise click.UsageError("Name one account, or say --all-locked and, if you like, --query TEXT or --group G.")
    if name is None:
        do_many(desk, UNLOCK, Search(**asked), reason, yes=yes)
        return
    account = desk.account(name)
    outcome = desk.run(unlock_account, UnlockAccount(account, reason))
    news = isinstance(outcome, AccountUnlocked)
    desk.tell_of(outcome, f"{name} is unlocked." if news else f"{name} was not locked.", account)
