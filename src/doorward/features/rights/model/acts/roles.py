"""The roles themselves: reading them, and making, changing and deleting those of one's own."""

from dataclasses import dataclass

from doorward.features.rights.model.facts import Role
from doorward.kernel.outcome import Done, Unchanged


@dataclass(frozen=True, slots=True)
class ListRoles:
    """Read the roles."""


@dataclass(frozen=True, slots=True)
class RolesListed(Done):
    """Every role, the shipped ones first."""

    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class ShowRole:
    """Read one role."""

    name: str


@dataclass(frozen=True, slots=True)
class RoleShown(Done):
    """A role, and how many accounts and groups hold it."""

    role: Role
    accounts: int
    groups: int


@dataclass(frozen=True, slots=True)
class AddRole:
    """Make a role of one's own."""

    role: Role
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EditRole:
    """Change a role of one's own; what is None stays."""

    name: str
    title: str | None = None
    rights: frozenset[str] | None = None
    reaches_higher: bool | None = None
    if_version: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteRole:
    """Delete a role of one's own that nobody holds."""

    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RoleAdded(Done):
    """The role is there."""

    role: Role


@dataclass(frozen=True, slots=True)
class RoleEdited(Done):
    """The role says something else now."""

    role: Role


@dataclass(frozen=True, slots=True)
class RoleDeleted(Done):
    """The role is gone."""


@dataclass(frozen=True, slots=True)
class RoleUnchanged(Unchanged):
    """The role said that already."""

    role: Role
