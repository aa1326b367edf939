"""What must not happen, as people are told of it: nothing of the cause, and the reference that finds it in the log."""

from doorward.edges.run import LostRace
from doorward.edges.sql.engine import DatabaseBusy
from doorward.kernel.outcome import Refused

_SECRET_LENGTH = 40
"""Parts of an address as long as this are tokens of one-time links; an id has 36."""


def failure(error: BaseException) -> Refused:
    """Return what an exception comes to: a busy database can be asked again, everything else is a bug."""
    if isinstance(error, DatabaseBusy | LostRace):
        return Refused("database.busy", retry_after=1)
    return Refused("server.failed")


def loggable(path: str) -> str:
    """Spell an address for the log, with every token of a one-time link left out."""
    return "/".join(part if len(part) < _SECRET_LENGTH else "***" for part in path.split("/"))
