"""`doorward account`: finding people, adding them, and changing what is known of them."""

from typing import Any

import click

from doorward.doors.cli.account_keys import delete_key, reset_key, temporary_code
from doorward.doors.cli.account_locks import lock, unlock
from doorward.doors.cli.adding import add
from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, LIMIT, NAME, REASON, YES, CommandGroup
from doorward.doors.cli.spelling import account_json
from doorward.doors.cli.telling import print_facts, print_json, print_table
from doorward.doors.cli.transfer import export_accounts, import_accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.editing import disable_account, edit_account, enable_account
from doorward.features.administration.model import (
    AccountDisabled,
    AccountEdited,
    AccountEnabled,
    DisableAccount,
    EditAccount,
    EnableAccount,
)
from doorward.features.directory.actions import search_accounts, view_account
from doorward.features.directory.model import AccountRow, AccountShown, Search, ViewAccount
from doorward.features.second_factor.model import FactorState

FACTOR_WORDS = {
    FactorState.SET_UP: "set up",
    FactorState.MAY_SET_UP: "may set up",
    FactorState.BLOCKED: "none: blocked",
    FactorState.EXCLUDED: "excluded",
}


EXAMPLES = """\b
Examples:
  doorward account list --locked
  doorward account add ada --email ada@example.org --role help-desk
  doorward account unlock ada --reason "called back, was her"
  doorward account unlock --all-locked --reason "the attack is over"
  doorward account reset-key ada --reason "lost the phone"
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def account() -> None:
    """Find, add, edit, lock, unlock and re-key accounts."""


@account.command("list", short_help="Search accounts.")
@click.option("--query", metavar="TEXT", default="", help="Part of a name, a login or an e-mail address.")
@click.option("--locked", is_flag=True, help="Only include locked users.")
@click.option("--without-key", "without_factor", is_flag=True, help="Only those who have no second factor.")
@click.option(
    "--second-factor",
    metavar="STATE",
    type=click.Choice([state.value for state in FactorState]),
    help="Only this state: set_up, may_set_up, blocked or excluded.",
)
@click.option("--enabled/--disabled", "enabled", default=None, help="Only enabled, or only disabled accounts.")
@click.option("--group", metavar="G", help="Only accounts in this group: its name or id.")
@LIMIT
@click.option("--cursor", help="Go on where the last list ended.")
@with_desk
def list_accounts(desk: Desk, *, second_factor: str | None, **given: Any) -> None:
    """Search accounts; filters narrow each other down."""
    state = None if second_factor is None else FactorState(second_factor)
    found = desk.run(search_accounts, Search(second_factor=state, **given))
    if desk.as_json:
        print_json({"items": [account_json(row) for row in found.accounts], "next": found.next})
        return
    columns = ("user name", "full name", "e-mail", "kind", "state", "second factor", "roles")
    print_table(columns, [_row(row) for row in found.accounts], "No account fits.")
    if found.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {found.next}", err=True)


@account.command("show", short_help="Show one account. This is recorded.")
@NAME
@with_desk
def show(desk: Desk, name: str) -> None:
    """Show one account, why it is locked, and how its second factor stands. This is recorded."""
    shown = desk.run(view_account, ViewAccount(desk.account(name)))
    if desk.as_json:
        print_json(account_json(shown.account) | _more(shown))
        return
    row = shown.account
    facts = {
        "User name": row.user_name,
        "Full name": row.full_name,
        "E-mail": row.email,
        "Kind": row.kind.value,
        "Enabled": row.enabled,
        "Protected": row.protected,
        "Locked date": None if row.lock is None else row.lock.at,
        "Lock reason": None if row.lock is None else row.lock.reason.value,
        "Lock ends": None if row.lock is None else row.lock.ends_at,
        "Unlocked by": row.unlocked_by,
        "Unlocked at": row.unlocked_at,
        "Second factor": _factor(row),
        "Set-up allowed until": None if shown.allowlist is None else shown.allowlist.expires_at,
        "Hardware token": None if shown.key is None or shown.key.token is None else shown.key.token.serial,
        "Passkeys": [one.name for one in shown.passkeys] or None,
        "Recovery codes left": shown.recovery_codes_left or None,
        "Password": "must be changed" if shown.must_change_password else "set" if shown.has_password else "none",
        "Groups": "; ".join(row.groups) or None,
        "Roles": row.roles,
        "Last sign-in": row.last_sign_in_at,
        "Added": shown.created_at,
        "Version": row.version,
        "Id": row.id,
    }
    print_facts(facts)


account.add_command(add)


@account.command("edit", short_help="Change what is known of an account.")
@NAME
@click.option("--user-name", metavar="N", help="The name to sign in with.")
@click.option("--full-name", metavar="T", help="What others see.")
@click.option("--email", metavar="E", help='An empty one ("") removes the address.')
@click.option("--kind", type=click.Choice([kind.value for kind in AccountKind]), help="External accounts only sign in.")
@click.option(
    "--protected/--not-protected",
    default=None,
    help="Ask operators for their password and a code before each change to it.",
)
@click.option("--must-change/--need-not-change", default=None, help="Ask for a new password at the next sign-in.")
@REASON
@DRY_RUN
@with_desk
def edit(desk: Desk, name: str, *, kind: str | None, must_change: bool | None, **given: Any) -> None:
    """Change what is known of an account; what is not named stays as it is."""
    account_id = desk.account(name)
    command = EditAccount(
        account_id,
        if_version=None,
        kind=None if kind is None else AccountKind(kind),
        must_change_password=must_change,
        **given,
    )
    outcome = desk.run(edit_account, command)
    changed = outcome.changed if isinstance(outcome, AccountEdited) else ()
    said = f"{name} was changed: {', '.join(changed)}." if changed else f"{name} was like that already."
    desk.tell_of(outcome, said, account_id, changed=list(changed))


@account.command("enable")
@NAME
@REASON
@DRY_RUN
@with_desk
def enable(desk: Desk, name: str, reason: str | None) -> None:
    """Let a disabled account sign in again."""
    account_id = desk.account(name)
    outcome = desk.run(enable_account, EnableAccount(account_id, reason))
    news = isinstance(outcome, AccountEnabled)
    desk.tell_of(outcome, f"{name} may sign in again." if news else f"{name} was enabled already.", account_id)


@account.command("disable")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def disable(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Bar an account from signing in, and end its sessions."""
    account_id = desk.account(name)
    desk.confirm(f"Disable {name}? All sessions of {name} end.", yes=yes)
    outcome = desk.run(disable_account, DisableAccount(account_id, reason))
    news = isinstance(outcome, AccountDisabled)
    desk.tell_of(outcome, f"{name} can no longer sign in." if news else f"{name} was disabled already.", account_id)


