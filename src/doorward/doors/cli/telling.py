"""Telling people and scripts what came of a command: sentences and tables, or JSON on request."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from doorward.kernel.obstacle import Forbidden, Obstacle
from doorward.kernel.outcome import Refused
from doorward.kernel.refusal import FAILED, USAGE
from doorward.kernel.sentences import refusal, sentence
from doorward.kernel.time import rfc3339

NOT_A_TERMINAL = 2_000
"""How wide a table may be that no terminal has to show."""


class RefusedHere(click.ClickException):
    """A refusal at the command line: its sentence and code, and the exit code of the table."""

    def __init__(self, refused: Refused, reference: str = "", *, as_json: bool = False) -> None:
        """Keep the refusal, and the word that finds it in the audit trail."""
        super().__init__(sentence(refused))
        setattr(self, "exit_code", refusal(refused).exit_code)  # noqa: B010 - click declares it as one for all
        self._refused = refused
        self._reference = reference
        self._as_json = as_json

    def show(self, file: Any = None) -> None:
        """Print the sentence with its code on standard error; as JSON on standard output too."""
        del file
        found = f", reference {self._reference}" if self._reference else ""
        click.echo(f"doorward: {self.message} ({self._refused.code}{found})", err=True)
        if self._as_json:
            said = {"outcome": "refused", "code": self._refused.code, "detail": self.message}
            print_json({**said, "reference": self._reference})


class Failed(click.ClickException):
    """What did not work, in one sentence that says how to mend it."""

    def __init__(self, said: str, exit_code: int = FAILED) -> None:
        """Keep the sentence, and the exit code that it ends with."""
        super().__init__(said)
        setattr(self, "exit_code", exit_code)  # noqa: B010 - click declares it as one for all

    def show(self, file: Any = None) -> None:
        """Print the sentence on standard error."""
        del file
        click.echo(f"doorward: {self.message}", err=True)


def failure_told(said: str, exit_code: int) -> None:
    """Print as JSON what ended a command and is no refusal: in the shape of one, without a code."""
    outcome = "usage" if exit_code == USAGE else "failed"
    print_json({"outcome": outcome, "code": None, "detail": said, "reference": ""})


def print_json(value: Any) -> None:
    """Print a value as JSON: instants as RFC 3339, names as they are."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=spell))


def spell(value: Any) -> Any:
    """Spell for JSON what has no spelling of its own."""
    return rfc3339(value) if isinstance(value, datetime) else str(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], nothing: str) -> None:
    """Print rows in columns as wide as they need; say `nothing` where there is none."""
    from rich.console import Console  # noqa: PLC0415 - loaded by the commands that show a table, when they do
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    rows = list(rows)
    if not rows:
        click.echo(nothing)
        return
    terminal = sys.stdout.isatty()
    table = Table(*columns, box=None, pad_edge=False, header_style="bold" if terminal else "", padding=(0, 3, 0, 0))
    for row in rows:
        table.add_row(*(Text(text_of(value)) for value in row))
    console = Console(width=None if terminal else NOT_A_TERMINAL, highlight=False)
    with console.capture() as capture:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print facts one a line, their names in a column; what is not known is left out, and instants say their zone."""
    known = {
        name: f"{text_of(value)} UTC" if isinstance(value, datetime) else text_of(value)
        for name, value in facts.items()
        if value is not None and value != ""
    }
    width = max((len(name) for name in known), default=0)
    for name, value in known.items():
        click.echo(f"{name.ljust(width)}  {value}")


def text_of(value: Any) -> str:
    """Spell a value for people: instants to the second, lists with commas."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case list() | tuple():
            return ", ".join(text_of(each) for each in value)
        case _:
            return str(value)


def with_progress(what: str, total: int, steps: Iterable[int]) -> None:
    """Follow long work; on a terminal with a bar, elsewhere in silence. Each step says how much is done by now."""
    if not sys.stderr.isatty():
        for _ in steps:
            pass
        return
    from rich.console import Console  # noqa: PLC0415 - loaded where there is a bar to show
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(what, total=total)
        for done in steps:
            progress.update(bar, completed=done)


def _in_silence(done: int) -> None:
    """Tell nobody how far it is."""
    del done


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Follow work that tells how far it is; on a terminal with a bar, elsewhere in silence."""
    if not sys.stderr.isatty():
        yield _in_silence
        return
    from rich.console import Console  # noqa: PLC0415 - loaded where there is a bar to show
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as shown:
        bar = shown.add_task(what, total=total)
        yield lambda done: shown.update(bar, completed=done)


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person whether they mean it; a script that runs the command has said so."""
    if not yes and sys.stdin.isatty() and not click.confirm(question, err=True):
        raise Failed("Nothing was changed.")


def counted(count: int, thing: str, things: str = "") -> str:
    """Return how many of a thing there are: `1 entry`, `2,000 entries`."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


@contextmanager
def obstacles_told() -> Iterator[None]:
    """End the command with the one sentence of an obstacle."""
    try:
        yield
    except Forbidden as obstacle:
        as_json = bool(click.get_current_context().meta.get("as_json"))
        raise RefusedHere(obstacle.refused, as_json=as_json) from obstacle
    except Obstacle as obstacle:
        raise Failed(str(obstacle), obstacle.exit_code) from obstacle
