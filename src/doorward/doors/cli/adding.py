"""`doorward account add`: a new account, with a link to set its password, or with a password from a prompt."""

import sys
from dataclasses import replace
from typing import Any

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, Command
from doorward.doors.cli.telling import Failed
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.first_password import hash_first_password
from doorward.features.administration.model import AccountAdded, AddAccount
from doorward.kernel.ports import Secret


@click.command("add", cls=Command)
@NAME
@click.option("--email", metavar="E", help="Where codes and links go.")
@click.option("--full-name", metavar="T", default="", help="What others see; the user name if left out.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in AccountKind]),
    default="internal",
    help="External accounts only sign in; internal if left out.",
)
@click.option("--role", "roles", metavar="R", multiple=True, help="A role, such as help-desk; repeat it for each.")
@click.option("--group", "groups", metavar="G", multiple=True, help="A group, by its name; repeat it for each.")
@click.option("--password-stdin", is_flag=True, help="Read a password, up to the line's end; a terminal is asked.")
@click.option(
    "--must-change",
    is_flag=True,
    help="Ask for a new password at the first sign-in; of no effect where a link sets the first.",
)
@REASON
@DRY_RUN
@with_desk
def add(desk: Desk, name: str, *, kind: str, password_stdin: bool, **given: Any) -> None:
    """Add an account. Without a password it is mailed a one-time link to set one, which is printed too.

    A password is never an argument: every process of the machine could read it there.
    """
    command = AddAccount(user_name=name, kind=AccountKind(kind), must_change_password=given.pop("must_change"), **given)
    if password_stdin:
        password = _from_prompt() if sys.stdin.isatty() else _from_stdin()
        command = replace(command, password_hash=desk.drive(hash_first_password(command, password)))
    _tell(desk, desk.run(add_account, command))


def _tell(desk: Desk, added: AccountAdded) -> None:
    link = None if added.link is None else f"{desk.runtime.site.public_url}{added.link.reveal()}"
    said = f"{added.user_name} was added."
    if link is not None and not desk.dry_run:
        said += f" The password is set by this link, once, within 72 hours:\n\n  {link}\n"
    desk.tell_of(added, said, added.account, link=None if desk.dry_run else link)


def _from_stdin() -> Secret:
    return _given(sys.stdin.readline().rstrip("\r\n"))


def _from_prompt() -> Secret:
    return _given(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _given(text: str) -> Secret:
    if not text:
        raise Failed("No password was given. Type one, or leave the option out to have a link mailed.")
    return Secret(text)
