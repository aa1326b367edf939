"""Facts, commands and outcomes of groups."""

from dataclasses import dataclass
from datetime import datetime

from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Done, Refused, Unchanged
from doorward.kernel.paging import DEFAULT_PAGE


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of accounts."""

    id: GroupId
    name: str
    description: str
    password_rules: str | None
    """The name of the password rules that serve its members; None: it says nothing about them."""
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as a list shows it."""

    group: Group
    members: int


@dataclass(frozen=True, slots=True)
class ListGroups:
    """Search groups by name, in the order of their names."""

    query: str = ""
    limit: int = DEFAULT_PAGE
    after: GroupId | None = None


@dataclass(frozen=True, slots=True)
class GroupsListed(Done):
    """One page of the list, and after which group the next one begins."""

    groups: tuple[GroupRow, ...]
    next: GroupId | None


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """Read a group."""

    group: GroupId


@dataclass(frozen=True, slots=True)
class GroupShown(Done):
    """A group, and how many accounts are in it."""

    row: GroupRow


@dataclass(frozen=True, slots=True)
class AddGroup:
    """Add a group, empty."""

    name: str
    description: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupAdded(Done):
    """The group exists."""

    group: GroupId


@dataclass(frozen=True, slots=True)
class EditGroup:
    """Change a group's name or description; None leaves it as it is."""

    group: GroupId
    if_version: int | None
    """The version that the editor saw; None overwrites (the server's owner only)."""
    name: str | None = None
    description: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupEdited(Done):
    """The group was changed."""

    version: int
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupUnchanged(Unchanged):
    """The group was like that already."""


@dataclass(frozen=True, slots=True)
class DeleteGroup:
    """Delete a group that nobody is in."""

    group: GroupId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GroupDeleted(Done):
    """The group is no more."""


@dataclass(frozen=True, slots=True)
class AddMember:
    """Put an account into a group."""

    account: AccountId
    group: GroupId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Take an account out of a group."""

    account: AccountId
    group: GroupId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AssignPasswordRules:
    """Let a named set of password rules serve the members of a group; None or `default`: none of its own."""

    group: GroupId
    name: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RulesAssigned(Done):
    """The members of the group are served accordingly."""


@dataclass(frozen=True, slots=True)
class ShowMemberships:
    """Ask which groups an account is in, and which of those that a search finds it is not in."""

    account: AccountId
    query: str = ""


@dataclass(frozen=True, slots=True)
class MembershipsShown(Done):
    """Groups, each with the refusal that leaving it, or joining it, would meet; None where it may be done."""

    inside: tuple[tuple[Group, Refused | None], ...]
    outside: tuple[tuple[Group, Refused | None], ...]
    more: bool
    """There are further groups that the search finds."""


@dataclass(frozen=True, slots=True)
class MemberAdded(Done):
    """The account is in the group."""


@dataclass(frozen=True, slots=True)
class MemberRemoved(Done):
    """The account is no longer in the group."""


@dataclass(frozen=True, slots=True)
class MembersUnchanged(Unchanged):
    """The account was in it, or was not, already."""
