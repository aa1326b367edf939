"""The shape of what is recorded: who did what to whom, when, from where and why (AUDIT-1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Fact


class Door(StrEnum):
    """The way by which a request came in."""

    CONSOLE = "console"
    API = "api"
    CLI = "cli"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as far as the door can tell."""

    door: Door
    address: str = ""
    """The client's address; behind a proxy the one that the proxy's header names, if the proxy is trusted."""
    user_agent: str = ""
    browser: bytes | None = None
    """SHA-256 of the browser cookie (`__Host-doorward-browser`), if the browser sent one."""
    reference: str = ""
    """The word that also stands in the answer and in the log."""


class Checked(StrEnum):
    """Whether a sign-in attempt was compared with the secret."""

    CHECKED = "checked"
    REFUSED = "refused"


class Result(StrEnum):
    """How a comparison ended."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Event:
    """What a feature hands to the audit trail; the call adds actor, origin, time and node."""

    act: str
    outcome: str
    """`done`, `unchanged` or `refused`; for `signin.*` attempts a `Checked`."""
    result: Result | None = None
    code: str | None = None
    target: AccountId | None = None
    target_name: str | None = None
    reason: str | None = None
    details: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit trail, as `EntryJson` of the API shows it."""

    id: UUID
    at: datetime
    act: str
    outcome: str
    result: str | None
    code: str | None
    actor_id: AccountId | None
    actor_name: str
    target_id: AccountId | None
    target_name: str | None
    reason: str | None
    reference: str
    address: str
    user_agent: str
    session_id: SessionId | None
    door: str
    node: str
    details: Mapping[str, Fact]