for command in (lock, unlock, reset_key, delete_key, temporary_code, import_accounts, export_accounts):
    account.add_command(command)


def _row(row: AccountRow) -> tuple[Any, ...]:
    locked = "open" if row.lock is None else f"locked: {row.lock.reason.value}"
    state = locked if row.enabled else "disabled"
    return row.user_name, row.full_name, row.email, row.kind.value, state, _factor(row), row.roles


def _factor(row: AccountRow) -> str:
    """Return how an account stands with its second factor, as people read it."""
    return "none: code by e-mail" if row.signs_in_by_email else FACTOR_WORDS[row.second_factor]


def _more(shown: AccountShown) -> dict[str, Any]:
    entry, key = shown.allowlist, shown.key
    return {
        "created_at": shown.created_at,
        "has_password": shown.has_password,
        "must_change_password": shown.must_change_password,
        "recovery_codes_left": shown.recovery_codes_left,
        "passkeys": [
            {"name": one.name, "added_at": one.added_at, "last_used_at": one.last_used_at} for one in shown.passkeys
        ],
        "set_up_allowed_until": None if entry is None else entry.expires_at,
        "secret_key_confirmed_at": None if key is None else key.confirmed_at,
        "secret_key_last_used_at": None if key is None else key.last_used_at,
        "secret_key_disabled_at": shown.key_disabled_at,
        "hardware_token": None if key is None or key.token is None else key.token.serial,
    }
