"""What the product asks of a database, whichever it is."""

from datetime import datetime
from typing import Any, Protocol, runtime_checkable

BUSY_SECONDS = 10
"""How long a writer waits for other writers."""


class DatabaseBusy(Exception):
    """The database could not be had in time, or was lost on the way; nothing may be taken for done."""


class Unconfirmed(DatabaseBusy):
    """No standby has confirmed a COMMIT in time: it is done on the primary, and perhaps nowhere else (T29)."""


class Database(Protocol):
    """Where transactions come from."""

    def write(self, *, shared: bool = False) -> Any:
        """Open a transaction that may write: committed when the block ends, rolled back when it raises.

        It is alone among writers, unless it is `shared`: that runs beside other shared ones, and must `hold` the
        account that it decides about before it reads anything of it (`holding`).
        """

    def read(self) -> Any:
        """Open a transaction that only reads: one consistent view, always rolled back."""

    def close(self) -> None:
        """Close every connection."""


@runtime_checkable
class KeepsTime(Protocol):
    """A database that several machines share, and whose clock decides for all of them."""

    def time(self) -> datetime:
        """Return the database's own time, aware and in UTC."""
