"""What was read of a file, line by line, and what is wrong with a line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.kernel.outcome import Refused


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file as it was read: its number, and the texts in its columns."""

    number: int
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with a line: in which column, where it is one, and why."""

    line: int
    column: str
    refused: Refused
