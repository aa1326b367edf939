"""A statement spelled once: its text for the driver, and how its values go in and come out.

SQLAlchemy compiles a statement once as well, but looks it up, checks it and wraps its answer anew at each execution:
five times what the driver and SQLite take for it (docs/design/database.md). A statement that is given lists of values
has a text for each length that they are filled up to. What is not spelled here (values made by SQLAlchemy, long
lists, texts) is executed by SQLAlchemy.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Dialect, Select
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.util import find_tables

from doorward.edges.sql.rows import Make

Values = Mapping[str, Any]
Sizes = Mapping[str, int]
"""How many values each list has."""
Process = Callable[[Any], Any] | None
CATALOG = "pg_catalog"
MOST = 1_024
"""How many values a list has at most that is spelled."""
_numbers = count()


@dataclass(frozen=True, slots=True)
class Given:
    """Stands in a text for a value that is given: by its name, in a list by its place as well."""

    name: str
    place: int | None = None

    @property
    def key(self) -> str:
        """Name the value; no parameter's name has a space in it."""
        return self.name if self.place is None else f"{self.name} {self.place}"


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
    lists: tuple[tuple[str, Sequence[str]], ...] = ()
    """The names of lists, and the places that their values are laid out to."""
    make: Make | None = field(default=None)

    def values(self, given: Values) -> Any:
        """Lay out the values as the driver takes them."""
        laid = self._laid_out(given) if self.lists else given
        said = [
            constant if key is None else laid[key] if process is None else process(laid[key])
            for _, key, process, constant in self.slots
        ]
        return said if self.by_place else dict(zip(self.names, said, strict=True))

    def rows_of(self, cursor: Any, dialect: Dialect) -> Make | None:
        """Return what makes rows of this statement's answer; it is found at the first one."""
        if self.make is None and self.types is not None:
            self.make = _maker(cursor.description, self.types, dialect)
        return self.make

    def _laid_out(self, given: Values) -> Values:
        """Put each value of a list in its place; the last one once more where the text has more of them."""
        laid = dict(given)
        for name, places in self.lists:
            values = given[name]
            laid.update(zip(places, chain(values, repeat(values[-1] if values else None)), strict=False))
        return laid


def lists_of(statement: Any, keys: Sequence[str], dialect: Dialect) -> tuple[str, ...]:
    """Name the values of a statement that are lists."""
    if not isinstance(statement, Select | CompoundSelect | UpdateBase):
        return ()
    binds = statement.compile(dialect=dialect, column_keys=list(keys)).bind_names
    return tuple(sorted({bind.key for bind in binds if bind.expanding and bind.key in keys}))


def sizes_of(lists: Iterable[str], given: Values) -> tuple[int, ...] | None:
    """Return the lengths that lists are filled up to, which are powers of two; None for what is not spelled.

    That a value is among others does not change when one of them is named twice, and so there are few texts.
    """
    found = []
    for name in lists:
        values = given[name]
        if not isinstance(values, list | tuple) or len(values) > MOST:
            return None
        found.append(1 << (len(values) - 1).bit_length() if values else 0)
    return tuple(found)


def spell(statement: Any, keys: Sequence[str], sizes: Sizes, dialect: Dialect) -> Spelled | None:
    """Spell a statement that is given values of these names; None for what only SQLAlchemy can execute."""
    if not isinstance(statement, Select | CompoundSelect | UpdateBase) or statement.get_execution_options():
        return None
    if any(table.schema == CATALOG for table in find_tables(statement, include_crud=True)):
        return None  # SQLAlchemy's own question, which asks more of its answer than `Rows` can
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(keys))
    if [*compiled.insert_prefetch, *compiled.update_prefetch, *compiled.literal_execute_params]:
        return None
    if any(bind.callable or (bind.required and bind.key not in keys) for bind in compiled.bind_names):
        return None
    lists = {name: [Given(name, place) for place in range(size)] for name, size in sizes.items()}
    laid = compiled.construct_expanded_state({**{key: Given(key) for key in keys}, **lists})
    slots = _slots(compiled, laid, dialect)
    columns = tuple(column.type for column in statement.exported_columns) or None
    names = tuple(slot.name for slot in slots)
    places = tuple((name, [one.key for one in of_list]) for name, of_list in lists.items())
    return Spelled(laid.statement, slots, names, compiled.positional, columns, places)


def _slots(compiled: SQLCompiler, laid: ExpandedState, dialect: Dialect) -> tuple[Slot, ...]:
    """See where SQLAlchemy has laid out what stands for the values."""
    of_lists = {one: name for name, expanded in laid.parameter_expansion.items() for one in expanded}
    order = laid.positiontup if laid.positiontup is not None else list(laid.parameters)
    kinds = {name: compiled.binds[of_lists.get(name, name)].type for name in order}
    return tuple(_slot(name, laid.parameters[name], kinds[name].dialect_impl(dialect), dialect) for name in order)


def _slot(name: str, said: Any, kind: Any, dialect: Dialect) -> Slot:
    process = kind.bind_processor(dialect)
    if isinstance(said, Given):
        return Slot(name, said.key, process)
    return Slot(name, None, None, said if process is None else process(said))


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
