"""Adding, editing and deleting groups, and who is in them (RIGHT-3).

Each membership is an act on its account: within reach, never the actor's own, with an entry in the account's history.
A group that somebody is in cannot be deleted, so that no membership ends without these questions.
"""

from collections.abc import Sequence

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.audit import actions as audit
from doorward.features.groups import actions as groups
from doorward.features.groups import rules
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    DeleteGroup,
    EditGroup,
    Group,
    GroupAdded,
    GroupDeleted,
    GroupEdited,
    GroupUnchanged,
    MemberAdded,
    MemberRemoved,
    MembershipsShown,
    MembersUnchanged,
    RemoveMember,
    ShowMemberships,
)
from doorward.features.rights.actions import administrators
from doorward.features.rights.actions import group_roles as rights
from doorward.kernel.act import Needs, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, GroupId, new_id
from doorward.kernel.outcome import Refused

_FIRST_VERSION = 1
_CHOICES = 20
"""How many groups are offered at once for an account to be put into."""


@act("users:modify", event="groups.added")
def add_group(call: Call, command: AddGroup) -> GroupAdded | Refused:
    """Add a group, empty."""
    name = command.name.strip()
    call.note.details["group"] = name
    if refused := _judge(call, command.name, command.description, None):
        return refused
    made = GroupId(new_id(call.now, call.entropy))
    groups.add(call, Group(made, name, command.description.strip(), None, call.now, _FIRST_VERSION))
    return GroupAdded(made)


@act("users:modify", event="groups.edited")
def edit_group(call: Call, command: EditGroup) -> GroupEdited | GroupUnchanged | Refused:
    """Change a group's name or description."""
    group = _named(call, command.group)
    if isinstance(group, Refused):
        return group
    if refused := rules.judge_version(group, command.if_version, owner=call.actor.owner):
        return refused
    if refused := _judge(call, command.name, command.description, group):
        return refused
    changed = rules.changes(group, command)
    if not changed:
        return GroupUnchanged()
    if not groups.save(call, group, changed):
        raise LostRace
    call.note.details |= {field: f"{getattr(group, field)} → {text}" for field, text in changed.items()}
    return GroupEdited(group.version + 1, tuple(changed))


@act("users:modify", event="groups.deleted")
def delete_group(call: Call, command: DeleteGroup) -> GroupDeleted | Refused:
    """Delete a group that nobody is in."""
    group = _named(call, command.group)
    if isinstance(group, Refused):
        return group
    if not groups.is_empty(call, group.id):
        return Refused("groups.not_empty")
    if refused := rights.judge_deletion(call, group.id):
        return refused
    groups.delete(call, group.id)
    return GroupDeleted()


@act("users:modify", event="groups.member_added", needs=(Needs.ANOTHER,))
def add_member(call: Call, command: AddMember) -> MemberAdded | MembersUnchanged | Refused:
    """Put an account into a group."""
    group = _named(call, command.group)
    if isinstance(group, Refused):
        return group
    if refused := rights.judge_joining(call, group.id, command.account):
        return refused
    added = administrators.keeping_one(call, lambda: groups.add_member(call, group.id, command.account))
    return added if isinstance(added, Refused) else MemberAdded() if added else MembersUnchanged()


@act("users:modify", event="groups.member_removed", needs=(Needs.ANOTHER,))
def remove_member(call: Call, command: RemoveMember) -> MemberRemoved | MembersUnchanged | Refused:
    """Take an account out of a group."""
    group = _named(call, command.group)
    if isinstance(group, Refused):
        return group
    if refused := rights.judge_leaving(call, group.id, command.account):
        return refused
    removed = administrators.keeping_one(call, lambda: groups.remove_member(call, group.id, command.account))
    return removed if isinstance(removed, Refused) else MemberRemoved() if removed else MembersUnchanged()


@act("users:read", event=None, writes=False)
def show_memberships(call: Call, command: ShowMemberships) -> MembershipsShown:
    """Tell which groups an account is in and could be put into, and why not (RIGHT-7)."""
    account = command.account
    found = groups.outside(call, account, command.query, _CHOICES + 1)
    return MembershipsShown(
        inside=tuple((one, rights.judge_leaving(call, one.id, account)) for one in groups.inside(call, account)),
        outside=tuple((one, rights.judge_joining(call, one.id, account)) for one in found[:_CHOICES]),
        more=len(found) > _CHOICES,
    )


def judge_new_member(call: Call, wanted: Sequence[str]) -> tuple[Group, ...] | Refused:
    """Find the groups that an account is added with, by their ids or names; refuse those that it may not be put into.

    Adding an account with groups is no way around putting it into them.
    """
    found = [groups.named(call, one) for one in wanted]
    there = tuple({group.id: group for group in found if group is not None}.values())
    if None in found:
        return Refused("groups.not_found")
    refusals = (rights.judge_first_joining(call, group.id) for group in there)
    return next((one for one in refusals if one is not None), there)


def join_along(call: Call, account: AccountId, name: str, there: Sequence[Group]) -> None:
    """Put a new account into groups as part of another act, each with the entry of a membership (AUDIT-1)."""
    for group in there:
        groups.add_member(call, group.id, account)
        details = {"group": group.name}
        audit.record(call, Event("groups.member_added", "done", target=account, target_name=name, details=details))


def _named(call: Call, wanted: GroupId) -> Group | Refused:
    """Load the group that an act is about, and name it in the act's entry; one out of reach is not there (RIGHT-3)."""
    group = groups.reached(call, wanted)
    if group is None:
        return Refused("groups.not_found")
    call.note.details["group"] = group.name
    return group


def _judge(call: Call, name: str | None, description: str | None, group: Group | None) -> Refused | None:
    """Refuse fields that cannot be so, and a name that another group has in any spelling; None is not given."""
    if name is not None and (refused := rules.judge_name(name)):
        return refused
    if description is not None and (refused := rules.judge_description(description)):
        return refused
    bearer = None if name is None else groups.find(call, name)
    return Refused("groups.name_taken") if bearer is not None and bearer != group else None
