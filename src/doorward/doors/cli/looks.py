"""How help pages look: headings in bold on a terminal, commands in the order in which they were written."""

import click


class Formatter(click.HelpFormatter):
    """Writes headings in bold; where the output is no terminal, `click.echo` takes that out again."""

    def write_heading(self, heading: str) -> None:
        """Write one heading."""
        super().write_heading(click.style(heading, bold=True))


class StyledContext(click.Context):
    """A context whose help pages look like that."""

    formatter_class = Formatter


class StyledCommand(click.Command):
    """A command with such a help page."""

    context_class = StyledContext


class StyledGroup(click.Group):
    """A group with such a help page."""

    context_class = StyledContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they were written."""
        del ctx
        return list(self.commands)
