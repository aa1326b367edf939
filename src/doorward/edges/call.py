"""A call: all that one transaction of one piece of work may use."""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from doorward.edges.refusal_log import RefusalLog
from doorward.edges.sql import holding
from doorward.kernel.act import EVERYBODY, Actor, Reach, SessionFacts, Target
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused, Request
from doorward.kernel.ports import Entropy, Sealer


@dataclass(frozen=True, slots=True)
class Site:
    """What the configuration says and actions need."""

    public_url: str = "http://127.0.0.1:8420"
    node: str = "node-1"
    behind_proxy: bool = False
    """Whether any web server in front is believed."""


@dataclass(slots=True)
class Note:
    """What an action adds to its own entry while it runs."""

    target: AccountId | None = None
    target_name: str | None = None
    act: str | None = None
    """What the entry is called where an act can be one of several: roles that are given, or taken."""
    details: dict[str, Fact] = field(default_factory=dict)
    entries: int = 0
    """How many entries this transaction has written; keeps entries of one instant in the order of writing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One transaction: its connection, its `now`, who acts from where, and the ports."""

    sql: Connection
    now: datetime
    actor: Actor
    origin: Origin
    entropy: Entropy
    sealer: Sealer
    site: Site
    target: Target | None = None
    reach: Reach = EVERYBODY
    """Over whom the actor holds the act's right: what lists, counts and exports keep to (RIGHT-3)."""
    note: Note = field(default_factory=Note)
    remembered: dict[str, Any] = field(default_factory=dict)
    """What this transaction has read already and nobody can change under it: the settings."""
    refusals: RefusalLog | None = None
    """What joins a flood of unchecked refusals into one entry (AUDIT-1); None writes each of them."""

    @property
    def own_session(self) -> SessionFacts:
        """The session in which somebody acts, where the guard has let nobody through without one."""
        if self.actor.session is None:
            raise AssertionError("the guard lets nobody without a session act on their own account")
        return self.actor.session

    def hold(self, account: AccountId) -> bool:
        """Hold an account before it is decided about; tell whether what was read of it before may be old."""
        return holding.hold_account(self.sql, account)

    def hold_source(self, source: str) -> bool:
        """Hold what is counted for whoever attempts from one place; after the account (LOCK-17)."""
        return holding.hold_source(self.sql, source)

    def hold_administrators(self) -> bool:
        """Hold the question who is left to administer; after all others (RIGHT-5)."""
        return holding.hold_administrators(self.sql)

    @contextmanager
    def tentatively(self) -> Iterator[Callable[[], None]]:
        """Do something that may be taken back alone, by what this gives; the rest of the transaction stays as it is."""
        with self.sql.begin_nested() as point:
            yield point.rollback


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a step is given when it goes on: a fresh transaction's call, and the answer to what it asked for."""

    call: Call
    answer: Any = None


Steps = Generator[Request, Resumed, Any]
"""A step of sign-in: each piece between two yields is one committed transaction with its own `now`."""

BUSY = Refused("signin.busy", retry_after=1)
"""The answer to whoever finds no place in the hash queue, or waits in vain for those in flight (LOCK-2)."""
