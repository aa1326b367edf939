"""What a line says of an account to be, and whether that can be so.

Each column is judged by itself, so that one look at the report mends the whole line.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from doorward.features.accounts.model import AccountKind
from doorward.features.accounts.rules import judge_email, judge_name
from doorward.features.groups.rules import SEPARATOR
from doorward.features.transfer.model import Person
from doorward.features.transfer.rules.keys import read_key
from doorward.kernel.lines import Line, LineError
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Refused

T = TypeVar("T")

COLUMNS = (
    "user_name", "full_name", "email", "kind", "roles", "groups", "enabled", "must_change_password", "password_hash",
    "secret_key",
)  # fmt: skip
"""What an import takes; only `user_name` must be there."""
EXPORTED = (
    "id", "protected", "locked_at", "lock_reason", "lock_ends_at", "unlocked_by", "unlocked_by_id", "unlocked_at",
    "second_factor", "signs_in_by_email", "last_sign_in_at", "password_changed_at", "version",
    "roles_elsewhere",
)  # fmt: skip
"""What an export has besides, and an import leaves out and says so."""
MOST_COLUMNS = 100
"""Far more than are known: whoever has more has sent another kind of file."""
MOST_LINES = 100_000_000
MOST_ERRORS = 100_000
"""After this many the rest of a file is not looked at: it is another kind of file."""
_DRAWERS = 256
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_KINDS = {kind.value: kind for kind in AccountKind}

Adopt = Callable[[str], str | ValueError]
"""Brings a foreign password hash to the stored form; handed in, for hashes are outside."""


def judge_columns(columns: Iterable[str]) -> list[LineError]:
    """Refuse a file whose columns are not known, come twice, or leave out the user name."""
    named = list(columns)
    if len(named) > MOST_COLUMNS:
        return [LineError(1, "", malformed(f"it has {len(named)} columns"))]
    known = {*COLUMNS, *EXPORTED}
    errors = [LineError(1, one, Refused("request.unknown_field", {"field": one})) for one in named if one not in known]
    twice = sorted({one for one in named if named.count(one) > 1})
    errors += [LineError(1, one, malformed("this column comes twice")) for one in twice]
    if "user_name" not in named:
        errors.append(LineError(1, "user_name", Refused("accounts.name_missing", {"field": "user_name"})))
    return errors


def malformed(why: str) -> Refused:
    """Refuse a line that cannot be read."""
    return Refused("transfer.malformed", {"why": why})


def judge_line(line: Line, adopt: Adopt) -> Person | tuple[LineError, ...]:
    """Make a person of a line, or say all that is wrong with it."""
    sheet = _Sheet(line)
    name, full_name, email = (sheet.text(column) for column in ("user_name", "full_name", "email"))
    sheet.judged("user_name", judge_name(name, "user_name"))
    sheet.judged("full_name", judge_name(full_name, "full_name") if full_name else None)
    sheet.judged("email", judge_email(email) if email else None)
    kind = sheet.chosen("kind", _KINDS, AccountKind.INTERNAL)
    roles = _several(sheet.text("roles").replace(",", SEPARATOR))
    sheet.judged("roles", Refused("rights.internal_only") if roles and kind is AccountKind.EXTERNAL else None)
    person = Person(
        line=line.number,
        user_name=name,
        full_name=full_name or name,
        email=email or None,
        kind=kind,
        roles=roles,
        enabled=sheet.chosen("enabled", _FLAGS, other=True),
        must_change_password=sheet.chosen("must_change_password", _FLAGS, other=False),
        password_hash=sheet.read("password_hash", lambda text: _adopted(text, adopt)),
        secret_key=sheet.read("secret_key", lambda text: read_key(text, (name, email))),
        groups=_several(sheet.text("groups")),
    )
    return tuple(sheet.errors) or person


def twins(people: Iterable[Person]) -> list[LineError]:
    """Find people of one name in one file, in whatever spelling (LOCK-16)."""
    first: dict[str, int] = {}
    errors = []
    for person in people:
        line = first.setdefault(canonical(person.user_name), person.line)
        if line != person.line:
            errors.append(LineError(person.line, "user_name", Refused("transfer.twin", {"line": line})))
    return errors


class Names:
    """Which names may have come twice, by eight bytes of each that nobody can aim at: each process chooses its own."""

    def __init__(self) -> None:
        """Begin with none."""
        self._drawers = tuple(array("q") for _ in range(_DRAWERS))

    def add(self, person: Person) -> None:
        """Note somebody's name, in its one form."""
        mark = hash(canonical(person.user_name))
        self._drawers[mark % _DRAWERS].append(mark)

    def alike(self, people: Iterable[Person]) -> Iterator[Person]:
        """Return those people whose names may have come twice; everybody else's have not."""
        twice = {mark for drawer in self._drawers for mark in _repeated(drawer)}
        return (one for one in people if hash(canonical(one.user_name)) in twice) if twice else iter(())


def _repeated(drawer: Iterable[int]) -> set[int]:
    ordered = sorted(drawer)
    return {mark for mark, following in pairwise(ordered) if mark == following}


def _several(text: str) -> tuple[str, ...]:
    """Read names with semicolons between them, each once."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(SEPARATOR))))) if text else ()


def _adopted(text: str, adopt: Adopt) -> str | Refused:
    stored = adopt(text)
    return Refused("transfer.hash", {"why": str(stored)}) if isinstance(stored, ValueError) else stored


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A line under judgement: its texts, and what was found wrong so far."""

    line: Line
    errors: list[LineError] = field(default_factory=list)

    def text(self, column: str) -> str:
        found = self.line.values.get(column)
        return found.strip() if found else ""

    def judged(self, column: str, refused: Refused | None) -> None:
        if refused is not None:
            self.errors.append(LineError(self.line.number, column, refused))

    def chosen(self, column: str, choices: Mapping[str, T], other: T) -> T:
        text = self.text(column)
        if not text:
            return other
        text = text.lower()
        if text not in choices:
            self.judged(column, Refused("transfer.value", {"allowed": ", ".join(choices)}))
        return choices.get(text, other)

    def read(self, column: str, reader: Callable[[str], T | Refused]) -> T | None:
        text = self.text(column)
        found = reader(text) if text else None
        if isinstance(found, Refused):
            self.judged(column, found)
            return None
        return found
