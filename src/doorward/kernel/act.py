"""An act: one thing that somebody can do, with its right and its event named where it is defined.

`@act` turns a function of a call and a command into an `Action`. Nothing runs an action but `edges.run`, which asks the
guard before and the recorder after; so an act without a right, or without an entry, cannot come to be by oversight.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Generic, Protocol, TypeVar

from doorward.kernel.ids import NIL, AccountId, GroupId, SessionId
from doorward.kernel.outcome import Refused

M = TypeVar("M", bound=Callable[[Sequence[tuple[Any, Any]]], Sequence[Any]])
C = TypeVar("C", contravariant=True)  # noqa: PLC0105 - reads as "command"
O = TypeVar("O", covariant=True)  # noqa: E741, PLC0105 - reads as "outcome"


class Who(StrEnum):
    """Who may ask for an act at all, before any right is looked at."""

    ANYBODY = "anybody"
    """Sign-in and its steps: no session exists yet."""
    SELF = "self"
    """Whoever holds a session, on their own account."""
    OPERATOR = "operator"
    """A session whose account holds the named right (RIGHT-7)."""
    SERVER = "server"
    """The server itself or its owner at the command line (RIGHT-8)."""


class Needs(Enum):
    """What an operator's act asks for beside its right."""

    WITHIN_REACH = "within reach"
    """The target holds no right that the actor lacks (RIGHT-4); one's own account is always within reach."""
    ANOTHER = "another"
    """The target is an account other than the actor's, and within reach (LOCK-8)."""
    SECOND_FACTOR = "second factor"
    """The session was opened with the actor's second factor, and the actor still has one (KEY-7)."""
    WHOLE_SESSION = "whole session"
    """One's own act, and not in a session that a recovery code has opened: that one makes a new secret key (KEY-1)."""
    SOMEWHERE = "somewhere"
    """The right may be held over some people only: an act without a target keeps to the call's reach (RIGHT-3)."""
    ADMINISTRATOR_LEFT = "administrator left"
    """The act must not take away the last able administrator; asked of the server's owner too (RIGHT-5)."""
    LIFTABLE_LOCK = "liftable lock"
    """A lock that was not set by itself takes the right `users:modify` as well (LOCK-12)."""
    DELETABLE_KEY = "deletable key"
    """The account is internal, and not excluded from the second factor (KEY-4)."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is known about an act before it runs."""

    name: str
    """The function's name: verb and object."""
    who: Who
    right: str | None
    event: str | None
    """What the entry is called; None for lists and figures, which write none (AUDIT-1)."""
    needs: frozenset[Needs]
    writes: bool
    changes: bool = False
    """It changes the account that it is about, or the actor's own: a protected one asks for a proof first (PROT-1)."""


NO_SESSION = SessionId(NIL)
"""The id of no session: the worker goes on for somebody whose session has done its part."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What a session says of how it was opened."""

    id: SessionId
    account: AccountId
    user_name: str
    used_second_factor: bool
    """Opened with the second factor; not by a recovery code, not by an excluded account (KEY-7)."""
    own_page_only: bool
    """Opened with a recovery code: reaches the own account page and nothing else (KEY-1)."""
    fresh_at: datetime | None
    """When this session last gave a code of the present key, or its recovery code (KEY-2)."""
    opened_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who performs an act: never taken from a field of the request."""

    account: AccountId | None
    name: str
    """The user name; `system` for the server, `cli:<operating-system user>` for its owner, empty for nobody."""
    session: SessionFacts | None = None
    owner: bool = False
    """The server itself or its owner (RIGHT-8): the guard's questions do not apply."""


NOBODY = Actor(None, "")
SYSTEM = Actor(None, "system", owner=True)


@dataclass(frozen=True, slots=True)
class Nobody:
    """A caller without a session."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A caller with a token: the account it names and the SHA-256 under which it is stored."""

    account: AccountId
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever runs the command line on the data directory, or the server's own worker."""

    name: str


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """The worker, going on with what an operator began: the operator's rights of now, the session's factor of then."""

    account: AccountId
    used_second_factor: bool


Caller = Nobody | Bearer | Owner | OnBehalf


@dataclass(frozen=True, slots=True)
class Target:
    """The account that an act is performed on, as the guard found it."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Over whom an actor holds the right of an act: everybody or the members of groups, less the members of others."""

    everything: bool = True
    groups: frozenset[GroupId] = frozenset()
    without: frozenset[GroupId] = frozenset()

    @property
    def whole(self) -> bool:
        """Return whether nobody is out of reach."""
        return self.everything and not self.without

    def covers(self, inside: Collection[GroupId]) -> bool:
        """Return whether a member of these groups is within reach, as far as these tell."""
        return (self.everything or not self.groups.isdisjoint(inside)) and self.without.isdisjoint(inside)


