"""Reading a file of people: every line is looked at before anything is written.

What cannot be read at all ends the reading there; what is wrong with one line leaves the others to be looked at.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from doorward.edges.lines import BrokenCsv, csv_rows, plain
from doorward.features.transfer.model import FileRead, Form, Person
from doorward.features.transfer.rules import people as rules
from doorward.kernel.lines import Line, LineError
from doorward.kernel.outcome import Refused

_TOLD_EVERY = 500

Read = Line | LineError


def read_file(raw: bytes, form: Form, adopt: rules.Adopt, told: Callable[[int], None]) -> FileRead:
    """Read people from a file, and say all that is wrong with it; `told` hears how many lines were read."""
    people: list[Person] = []
    errors: list[LineError] = []
    columns: set[str] = set()
    count = 0
    for count, read in enumerate(_lines(raw, form), 1):
        if isinstance(read, LineError):
            errors.append(read)
            continue
        columns.update(read.values)
        judged = rules.judge_line(read, adopt)
        if isinstance(judged, Person):
            people.append(judged)
        else:
            errors.extend(judged)
        if count % _TOLD_EVERY == 0:
            told(count)
    errors += rules.twins(people)
    left_out = tuple(name for name in rules.EXPORTED if name in columns)
    return FileRead(tuple(people), tuple(sorted(errors, key=_place)), count, left_out)


def longest_file() -> int:
    """Tell how many bytes a file may have."""
    return rules.MOST_BYTES


def _place(error: LineError) -> tuple[int, str]:
    return error.line, error.column


def _lines(raw: bytes, form: Form) -> Iterator[Read]:
    if len(raw) > rules.MOST_BYTES:
        yield LineError(1, "", Refused("transfer.too_long", {"most": rules.MOST_LINES}))
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield LineError(raw.count(b"\n", 0, error.start) + 1, "", rules.malformed("it is not text in UTF-8"))
        return
    for count, read in enumerate(_csv(text) if form is Form.CSV else _json_lines(text), 1):
        if count > rules.MOST_LINES:
            number = read.number if isinstance(read, Line) else read.line
            yield LineError(number, "", Refused("transfer.too_long", {"most": rules.MOST_LINES}))
            return
        yield read


def _csv(text: str) -> Iterator[Read]:
    """Read CSV (RFC 4180), its columns first."""
    rows = _rows(text)
    first = next(rows, None)
    if first is None or isinstance(first, LineError):
        yield first or LineError(1, "user_name", rules.malformed("the file is empty"))
        return
    columns = [name.strip().lower() for name in first[1]]
    if wrong := rules.judge_columns(columns):
        yield from wrong
        return
    for row in rows:
        yield row if isinstance(row, LineError) else _csv_line(*row, columns)


def _rows(text: str) -> Iterator[tuple[int, list[str]] | LineError]:
    try:
        yield from csv_rows(text)
    except BrokenCsv as broken:
        yield LineError(broken.line, "", rules.malformed("a quote is not closed, or a cell is far too long"))


def _csv_line(number: int, row: list[str], columns: list[str]) -> Read:
    if len(row) != len(columns):
        return LineError(number, "", rules.malformed(f"it has {len(row)} cells and not {len(columns)}"))
    return Line(number, dict(zip(columns, map(plain, row), strict=True)))


def _json_lines(text: str) -> Iterator[Read]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield from _json_line(number, line)


def _json_line(number: int, line: str) -> Iterator[Read]:
    try:
        found = json.loads(line, object_pairs_hook=_unique, parse_constant=_no_number)
        values = {name: _text(value) for name, value in found.items() if value is not None}
    except (ValueError, TypeError, AttributeError, RecursionError):
        yield LineError(number, "", rules.malformed("it is not one JSON object with texts in its fields"))
        return
    if len(values) > rules.MOST_COLUMNS:
        yield LineError(number, "", rules.malformed(f"it has {len(values)} fields"))
        return
    unknown = [one for one in values if one not in {*rules.COLUMNS, *rules.EXPORTED}]
    yield from (LineError(number, one[:60], Refused("request.unknown_field", {"field": one[:60]})) for one in unknown)
    if not unknown:
        yield Line(number, values)


def _text(value: Any) -> str:
    """Give a field as the text that a cell would hold: a list of roles, a flag, a hash as Keycloak has it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(_only_text(one) for one in value)
        case Mapping():
            return json.dumps(value)
        case int() if 0 <= value < _TOLD_EVERY**3:
            return str(value)
        case _:
            raise TypeError


def _only_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a field comes twice")
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
