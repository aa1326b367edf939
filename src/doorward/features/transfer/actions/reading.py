"""Reading a file of people: every line is looked at before anything is written.

What cannot be read at all ends the reading there; what is wrong with one line leaves the others to be looked at.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NoReturn

from doorward.edges.lines import BrokenCsv, BrokenText, csv_rows, plain, text_lines
from doorward.edges.spool import Spool
from doorward.features.transfer.model import PeopleFileFormat, PeopleFileRead, Person
from doorward.features.transfer.rules import people as rules
from doorward.kernel.lines import Line, LineError
from doorward.kernel.outcome import Refused

PART = 2_000
"""How many people are kept, read back and written at once."""
_LARGEST_NUMBER = 10**9

Read = Line | LineError


def read_file(
    file: BinaryIO, form: PeopleFileFormat, adopt: rules.Adopt, people: Spool[Person], told: Callable[[int], None]
) -> PeopleFileRead:
    """Read people from a file into a spool, and say all that is wrong with it; `told` hears how many bytes were read.

    However long the file is, little of it is in memory: eight bytes of each name, to find those that come twice.
    """
    reading = _Reading(adopt, people)
    for read in _lines(text_lines(file, told), form):
        reading.take(read)
        if len(reading.errors) > rules.MOST_ERRORS:
            break
    return reading.ended()


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    adopt: rules.Adopt
    people: Spool[Person]
    part: list[Person] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    names: rules.Names = field(default_factory=rules.Names)
    lines: int = 0
    with_password: int = 0
    with_key: int = 0

    def take(self, read: Read) -> None:
        self.lines += 1
        if isinstance(read, LineError):
            self.errors.append(read)
            return
        self.columns.update(read.values)
        judged = rules.judge_line(read, self.adopt)
        if not isinstance(judged, Person):
            self.errors.extend(judged)
            return
        self._keep(judged)

    def _keep(self, person: Person) -> None:
        self.names.add(person)
        self.with_password += person.password_hash is not None
        self.with_key += person.secret_key is not None
        self.part.append(person)
        if len(self.part) == PART:
            self.people.add(self.part)
            self.part = []

    def ended(self) -> PeopleFileRead:
        """Look for twins, and give what was read."""
        if self.part:
            self.people.add(self.part)
        self.errors += rules.twins(self.names.alike(self.people))
        self.errors.sort(key=_place)
        left_out = tuple(name for name in rules.EXPORTED if name in self.columns)
        return PeopleFileRead(self.people, tuple(self.errors), self.lines, left_out, self.with_password, self.with_key)


def _place(error: LineError) -> tuple[int, str]:
    return error.line, error.column


def _lines(text: Iterator[str], form: PeopleFileFormat) -> Iterator[Read]:
    for count, read in enumerate(_csv(text) if form is PeopleFileFormat.CSV else _json_lines(text), 1):
        if count > rules.MOST_LINES:
            number = read.number if isinstance(read, Line) else read.line
            yield LineError(number, "", Refused("transfer.too_long", {"most": rules.MOST_LINES}))
            return
        yield read


def _csv(text: Iterator[str]) -> Iterator[Read]:
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


def _rows(text: Iterator[str]) -> Iterator[tuple[int, list[str]] | LineError]:
    try:
        yield from csv_rows(text)
    except BrokenCsv as broken:
        yield LineError(broken.line, "", rules.malformed("a quote is not closed, or a cell is far too long"))
    except BrokenText as broken:
        yield _unreadable(broken)


def _unreadable(broken: BrokenText) -> LineError:
    return LineError(broken.line, "", rules.malformed(broken.why))


def _csv_line(number: int, row: list[str], columns: list[str]) -> Read:
    if len(row) != len(columns):
        return LineError(number, "", rules.malformed(f"it has {len(row)} cells and not {len(columns)}"))
    return Line(number, dict(zip(columns, map(plain, row), strict=True)))


def _json_lines(text: Iterator[str]) -> Iterator[Read]:
    try:
        for number, line in enumerate(text, 1):
            if line.strip():
                yield from _json_line(number, line)
    except BrokenText as broken:
        yield _unreadable(broken)


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
    """Return a field as the text that a cell would hold: a list of roles, a flag, a hash as Keycloak has it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(_only_text(one) for one in value)
        case Mapping():
            return json.dumps(value)
        case int() if 0 <= value < _LARGEST_NUMBER:
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
