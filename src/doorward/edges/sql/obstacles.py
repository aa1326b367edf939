"""What keeps a database from being used, in one sentence with how to mend it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from doorward.edges.sql.engine import DatabaseBusy, Unconfirmed
from doorward.kernel.obstacle import Obstacle


@contextmanager
def told(name: str) -> Iterator[None]:
    """Say in one sentence what keeps the database from being opened or written."""
    try:
        yield
    except (DBAPIError, DatabaseBusy, sqlite3.Error) as error:
        raise obstacle(error, name) from error


def obstacle(error: Exception, name: str) -> Obstacle:
    """Put into our words what the driver has said."""
    if isinstance(error, Unconfirmed):
        what = f"Nobody knows whether it was done: no standby of the database {name} has confirmed it."
        return Obstacle(what, "Look whether it stands, and what `doorward doctor` says of the database.")
    busy = isinstance(error, DatabaseBusy)
    cause = error.__cause__ if busy else error
    driver = getattr(cause, "orig", None) or cause
    if isinstance(driver, sqlite3.Error):
        return _of_the_file(str(driver), name, busy=busy)
    said = str(driver or "it has no place free").strip().partition("\n")[0]
    for words, mend in _OF_THE_SERVER:
        if any(one in said for one in words):
            return Obstacle(f"The database {name} cannot be used: {said}.", mend)
    if busy:
        mend = "Start it, or correct `database`; `doorward doctor` looks again."
        return Obstacle(f"The database {name} does not answer: {said}.", mend)
    return Obstacle(f"The database {name} cannot be used: {said}.", "Look into the log of the database's server.")


def _of_the_file(said: str, name: str, *, busy: bool) -> Obstacle:
    if busy:
        return Obstacle(f"The database {name} is in use by another program.", "Wait for it, or stop it.")
    for words, what, mend in _OF_THE_FILE:
        if words in said:
            return Obstacle(f"The database {name} {what}.", mend)
    mend = "Look at the disk, and at the file's owner and mode."
    return Obstacle(f"The database {name} cannot be used: {said}.", mend)


_OF_THE_FILE = (
    ("not a database", "is a file of another kind", "Name another file in `database`, or move this one away."),
    ("malformed", "is damaged", "Go back to a copy of the data directory."),
    ("unable to open", "cannot be opened", "Run as the owner of the data directory, and look at the file's mode."),
    ("readonly", "cannot be written", "Run as the owner of the data directory, and look at the file's mode."),
    ("full", "has no room left on its disk", "Free some space; nothing was changed."),
    ("disk I/O", "cannot be read or written", "Free some space if its disk is full, else look at the disk."),
)
_OF_THE_SERVER = (
    (("No space left", "could not extend"), "Free some space on the disk of the database's server."),
    (
        ("too many connections", "too many clients", "connection slots"),
        "Raise max_connections or the user's limit, or lower `database_connections` on the nodes.",
    ),
    (
        ("password",),
        "Write the right one into ~/.pgpass of the user who runs Doorward, or behind passfile= in the address.",
    ),
    (("pg_hba.conf",), "Let this machine in there, and reload the server."),
    (
        ("permission denied", "must be owner"),
        "Make the user of the address its owner: ALTER DATABASE … OWNER TO ….",
    ),
    (("FATAL:  database", "FATAL:  role"), "Create it in the server, or correct `database`."),
    (("lock timeout", "deadlock"), "Another program holds it; wait for it, or stop it."),
    (("read-only transaction", "is a standby"), "Name the primary in `database`, or all servers."),
)
"""What the server says in English; of another tongue the sentence is repeated, and its log is named."""