EVERYBODY = Reach()


@dataclass(frozen=True, slots=True)
class Granted:
    """The guard's yes."""

    actor: Actor
    target: Target | None
    protected: bool = False
    """The act changes a protected account: it runs once the actor has proven themselves anew (PROT-1)."""
    reach: Reach = EVERYBODY
    """Over whom the actor holds the act's right (RIGHT-3)."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The guard's no, with as much as it knows of who asked; the refusal is recorded like an outcome."""

    actor: Actor
    target: Target | None
    refused: Refused


class Guard(Protocol):
    """The one function that every act passes first."""

    def __call__(self, call: Any, act: Act, command: Any, caller: Caller) -> Granted | Denied:
        """Find out who asks, and decide whether they may."""


class GuardOfMany(Protocol):
    """The same question for many commands of one caller, each about an account: the same answers, in their order."""

    def __call__(self, call: Any, act: Act, commands: Sequence[Any], caller: Caller) -> Sequence[Granted | Denied]:
        """Find out who asks, and decide for each command whether they may."""


class Prover(Protocol):
    """What is asked between the guard and the act, in the act's own transaction: account protection (PROT-2)."""

    def __call__(self, call: Any, verdict: Granted | Denied) -> Granted | Denied:
        """Let the guard's answer stand, or deny where a protected account asks for more."""


def unproven(call: Any, verdict: Granted | Denied) -> Granted | Denied:
    """Deny every change to a protected account: no proof came with it."""
    del call
    if isinstance(verdict, Granted) and verdict.protected:
        return Denied(verdict.actor, verdict.target, Refused("protection.required"))
    return verdict


class Recorder(Protocol):
    """What writes the entry of an act in the act's own transaction (AUDIT-2)."""

    def __call__(self, call: Any, act: Act, command: Any, outcome: Any) -> None:
        """Record what came of the act."""


class RecorderOfMany(Protocol):
    """What writes the entries of one act done many times in one transaction, in their order."""

    def __call__(self, act: Act, done: Sequence[tuple[Any, Any, Any]]) -> None:
        """Record what came of each: its call, its command and its outcome."""


class Action(Generic[C, O]):
    """An act together with the function that performs it: `action(call, command) -> outcome`."""

    def __init__(self, meta: Act, perform: Callable[[Any, C], O]) -> None:
        """Bind the act to its function and enter it in the registry."""
        self.act = meta
        self.together: Callable[[Sequence[tuple[Any, C]]], Sequence[O]] | None = None
        self.__wrapped__ = perform
        self.__doc__ = perform.__doc__
        registry.append(self)

    def __call__(self, call: Any, command: C) -> O:
        """Perform the act; for `edges.run` and for other actions of the same transaction."""
        return self.__wrapped__(call, command)

    def for_many(self, perform: M) -> M:
        """Say how many commands of one actor are performed at once, each with a call of its own.

        Only where no outcome depends on another: all are decided before anything is written.
        """
        self.together = perform
        return perform


registry: "list[Action[Any, Any]]" = []
"""Every action of the product, filled when the features are imported."""


def act(  # noqa: PLR0913 - all that a declaration says; most of it has a default
    right: str | None = None,
    *,
    event: str | None,
    who: Who | None = None,
    needs: tuple[Needs, ...] = (),
    writes: bool = True,
    changes: bool | None = None,
) -> Callable[[Callable[[Any, C], O]], Action[C, O]]:
    """Declare an act: its right (`area:right`), its event (`feature.happened`), and whether it writes.

    An act with a right is an operator's; one without a right must say who may ask. An act with an event always writes,
    since its entry does. What a session writes under no right to read is a change, unless it says `changes=False`: so
    no act forgets that an account may be protected (PROT-1).
    """
    if (right is None) == (who is None):
        raise TypeError("an act names either its right or who may ask")
    if event is not None and not writes:
        raise TypeError("an act with an entry writes")

    asker = who or Who.OPERATOR
    if changes is None:
        changes = writes and asker in {Who.OPERATOR, Who.SELF} and not (right or "").endswith(":read")

    def declare(perform: Callable[[Any, C], O]) -> Action[C, O]:
        name = getattr(perform, "__name__", "act")
        return Action(Act(name, asker, right, event, frozenset(needs), writes, changes), perform)

    return declare


def target_of(command: object) -> AccountId | None:
    """Return which account a command is about: its `account`, where it has one."""
    return getattr(command, "account", None)


def reason_of(command: object) -> str | None:
    """Return the reason that the actor typed, where the command carries one."""
    return getattr(command, "reason", None)
