"""Facts, commands and outcomes of rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from doorward.features.accounts.model import AccountKind
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done, Refused, Unchanged


class Effect(StrEnum):
    """What an assignment does."""

    ALLOW = "allow"
    DENY = "deny"


class Scope(StrEnum):
    """Over whom a role is held; groups come later."""

    EVERYTHING = "everything"


class Protection(StrEnum):
    """What the target's protection asks for (PROT-1); protected accounts come later."""

    NONE = "none"


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of rights."""

    name: str
    title: str
    rights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role held by an account over a scope."""

    role: str
    effect: Effect = Effect.ALLOW
    scope: Scope = Scope.EVERYTHING


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
    rights: frozenset[str]
    session_used_second_factor: bool
    own_page_only: bool


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What the decision needs to know of the account acted on."""

    account: AccountId
    rights: frozenset[str]
    last_administrator: bool
    """Nobody else could administer the server (RIGHT-5)."""


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


@dataclass(frozen=True, slots=True)
class ShowPermissions:
    """Ask what the caller may do to an account."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class PermissionsShown(Done):
    """Per act of the API's list (`unlock`, `lock`, `reset_secret_key`, …) the answer."""

    permissions: Mapping[str, Permission]


@dataclass(frozen=True, slots=True)
class ListRoles:
    """Read the roles."""


@dataclass(frozen=True, slots=True)
class RolesListed(Done):
    """Every role."""

    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ShowRolesOf:
    """Read an account's roles."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class RolesOf(Done):
    """An account's assignments."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class ShowGranting:
    """Ask which roles the caller may give or take, and why not."""


@dataclass(frozen=True, slots=True)
class GrantingShown(Done):
    """Every role, each with the refusal that giving it would meet; None where it may be given."""

    roles: tuple[tuple[Role, Refused | None], ...]


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give an account a role."""

    account: AccountId
    role: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Take a role from an account."""

    account: AccountId
    role: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RoleGranted(Done):
    """The account holds the role."""


@dataclass(frozen=True, slots=True)
class RoleRevoked(Done):
    """The account no longer holds the role."""


@dataclass(frozen=True, slots=True)
class RolesUnchanged(Unchanged):
    """The account's roles were like that already."""
