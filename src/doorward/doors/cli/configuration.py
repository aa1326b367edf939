"""`doorward config`: what the settings are, and where each comes from."""

import click

from doorward.config import Loaded, Settings, shown
from doorward.doors.cli.options import CommandGroup, wants_json, with_settings
from doorward.doors.cli.program import Program
from doorward.doors.cli.telling import print_json, print_table


@click.group(cls=CommandGroup)
def config() -> None:
    """Show every setting and where it comes from."""


@config.command("show", short_help="Show each setting and where it comes from.")
@with_settings
def show(program: Program, loaded: Loaded) -> None:
    """Show each setting, its value, and where it comes from: an option, the environment, the file or its default."""
    del program
    settings = loaded.settings
    rows = [
        (key, shown(key, getattr(settings, key)), loaded.origins[key], field.description)
        for key, field in Settings.model_fields.items()
    ]
    if wants_json(click.get_current_context()):
        print_json({key: {"value": value, "from": origin} for key, value, origin, _ in rows})
        return
    print_table(("setting", "value", "from", "what it is"), rows, "")
