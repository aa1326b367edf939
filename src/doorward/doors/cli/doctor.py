"""`doorward doctor`: what is wrong with this server, and how to mend it."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from doorward.config import Loaded
from doorward.doors.cli.examinations import Examined, breach_lists, mail, permissions, system
from doorward.doors.cli.options import Command, wants_json, with_settings
from doorward.doors.cli.program import Program
from doorward.doors.cli.telling import print_json
from doorward.edges import data_directory
from doorward.features.system.model import Finding, Grade
from doorward.kernel.obstacle import Obstacle

_COLOURS = {Grade.WELL: "green", Grade.ODD: "yellow", Grade.WRONG: "red"}


@click.command("doctor", cls=Command)
@with_settings
def doctor(program: Program, loaded: Loaded) -> None:
    """Look at clock, keys, mail, database, permissions and passwords; say what is wrong and how to mend it.

    Exits 0 when nothing is wrong, else 1.
    """
    data_directory.take_on_owner(loaded.settings.data)
    findings = list(_examine(program, loaded))
    context = click.get_current_context()
    well = all(finding.grade is not Grade.WRONG for finding in findings)
    if wants_json(context):
        print_json({"well": well, "items": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            _show(finding)
    context.exit(0 if well else 1)


def _examine(program: Program, loaded: Loaded) -> Iterator[Finding]:
    """Look at one thing after the other; where the directory cannot be opened, there is no more to look at."""
    yield permissions(loaded.settings)
    yield mail(program, loaded.settings)
    try:
        opened = program.open(loaded.settings)
    except Obstacle as obstacle:
        yield Finding("keys and database", Grade.WRONG, obstacle.what, obstacle.mend)
        return
    examined = Examined(loaded.settings, opened)
    try:
        yield from system(examined)
        yield breach_lists(examined)
    except Obstacle as obstacle:
        yield Finding("database", Grade.WRONG, obstacle.what, obstacle.mend)
    finally:
        opened.close()


def _show(finding: Finding) -> None:
    grade = click.style(finding.grade.value.ljust(5), fg=_COLOURS[finding.grade], bold=True)
    click.echo(f"{grade}  {finding.subject}: {finding.said}")
    if finding.mend:
        click.echo(f"       {finding.mend}")
