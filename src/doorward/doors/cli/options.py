"""The options that commands share, and the commands that need no more than the settings; see `desk.py` for the rest."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import click

from doorward.config import Loaded
from doorward.doors.cli import looks
from doorward.doors.cli.program import Program
from doorward.doors.cli.telling import obstacles_told
from doorward.kernel.paging import DEFAULT_PAGE, LARGEST_PAGE

F = Callable[..., Any]

NAME = click.argument("name")
REASON = click.option("--reason", metavar="TEXT", help="Why; stands in the audit trail.")
REASON_REQUIRED = click.option("--reason", metavar="TEXT", required=True, help="Why; stands in the audit trail.")
YES = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
LIMIT = click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(1, LARGEST_PAGE),
    default=DEFAULT_PAGE,
    help="How many to show; 50 if left out.",
)


class Command(looks.StyledCommand):
    """A command that takes `--data` and `--json` at its end, whatever else it takes.

    Whatever can be rehearsed takes `--yes` too, so that a script can say it of every act.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """Add the two options after the command's own."""
        super().__init__(*given, **named)
        taken = {param.name for param in self.params}
        if "dry_run" in taken and "yes" not in taken:
            self.params.append(_nothing_asked())
        self.params += [
            click.Option(
                ["--data"],
                metavar="DIR",
                type=click.Path(file_okay=False),
                expose_value=False,
                callback=_keep,
                help="The data directory; else DOORWARD_DATA, else ./data.",
            ),
            click.Option(["--json", "as_json"], is_flag=True, expose_value=False, callback=_keep, help="Print JSON."),
        ]


class CommandGroup(looks.StyledGroup):
    """A group of such commands."""

    command_class = Command
    group_class = type


def with_settings(command: F) -> F:
    """Hand a command the program and the loaded settings; `options` are those that override them."""

    def called(**given: Any) -> Any:
        program, loaded = settings_of(click.get_current_context(), {})
        return command(program, loaded, **given)

    return update_wrapper(called, command)


def settings_of(context: click.Context, options: dict[str, Any]) -> tuple[Program, Loaded]:
    """Load the settings as the command line names them."""
    program: Program = context.obj
    data = context.meta.get("data")
    with obstacles_told():
        return program, program.load({**({"data": data} if data else {}), **options})


def wants_json(context: click.Context) -> bool:
    """Return whether JSON was asked for."""
    return bool(context.meta.get("as_json"))


def _nothing_asked() -> click.Option:
    """Make the option of a command that puts no question, and is told not to."""
    return click.Option(
        ["--yes"], is_flag=True, expose_value=False, help="Changes nothing here: this asks no question."
    )


def _keep(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """Keep an option's value for whoever loads the settings."""
    if option.name is not None:
        context.meta[option.name] = value
    return value
