"""Files of lines: CSV (RFC 4180) with a header, and JSON lines; written so that no spreadsheet runs what they hold.

What a spreadsheet would take for a formula gets an apostrophe in front (T16): at the beginning of a cell, and inside it
where a spreadsheet that parts columns by semicolons or tabs would begin another. So does what begins with quotes and
then such a sign: what was marked can be told from what was like that, and `plain` gives it back.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO
from uuid import UUID

from doorward.kernel.time import rfc3339

_SEPARATORS = (",", ";", "\t")
"""What may stand between columns; programs that write decimals with a comma use others."""
LONGEST_LINE = 2**20
"""In bytes; a person or a token takes some hundreds."""
_TOLD_EVERY = 500
_ACTIVE = re.compile(r"""(\A|[;\t\r\n])(?=['"]*[=+\-@\t\r])""")
_MARKED = re.compile(r"""(\A|[;\t\r\n])'(?=['"]*[=+\-@\t\r])""")


class BrokenText(Exception):
    """A line that cannot be read: it is not UTF-8, or far longer than lines are."""

    def __init__(self, line: int, why: str) -> None:
        """Keep the line, and what is wrong with it."""
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


class BrokenCsv(Exception):
    """A row that never ends, or a cell far longer than cells are."""

    def __init__(self, line: int) -> None:
        """Keep the line where the row begins."""
        super().__init__(f"line {line}")
        self.line = line


def text_lines(file: BinaryIO, told: Callable[[int], None]) -> Iterator[str]:
    """Read a file line by line, without their ends; `told` hears now and then how many bytes that were so far.

    However large the file is, one line is in memory. Raises `BrokenText`.
    """
    number = read = 0
    for raw in iter(lambda: file.readline(LONGEST_LINE + 1), b""):
        number, read = number + 1, read + len(raw)
        if len(raw) > LONGEST_LINE:
            raise BrokenText(number, "it is far longer than lines are")
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BrokenText(number, "it is not text in UTF-8") from None
        yield text.removesuffix("\n")
        if number % _TOLD_EVERY == 0:
            told(read)


def csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line where it begins, for a cell may hold line ends; empty lines are passed over.

    Raises `BrokenCsv`.
    """
    rest = iter(lines)
    first = next(rest, "")
    separator = next((one for one in _SEPARATORS if one in first), ",")
    rows = csv.reader((f"{line}\n" for line in chain((first,), rest)), strict=True, delimiter=separator)
    number = 1
    try:
        for row in rows:
            if row:
                yield number, row
            number = rows.line_num + 1
    except csv.Error:
        raise BrokenCsv(number) from None


def cell(value: Any) -> str:
    """Spell a value as a cell: nothing for None, lists with semicolons, JSON for objects, and never a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return rfc3339(value)
        case list() | tuple():
            return cell(";".join(map(str, value)))
        case Mapping():
            return cell(_json(value))
        case _:
            return _ACTIVE.sub(r"\1'", str(value))


def plain(text: str) -> str:
    """Give back what a cell held before it was marked."""
    return _MARKED.sub(r"\1", text)


def csv_line(values: Iterable[Any]) -> str:
    """Write one line of CSV: quoted where it must be, ended by CR LF."""
    written = io.StringIO()
    csv.writer(written).writerow([cell(value) for value in values])
    return written.getvalue()


def json_line(values: Mapping[str, Any]) -> str:
    """Write one JSON line."""
    return f"{_json(values)}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_spelled)


def _spelled(value: Any) -> Any:
    match value:
        case datetime():
            return rfc3339(value)
        case UUID():
            return str(value)
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no spelling in JSON")
