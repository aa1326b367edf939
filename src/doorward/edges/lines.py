"""Files of lines: CSV (RFC 4180) with a header, and JSON lines; written so that no spreadsheet runs what they hold.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (T16). So does a cell that begins with
apostrophes and then such a sign: what was marked can be told from what was like that, and `plain` gives it back.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from doorward.kernel.time import rfc3339

_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")


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
            text = str(value)
            return f"'{text}" if _ACTIVE.match(text) else text


def plain(text: str) -> str:
    """Give back what a cell held before it was marked."""
    return text[1:] if _MARKED.match(text) else text


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
