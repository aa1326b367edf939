"""A connection that is held, and on which a statement that comes again is executed in the driver's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from doorward.edges.sql.rows import Rows
from doorward.edges.sql.spelling import Spelled, lists_of, sizes_of, spell


@dataclass(slots=True)
class _Known:
    """A statement that is given values of certain names: which of them are lists, and its texts by their sizes."""

    lists: tuple[str, ...]
    by_sizes: dict[tuple[int, ...], Spelled | None] = field(default_factory=dict)


class Spellings:
    """The statements of one engine in its driver's words, and those that have been seen once.

    One that is built anew for each call is never seen twice, is not worth spelling, and goes with its last user.
    """

    def __init__(self) -> None:
        """Begin with none; each goes with its statement."""
        self._known: WeakKeyDictionary[Any, dict[tuple[str, ...], _Known]] = WeakKeyDictionary()

    def find(self, statement: Any, given: Mapping[str, Any], engine: Engine) -> Spelled | None:
        """Return a statement's spelling for values like these, from the second time on."""
        try:
            by_keys = self._known[statement]
        except KeyError:
            self._known[statement] = {}
            return None
        keys = tuple(given)
        if keys not in by_keys:
            by_keys[keys] = _Known(lists_of(statement, keys, engine.dialect))
        known = by_keys[keys]
        sizes = sizes_of(known.lists, given) if known.lists else ()
        if sizes is None:
            return None
        if sizes not in known.by_sizes:
            named = dict(zip(known.lists, sizes, strict=True))
            known.by_sizes[sizes] = spell(statement, keys, named, engine.dialect)
        return known.by_sizes[sizes]

    def __len__(self) -> int:
        """Return how many statements are known."""
        return len(self._known)


class HeldConnection(Connection):
    """SQLAlchemy's connection, but for the execution of statements that come again."""

    def __init__(self, engine: Engine, spellings: Spellings) -> None:
        """Connect, with what is known of the engine's statements."""
        super().__init__(engine)
        self.spellings = spellings

    def execute(self, statement: Any, parameters: Any = None, *, execution_options: Any = None) -> Any:
        """Execute a statement that comes again by the driver, and everything else by SQLAlchemy."""
        several = isinstance(parameters, list)
        plain = execution_options is None and (several or parameters is None or isinstance(parameters, dict))
        if plain and self.in_transaction():
            sets = parameters if several else [parameters or {}]
            spelled = self.spellings.find(statement, sets[0], self.engine) if sets else None
            if spelled is not None and (len(sets) == 1 or not (spelled.types or spelled.lists)):
                return self._say(spelled, [spelled.values(given) for given in sets])
        return super().execute(statement, parameters, execution_options=execution_options)

    def say(self, text: str) -> None:
        """Say something to the driver that takes no values and gives no rows; several statements go at once."""
        cursor = self.connection.cursor()
        try:
            cursor.execute(text)
        except self.engine.dialect.loaded_dbapi.Error as error:
            self._fail(text, error, cursor)

    def _say(self, spelled: Spelled, sets: list[Any]) -> Rows:
        cursor, many = self.connection.cursor(), len(sets) > 1
        said = sets if many else sets[0]
        for tell in self.dispatch.before_cursor_execute:
            tell(self, cursor, spelled.text, said, None, many)
        dialect = self.engine.dialect
        try:
            (cursor.executemany if many else cursor.execute)(spelled.text, said)
        except dialect.loaded_dbapi.Error as error:
            self._fail(spelled.text, error, cursor)
        return Rows(cursor, spelled.rows_of(cursor, dialect))

    def _fail(self, text: str, error: Any, cursor: Any) -> None:
        """Raise what SQLAlchemy raises for it; a connection that is lost is given up. No value is told."""
        dialect = self.engine.dialect
        lost = dialect.is_disconnect(error, self.connection.dbapi_connection, cursor)
        told = DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True,
            connection_invalidated=lost, dialect=dialect,
        )  # fmt: skip
        if lost:
            self.invalidate(error)
        raise told from error
