"""The program's front page: which commands there are, and where each is written."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from doorward.doors.cli.looks import StyledGroup
from doorward.kernel.version import VERSION

_HERE = "doorward.doors.cli"


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """A command in the table: the module that holds it under its own name, and its line on the front page.

    A hyphen in the name is an underscore in the module.
    """

    module: str
    summary: str


SECTIONS: dict[str, dict[str, ListedCommand]] = {
    "The server": {
        "serve": ListedCommand("serving", "Start the server; on nothing it makes all it needs."),
        "init": ListedCommand("serving", "Make the data directory, and the first administrator's link."),
        "doctor": ListedCommand("doctor", "Say what is wrong with this server, and how to mend it."),
        "demo": ListedCommand("serving", "Play the main job from end to end on a throw-away server."),
    },
    "People": {
        "account": ListedCommand("accounts", "Find, add, edit, lock, unlock and re-key accounts."),
        "group": ListedCommand("groups", "Show, add, edit and delete groups, and who is in them."),
        "role": ListedCommand("roles", "Show, make, grant, revoke and explain roles."),
        "device": ListedCommand("devices", "List and forget an account's remembered devices."),
        "session": ListedCommand("sessions", "List and end an account's sessions."),
        "job": ListedCommand("jobs", "List, show and stop acts on many accounts."),
        "rescue": ListedCommand("rescue", "Let an account administer again when nobody else can."),
    },
    "Sign-in security": {
        "allowlist": ListedCommand("allowlist", "Who may set up a second factor at the next sign-in."),
        "exclusions": ListedCommand("exclusions", "Who signs in without a second factor."),
        "token": ListedCommand("token_holders", "Import hardware tokens, and give them to people."),
        "breach": ListedCommand("breach", "Import lists of breached passwords; nobody may choose one."),
        "rules": ListedCommand("rules", "Show and set the password rules and two-factor settings."),
    },
    "Applications": {
        "forward-auth": ListedCommand("applications", "Which hosts' web servers ask Doorward who is there."),
    },
    "Records": {
        "audit": ListedCommand("audit", "Read who did what to whom."),
        "mail": ListedCommand("mail", "See which mail was sent, and try again."),
    },
    "Upkeep": {
        "database": ListedCommand("database", "Look at the database's version, upgrade it, or move it."),
        "config": ListedCommand("configuration", "Show every setting and where it comes from."),
    },
}

EXAMPLES = """\b
Examples:
  doorward serve                              start, on this machine alone
  doorward account list --locked              who is locked
  doorward account unlock ada --reason "called back, was her"
  doorward rules set failures_before_lock=5

\b
Every command takes --help, and at its end --data DIR and --json.
Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 not found, 5 conflict.
With --json a command that ends badly prints why on standard output: outcome, code and detail.
"""


class Root(StyledGroup):
    """A group that knows its commands from the table, and loads one when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order of the table."""
        del ctx
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        del ctx
        listed = next((section[cmd_name] for section in SECTIONS.values() if cmd_name in section), None)
        if listed is None:
            return None
        command: Any = getattr(import_module(f"{_HERE}.{listed.module}"), cmd_name.replace("-", "_"))
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by section, without loading one."""
        del ctx
        width = max(len(name) for name in self.list_commands(click.Context(self)))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), listed.summary) for name, listed in commands.items()])


@click.group(
    cls=Root,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, message="%(prog)s %(version)s")
def root() -> None:
    """Doorward signs people in, locks accounts that are guessed at, and lets a help desk open them again.

    Run on the server's machine it works on the data directory itself, whether the server runs or not.
    """
