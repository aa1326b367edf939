"""The program, as the command line has it.

Everything but the front page is loaded when it is asked for, so that `doorward --help` is there at once.
"""

import sys
from importlib import import_module
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import click

from doorward.doors.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from doorward.config import Loaded, Settings
    from doorward.doors.cli.program import OpenedData, Welcome
    from doorward.edges.sql.schema import Upgraded

FAULT = 1
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


class LazyProgram:
    """What the command line is handed: the `LazyProgram` of `doors.cli.program`."""

    def load(self, options: "Mapping[str, Any]") -> "Loaded":
        """Read the settings."""
        loaded: Loaded = _from("config").load(options)
        return loaded

    def open(self, settings: "Settings") -> "OpenedData":
        """Open a data directory that is there."""
        opened: OpenedData = _from("starting").open_here(settings)
        return opened

    def open_target(self, settings: "Settings") -> "OpenedData":
        """Open a database into which another is to be moved."""
        opened: OpenedData = _from("starting").open_target(settings)
        return opened

    def first_run(self, settings: "Settings") -> "Welcome":
        """Make what is missing of a data directory."""
        welcome: Welcome = _from("starting").first_run(settings)
        return welcome

    def upgrade(self, settings: "Settings") -> "Upgraded":
        """Bring the database up to date."""
        done: Upgraded = _from("starting").upgrade(settings)
        return done

    def serve(self, settings: "Settings", told: "Callable[[Settings, Welcome], None]") -> int:
        """Serve until told to stop."""
        if settings.workers == 1:  # of several each is a process of its own, which begins by itself
            _from("edges.memory").look_at_nothing_yet()
        code: int = _from("starting").serve(settings, told)
        return code

    def try_mail(self, settings: "Settings") -> None:
        """Ask the mail server whether it is there."""
        _from("starting").try_mail(settings)

    def demo(self, *, keep: bool, as_json: bool) -> int:
        """Play the main job."""
        code: int = _from("demo.main").main(keep=keep, as_json=as_json)
        return code


def main(words: "Sequence[str] | None" = None) -> int:
    """Run the command line, and give the exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        code = root.main(args=words, prog_name="doorward", standalone_mode=False, obj=LazyProgram())
    except click.exceptions.Abort:
        click.echo("", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        _tell_failure(words, error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - a fault of the program: one sentence for people, the rest for whoever mends it
        click.echo("".join(format_exception(error)), err=True)
        said = f"this is a fault of the program, and nothing more was done: {error!r}"
        click.echo(f"doorward: {said}", err=True)
        _tell_failure(words, click.ClickException(said))
        return FAULT
    return code if isinstance(code, int) else 0


def _tell_failure(words: "Sequence[str]", error: click.ClickException) -> None:
    """Print as JSON, where that was asked for, what ended the command; a refusal has printed itself.

    The words are looked at, since a command whose words are wrong has not read its options.
    """
    telling = _from("doors.cli.telling")
    if "--json" in words and not isinstance(error, telling.RefusedHere):
        telling.failure_told(error.format_message(), error.exit_code)


def _from(part: str) -> Any:
    """Load a part of the program."""
    return import_module(f"doorward.{part}")
