"""How help pages look: headings in bold on a terminal, commands in the order in which they were written."""

import click


class Formatter(click.HelpFormatter):
    """Writes headings in bold; where the output is no terminal, `click.echo` takes that out again."""

    def write_heading(self, heading: str) -> None:
        """Write one heading."""
        super().write_heading(click.style(heading, bold=True))


class Context(click.Context):
    """A context whose help pages look like that."""

    formatter_class = Formatter


class Command(click.Command):
    """A command with such a help page."""

    context_class = Context


class Group(click.Group):
    """A group with such a help page."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they were written."""
        del ctx
        return list(self.commands)
