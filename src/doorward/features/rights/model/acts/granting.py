"""Who holds which role over whom: giving, denying and taking roles of accounts and of groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.features.rights.model.facts import Assignment, Effect, Role, Scope
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Done, Refused, Unchanged


@dataclass(frozen=True, slots=True)
class ShowRolesOf:
    """Read an account's roles."""

    account: AccountId
    judged: bool = False
    """With what would refuse the caller who takes each away."""


@dataclass(frozen=True, slots=True)
class RolesOf(Done):
    """An account's assignments, its own first and then its groups'; with the names of the groups in them."""

    assignments: tuple[Assignment, ...]
    names: Mapping[GroupId, str] = field(default_factory=dict)
    refused: tuple[Refused | None, ...] = ()
    """What would refuse the caller who takes each away; empty where that was not asked."""
    barred: Refused | None = None
    """What would refuse the caller any change at all."""


@dataclass(frozen=True, slots=True)
class ShowRolesOfGroup:
    """Read the roles that a group gives its members."""

    group: GroupId
    judged: bool = False
    """With what would refuse the caller any change, and the one who takes each away."""


@dataclass(frozen=True, slots=True)
class ShowGranting:
    """Ask which roles the caller may give or take, and why not."""

    somewhere: bool = False
    """Over anybody at all, not over everything."""


@dataclass(frozen=True, slots=True)
class GrantingShown(Done):
    """Every role, each with the refusal that giving it would meet; None where it may be given."""

    roles: tuple[tuple[Role, Refused | None], ...]
    reaching_higher: Refused | None = None
    """What would refuse the caller any role that reaches higher."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role that is to be held, or denied: over everything, or over the members of groups by their ids or names."""

    role: str
    effect: Effect = Effect.ALLOW
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give an account a role over everything or over the members of a group (by id or name), or deny it."""

    account: AccountId
    role: str
    reason: str | None = None
    effect: Effect = Effect.ALLOW
    over: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Take a role from an account: over the members of one group (by id or name), or wherever it is held."""

    account: AccountId
    role: str
    reason: str | None = None
    effect: Effect = Effect.ALLOW
    over: str | None = None
    exactly: Scope | None = None
    """Over this alone, as a list showed it."""


@dataclass(frozen=True, slots=True)
class SetRoles:
    """Let an account hold these assignments itself, and no others: all of it or nothing."""

    account: AccountId
    wanted: tuple[Wanted, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SetRolesOfGroup:
    """Let a group give its members these assignments, and no others: all of it or nothing."""

    group: GroupId
    wanted: tuple[Wanted, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GrantRoleToGroup:
    """Let a group give its members a role beside what it gives them, or deny it to them."""

    group: GroupId
    wanted: Wanted
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeRoleFromGroup:
    """Let a group no longer give its members this one of its assignments."""

    group: GroupId
    taken: Wanted
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RoleGranted(Done):
    """The account holds the role."""


@dataclass(frozen=True, slots=True)
class RoleRevoked(Done):
    """The account no longer holds the role."""


@dataclass(frozen=True, slots=True)
class RolesSet(Done):
    """The account, or the group, holds what was asked for."""


@dataclass(frozen=True, slots=True)
class RolesUnchanged(Unchanged):
    """The roles were like that already."""
