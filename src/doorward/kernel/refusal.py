"""What one code of the table of refusals says, and to whom."""

from dataclasses import dataclass

FAILED, USAGE, REFUSED, NOT_FOUND, CONFLICT = 1, 2, 3, 4, 5
"""Exit codes of the command line (0 is done)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How one code is told: to a browser or a client by its status, to a shell by its exit code, to people in words."""

    status: int
    exit_code: int
    sentence: str
