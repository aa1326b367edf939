"""Roles of one's own: making one, changing it, and deleting one that nobody holds (RIGHT-3).

Changing a role counts as granting it: whoever does holds every right of it, before and after, over everything.
"""

from dataclasses import replace

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.rights import store
from doorward.features.rights.actions import administrators, facts, holders
from doorward.features.rights.model.acts.roles import (
    AddRole,
    DeleteRole,
    EditRole,
    ListRoles,
    RoleAdded,
    RoleDeleted,
    RoleEdited,
    RoleShown,
    RolesListed,
    RoleUnchanged,
    ShowRole,
)
from doorward.features.rights.model.facts import EVERYTHING, MODIFY_OBJECT_ACLS, Role
from doorward.features.rights.rules import deciding, roles
from doorward.features.rights.rules.scopes import everywhere
from doorward.kernel.act import Needs, act
from doorward.kernel.outcome import Refused

_FIRST_VERSION = 1


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_roles(call: Call, command: ListRoles) -> RolesListed:
    """List every role with its rights, the shipped ones first (RIGHT-2)."""
    return RolesListed(tuple(facts.every_role(call).values()))


@act("user-permissions:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def show_role(call: Call, command: ShowRole) -> RoleShown | Refused:
    """Read one role, and how many hold it."""
    role = named(call, command.name)
    return role if isinstance(role, Refused) else RoleShown(role, *store.count_holders(call.sql, role.name))


@act(MODIFY_OBJECT_ACLS, event="rights.role_added", needs=(Needs.SECOND_FACTOR,))
def add_role(call: Call, command: AddRole) -> RoleAdded | Refused:
    """Make a role of one's own, of rights that the actor holds."""
    role = replace(command.role, title=command.role.title.strip(), version=_FIRST_VERSION)
    call.note.details["role"] = role.name[:40]
    if refused := roles.judge_role(role):
        return refused
    if role.name in facts.every_role(call):
        return Refused("rights.role_taken", {"role": role.name})
    if refused := judge_role_for(call, role):
        return refused
    store.add_role(call.sql, role, stamp(call))
    facts.forget_roles(call)
    call.note.details["rights"] = _spelled(role)
    return RoleAdded(role)


@act(MODIFY_OBJECT_ACLS, event="rights.role_edited", needs=(Needs.SECOND_FACTOR,))
def edit_role(call: Call, command: EditRole) -> RoleEdited | RoleUnchanged | Refused:
    """Change a role of one's own: everybody who holds it holds what it says from now on."""
    before = _own(call, command.name)
    if isinstance(before, Refused):
        return before
    if command.if_version is not None and command.if_version != before.version:
        return Refused("rights.role_version_lost", {"role": before.name, "version": before.version})
    wanted = replace(
        before,
        title=before.title if command.title is None else command.title.strip(),
        rights=before.rights if command.rights is None else command.rights,
        reaches_higher=before.reaches_higher if command.reaches_higher is None else command.reaches_higher,
    )
    refused = roles.judge_role(wanted) or judge_role_for(call, before) or judge_role_for(call, wanted)
    if refused is not None:
        return refused
    if wanted == before:
        return RoleUnchanged(before)
    if refused := holders.judge_role_change(call, before, wanted):
        return refused
    call.note.details["rights"] = f"{_spelled(before)} → {_spelled(wanted)}"
    return administrators.keeping_one(call, lambda: _write(call, before, wanted))


@act(MODIFY_OBJECT_ACLS, event="rights.role_deleted", needs=(Needs.SECOND_FACTOR,))
def delete_role(call: Call, command: DeleteRole) -> RoleDeleted | Refused:
    """Delete a role of one's own that nobody holds, so that nothing is taken from anybody by the way."""
    role = _own(call, command.name)
    if isinstance(role, Refused):
        return role
    if refused := judge_role_for(call, role):
        return refused
    if any(store.count_holders(call.sql, role.name)):
        return Refused("rights.role_held", {"role": role.name})
    if not store.delete_role(call.sql, role):
        raise LostRace
    facts.forget_roles(call)
    return RoleDeleted()


def named(call: Call, name: str) -> Role | Refused:
    """Find a role by its name."""
    return facts.every_role(call).get(name) or Refused("rights.unknown_role", {"role": name[:40]})


def judge_role_for(call: Call, role: Role) -> Refused | None:
    """Refuse an actor who may not hand on a role over everything."""
    actor = facts.acting(call)
    if actor is None:
        return deciding.may_grant(everywhere(roles.ALL_RIGHTS), replace(role, reaches_higher=False), EVERYTHING)
    return deciding.may_hand_on(actor, role, EVERYTHING)


def judge_reaching_higher(call: Call) -> Refused | None:
    """Refuse an actor who could make no role that reaches higher; the server's owner makes any."""
    actor = facts.acting(call)
    return None if actor is None else deciding.may_reach_higher(actor)


def stamp(call: Call) -> store.WriteStamp:
    """Return who writes, and when."""
    return store.WriteStamp(call.actor.name, call.now)


def _own(call: Call, name: str) -> Role | Refused:
    call.note.details["role"] = name[:40]
    role = named(call, name)
    if isinstance(role, Role) and role.name in roles.SHIPPED:
        return Refused("rights.shipped_role", {"role": role.name})
    return role


def _write(call: Call, before: Role, wanted: Role) -> RoleEdited:
    role = replace(wanted, version=before.version + 1)
    if not store.save_role(call.sql, before, role, stamp(call)):
        raise LostRace
    facts.forget_roles(call)
    return RoleEdited(role)


def _spelled(role: Role) -> str:
    """Spell what a role holds, for its entry; no more than an entry takes."""
    return " ".join([*sorted(role.rights), *(["reaches higher"] if role.reaches_higher else [])]) or "nothing"
