"""Roles that groups give their members, and what joining or leaving a group does to rights (RIGHT-3, RIGHT-4)."""

from collections.abc import Callable
from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.actions import facts, holders, judging
from doorward.features.rights.actions.judging import Difference, change, judge, names_of, resolve
from doorward.features.rights.actions.roles import named, stamp
from doorward.features.rights.model.acts.granting import (
    GrantRoleToGroup,
    RevokeRoleFromGroup,
    RolesOf,
    RolesSet,
    RolesUnchanged,
    SetRolesOfGroup,
    ShowRolesOfGroup,
)
from doorward.features.rights.model.facts import MODIFY_OBJECT_ACLS, Assignment, Membership
from doorward.features.rights.rules import membership
from doorward.kernel.act import Needs, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

_ONE_FOR_ALL = (Needs.SECOND_FACTOR, Needs.SOMEWHERE)


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def show_roles_of_group(call: Call, command: ShowRolesOfGroup) -> RolesOf | Refused:
    """List the roles that a group gives its members."""
    group = groups.reached(call, command.group)
    if group is None:
        return Refused("groups.not_found")
    found = store.assignments_of_groups(call.sql, [group.id])
    if not command.judged:
        return RolesOf(found, names_of(call, found))
    refused = tuple(judge(call, replace(one, through=None)) for one in found)
    return RolesOf(found, names_of(call, found), refused, holders.judge_group_change(call, group.id))


@act(MODIFY_OBJECT_ACLS, event="rights.granted", needs=_ONE_FOR_ALL)
def set_roles_of_group(call: Call, command: SetRolesOfGroup) -> RolesSet | RolesUnchanged | Refused:
    """Let a group give its members these assignments and no others: granting to all of them at once (RIGHT-4)."""
    return _change(call, command, resolve(call, command.wanted), lambda _, wanted: wanted)


@act(MODIFY_OBJECT_ACLS, event="rights.granted", needs=_ONE_FOR_ALL)
def grant_role_to_group(call: Call, command: GrantRoleToGroup) -> RolesSet | RolesUnchanged | Refused:
    """Let a group give its members one more assignment: granting to all of them at once (RIGHT-4)."""
    return _change(call, command, resolve(call, [command.wanted]), lambda before, wanted: before | wanted)


@act(MODIFY_OBJECT_ACLS, event="rights.revoked", needs=_ONE_FOR_ALL)
def revoke_role_from_group(call: Call, command: RevokeRoleFromGroup) -> RolesSet | RolesUnchanged | Refused:
    """Let a group give its members one assignment less: taking it from all of them at once (RIGHT-4)."""
    unknown = named(call, command.taken.role)
    found = unknown if isinstance(unknown, Refused) else resolve(call, [command.taken])
    return _change(call, command, found, lambda before, taken: before - taken)


def judge_joining(call: Call, group: GroupId, account: AccountId) -> Refused | None:
    """Refuse to put an account into a group whose roles the actor may not give it (RIGHT-4).

    A group that the actor does not reach is not there for them.
    """
    if groups.reached(call, group) is None:
        return Refused("groups.not_found")
    change, external = _membership(call, group, account), judging.external(call, account)
    return membership.may_join(facts.acting(call), change, external=external)


def judge_first_joining(call: Call, group: GroupId) -> Refused | None:
    """Refuse to put an account that is about to be added into a group whose roles the actor may not give it.

    Nobody decides about it yet, so that whoever adds somebody to a group that they look after goes around nobody.
    """
    if groups.reached(call, group) is None:
        return Refused("groups.not_found")
    return membership.may_hand_on_all(facts.acting(call), _given(call, group), facts.every_role(call))


def judge_leaving(call: Call, group: GroupId, account: AccountId) -> Refused | None:
    """Refuse to take an account out of a group whose roles the actor may not take from it (RIGHT-4)."""
    if groups.reached(call, group) is None:
        return Refused("groups.not_found")
    return membership.may_leave(facts.acting(call), _membership(call, group, account))


def judge_deletion(call: Call, group: GroupId) -> Refused | None:
    """Refuse to delete a group that gives roles, or over whose members somebody holds one (RIGHT-4)."""
    if store.assignments_of_groups(call.sql, [group]) or store.is_scope(call.sql, group):
        return Refused("groups.holds_roles")
    return None


def gives_roles(call: Call, group: GroupId) -> bool:
    """Tell whether a group gives its members any role."""
    return bool(store.assignments_of_groups(call.sql, [group]))


def _change(
    call: Call,
    command: SetRolesOfGroup | GrantRoleToGroup | RevokeRoleFromGroup,
    named_ones: frozenset[Assignment] | Refused,
    held_after: Callable[[frozenset[Assignment], frozenset[Assignment]], frozenset[Assignment]],
) -> RolesSet | RolesUnchanged | Refused:
    """Change what a group gives its members, unless the actor may not do so to each of them."""
    group = groups.reached(call, command.group)
    if group is None:
        return Refused("groups.not_found")
    call.note.details["group"] = group.name
    if refused := holders.judge_group_change(call, group.id):
        return refused
    if isinstance(named_ones, Refused):
        return named_ones
    before = frozenset(_given(call, group.id))

    def write(one: Assignment, *, given: bool) -> None:
        if given:
            store.grant_group(call.sql, group.id, one, stamp(call))
        else:
            store.revoke_group(call.sql, group.id, one)

    event = Event("", "done", reason=command.reason, details={"group": group.name})
    return change(call, Difference(before, held_after(before, named_ones)), write, event)


def _membership(call: Call, group: GroupId, account: AccountId) -> Membership:
    """Load what the decision needs to know of a change of an account's groups."""
    before, over = groups.groups_of(call, account), store.roles_over(call.sql, group)
    return Membership(group, before, _given(call, group), over, facts.every_role(call))


def _given(call: Call, group: GroupId) -> list[Assignment]:
    """Load what a group gives its members."""
    return [replace(one, through=None) for one in store.assignments_of_groups(call.sql, [group])]
