"""A statement spelled once: its text for the driver, and how its values go in and come out.

SQLAlchemy compiles a statement once as well, but looks it up, checks it and wraps its answer anew at each execution:
five times what the driver and SQLite take for it (docs/design/database.md). What is not spelled here (lists of
values that grow, values made by SQLAlchemy, texts) is executed by SQLAlchemy.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, CompoundSelect, Dialect, Select
from sqlalchemy.sql.dml import UpdateBase

from doorward.edges.sql.rows import Make

Values = Mapping[str, Any]
Process = Callable[[Any], Any] | None
_numbers = count()


class Slot(NamedTuple):
    """A value's place in the text: by what name it is given, or what it always is."""

    name: str
    key: str | None
    process: Process
    constant: Any = None


@dataclass(slots=True)
class Spelled:
    """A statement in the driver's words."""

    text: str
    slots: tuple[Slot, ...]
    names: tuple[str, ...]
    by_place: bool
    """The driver takes values by their place, and else by their name."""
    types: tuple[Any, ...] | None
    """The types of the columns that it gives; None for a statement that gives no rows."""
    make: Make | None = field(default=None)

    def values(self, given: Values) -> Any:
        """Lay out the values as the driver takes them."""
        said = [
            constant if key is None else given[key] if process is None else process(given[key])
            for _, key, process, constant in self.slots
        ]
        return said if self.by_place else dict(zip(self.names, said, strict=True))

    def rows_of(self, cursor: Any, dialect: Dialect) -> Make | None:
        """Give what makes rows of this statement's answer; it is found at the first one."""
        if self.make is None and self.types is not None:
            self.make = _maker(cursor.description, self.types, dialect)
        return self.make


def spell(statement: Any, keys: Sequence[str], dialect: Dialect) -> Spelled | None:
    """Spell a statement that is given values of these names; None for what only SQLAlchemy can execute."""
    if not isinstance(statement, Select | CompoundSelect | UpdateBase) or statement.get_execution_options():
        return None
    compiled = statement.compile(dialect=dialect, column_keys=list(keys))
    if [*compiled.insert_prefetch, *compiled.update_prefetch]:
        return None
    binds = compiled.binds
    order = compiled.positiontup if compiled.positiontup is not None else list(binds)
    slots = [_slot(name, binds[name], keys, dialect) for name in order if name in binds]
    if len(slots) != len(order) or None in slots:
        return None
    columns = tuple(column.type for column in statement.exported_columns) or None
    known = tuple(slot for slot in slots if slot is not None)
    return Spelled(compiled.string, known, tuple(order), compiled.positiontup is not None, columns)


def _slot(name: str, bind: BindParameter[Any], keys: Sequence[str], dialect: Dialect) -> Slot | None:
    if bind.expanding or bind.literal_execute or bind.callable is not None:
        return None
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.key in keys:
        return Slot(name, bind.key, process)
    if bind.required:
        return None
    return Slot(name, None, None, bind.value if process is None else process(bind.value))


def _maker(description: Any, types: tuple[Any, ...], dialect: Dialect) -> Make:
    """Make rows whose values go by the name of their column and by their place."""
    if len(description) != len(types):
        raise TypeError("the answer has other columns than the statement")
    named = namedtuple(f"Row{next(_numbers)}", [column[0] for column in description], rename=True)  # type: ignore[misc] # noqa: PYI024 - the names come from the database
    processed = [
        (place, process)
        for place, (kind, column) in enumerate(zip(types, description, strict=True))
        if (process := kind.dialect_impl(dialect).result_processor(dialect, column[1])) is not None
    ]
    new = tuple.__new__

    def make(raw: Sequence[Any]) -> Any:
        row = list(raw)
        for place, process in processed:
            row[place] = process(row[place])
        return new(named, row)

    return make
