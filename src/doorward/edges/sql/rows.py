"""What a statement on a held connection answers: rows by name and place, as `sqlalchemy.CursorResult` gives them."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Make = Callable[[Any], Any]
"""Makes a row of what the driver gave."""


class Rows:
    """The rows of one execution, fetched as they are asked for, and its count of changed rows."""

    __slots__ = ("_cursor", "_make")

    def __init__(self, cursor: Any, make: Make | None) -> None:
        """Take the driver's cursor, and what makes a row of what it gives; None where there are no rows."""
        self._cursor = cursor
        self._make = make

    @property
    def rowcount(self) -> int:
        """Return how many rows were changed."""
        changed: int = self._cursor.rowcount
        return changed

    def __iter__(self) -> Iterator[Any]:
        """Return each row."""
        return map(self._made_by, self._cursor)

    def all(self) -> list[Any]:
        """Return all rows."""
        return list(map(self._made_by, self._cursor.fetchall()))

    def first(self) -> Any:
        """Return the first row and let go of the others; None where there is none."""
        row = self._cursor.fetchone()
        self._cursor.close()
        return None if row is None else self._made_by(row)

    def one_or_none(self) -> Any:
        """Return the only row; None where there is none. Several raise `MultipleResultsFound`."""
        rows = self._cursor.fetchmany(2)
        self._cursor.close()
        if len(rows) > 1:
            raise MultipleResultsFound
        return self._made_by(rows[0]) if rows else None

    def one(self) -> Any:
        """Return the only row; none raises `NoResultFound`, several raise `MultipleResultsFound`."""
        row = self.one_or_none()
        if row is None:
            raise NoResultFound
        return row

    def scalar(self) -> Any:
        """Return the first row's first value; None where there is no row."""
        row = self.first()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """Return the only row's first value, as `one` gives the row."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """Return the only row's first value, as `one_or_none` gives the row."""
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> Iterator[Any]:
        """Return each row's first value."""
        return (row[0] for row in self)

    @property
    def _made_by(self) -> Make:
        if self._make is None:
            raise TypeError("the statement gives no rows")
        return self._make
