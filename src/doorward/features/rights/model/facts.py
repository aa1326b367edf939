"""What is held over whom, and what the decision needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from doorward.features.accounts.model import AccountKind
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

MODIFY_OBJECT_ACLS = "user-permissions:modify-object-acls"
"""The right to change others' secret keys, hardware tokens, allowlist, exclusions and roles (RIGHT-1)."""


class Effect(StrEnum):
    """What an assignment does."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Scope:
    """Over whom a role is held: everybody, or the members of one group."""

    group: GroupId | None = None

    def __str__(self) -> str:
        """Spell it as it is stored: `everything`, or `group:` and the group's id."""
        return "everything" if self.group is None else f"group:{self.group}"

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """Read it as it is stored."""
        return cls() if text == "everything" else cls(GroupId(UUID(text.removeprefix("group:"))))


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights."""

    name: str
    title: str
    rights: frozenset[str]
    reaches_higher: bool = False
    """It says explicitly that its holders act on accounts that hold more rights (RIGHT-4)."""
    version: int = 0
    """0 where it is shipped."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role held by an account over a scope, or denied to it."""

    role: str
    effect: Effect = Effect.ALLOW
    scope: Scope = EVERYTHING
    through: GroupId | None = None
    """The group that holds it and that the account is in; None where the account holds it itself."""


@dataclass(frozen=True, slots=True)
class HeldRight:
    """Over whom one right is allowed, over whom it is denied, and where by a role that reaches higher."""

    allowed: frozenset[Scope] = frozenset()
    denied: frozenset[Scope] = frozenset()
    higher: frozenset[Scope] = frozenset()


Holdings = Mapping[str, HeldRight]
"""What an account holds, right by right."""


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """What the decision needs to know of whoever acts."""

    account: AccountId
    kind: AccountKind
    enabled: bool
    barred: bool
    """Locked as `Administrator` or `Reported`: an automatic lock takes no right from an open session (LOCK-5)."""
    has_factor: bool
    excluded: bool
    rights: Holdings
    session_used_second_factor: bool
    own_page_only: bool


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What the decision needs to know of the account acted on."""

    account: AccountId
    rights: Holdings
    last_administrator: bool
    """Nobody else could administer the server (RIGHT-5)."""
    groups: frozenset[GroupId] = frozenset()
    """The groups that it is in: who holds a right over one of them reaches it (RIGHT-3)."""
    locked_by_hand: bool = False
    """By an operator, or reported: not by itself."""
    external: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """An account that is put into a group or taken out of it, as the decision needs to know it."""

    group: GroupId
    before: frozenset[GroupId]
    """The groups that the account is in before the change."""
    given: Sequence[Assignment]
    """What the group gives its members."""
    over: Sequence[str]
    """The roles that anybody holds, or is denied, over its members."""
    roles: Mapping[str, Role]


@dataclass(frozen=True, slots=True)
class Touched:
    """What the decision needs to know of everybody whom a change of a group or a role reaches."""

    protected: bool
    """Somebody among them is protected (PROT-1)."""
    higher: bool
    """Somebody among them holds a right that the actor does not hold as widely (RIGHT-4)."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes."""


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer to "may I?", its two questions answered apart (KEY-7)."""

    allowed: bool
    has_right: bool
    session_used_second_factor: bool
    reason: Refused | None
