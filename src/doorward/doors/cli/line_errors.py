"""Telling what is wrong with a file, by line and column, before anything of it is taken over."""

from collections.abc import Sequence
from typing import Any

import click

from doorward.doors.cli.desk import Desk
from doorward.doors.cli.telling import RefusedHere, print_json, print_table
from doorward.kernel.lines import LineError
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

SHOWN_ERRORS = 100
"""How many errors people are shown; `--json` lists them all."""


def tell_errors(desk: Desk, code: str, errors: Sequence[LineError], lines: int) -> RefusedHere:
    """Tell all that is wrong with a file, and give the refusal that ends the command."""
    refused = Refused(code, {"wrong": len({error.line for error in errors}), "lines": lines})
    if desk.as_json:
        print_json(
            {
                "outcome": "refused",
                "code": refused.code,
                "detail": sentence(refused),
                "reference": desk.origin.reference,
                "lines": lines,
                "errors": [_json(error) for error in errors],
            }
        )
    else:
        rows = [(one.line, one.column, sentence(one.refused), one.refused.code) for one in errors[:SHOWN_ERRORS]]
        print_table(("line", "column", "what is wrong", "code"), rows, "")
        if len(errors) > SHOWN_ERRORS:
            click.echo(f"There are {len(errors) - SHOWN_ERRORS} more; --json lists them all.", err=True)
    return RefusedHere(refused, desk.origin.reference)


def _json(error: LineError) -> dict[str, Any]:
    return {
        "line": error.line,
        "column": error.column or None,
        "code": error.refused.code,
        "detail": sentence(error.refused),
    }
