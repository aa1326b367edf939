"""Giving roles to accounts and groups, and taking them: always of rights that the actor holds as widely (RIGHT-4)."""

from collections.abc import Collection

from doorward.edges.call import Call
from doorward.features.audit import actions as audit
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.actions import administrators, facts
from doorward.features.rights.actions.judging import (
    Difference,
    change,
    judge,
    judge_anywhere,
    judge_kind,
    names_of,
    over,
    resolve,
    told,
)
from doorward.features.rights.actions.roles import judge_reaching_higher, named, stamp
from doorward.features.rights.model.acts.granting import (
    GrantingShown,
    GrantRole,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    RolesOf,
    RolesSet,
    RolesUnchanged,
    SetRoles,
    ShowGranting,
    ShowRolesOf,
    Wanted,
)
from doorward.features.rights.model.facts import EVERYTHING, MODIFY_OBJECT_ACLS, Assignment, Effect, Scope
from doorward.features.rights.rules import roles
from doorward.kernel.act import Needs, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

_THIRD_PERSON = (Needs.ANOTHER, Needs.SECOND_FACTOR)


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def show_granting(call: Call, command: ShowGranting) -> GrantingShown:
    """List every role with whether the caller may give it, over everything or over anybody (RIGHT-4, RIGHT-7)."""
    known, scopes = facts.every_role(call).values(), {EVERYTHING}
    if command.somewhere and call.actor.account is not None:
        held = facts.holdings_of(call, call.actor.account).get(MODIFY_OBJECT_ACLS)
        scopes |= frozenset() if held is None else held.allowed
    judged = tuple((role, judge_anywhere(call, role.name, scopes)) for role in known)
    return GrantingShown(judged, judge_reaching_higher(call))


@act("user-permissions:read", event="accounts.viewed")
def show_roles_of(call: Call, command: ShowRolesOf) -> RolesOf:
    """List what an account holds, by itself and through its groups."""
    return _roles_of(call, command)


@act("user-permissions:read", event=None, writes=False)
def show_roles_on_page(call: Call, command: ShowRolesOf) -> RolesOf:
    """List what an account holds on its page, whose opening is recorded: one entry for one page load (AUDIT-1)."""
    return _roles_of(call, command)


def _roles_of(call: Call, command: ShowRolesOf) -> RolesOf:
    found = facts.assignments_of(call, command.account)
    refused = tuple(judge(call, one) for one in found) if command.judged else ()
    return RolesOf(found, names_of(call, found), refused)


@act(MODIFY_OBJECT_ACLS, event="rights.granted", needs=_THIRD_PERSON)
def grant_role(call: Call, command: GrantRole) -> RoleGranted | RolesUnchanged | Refused:
    """Give an account a role over a scope, or deny it, of rights that the actor holds there (RIGHT-4)."""
    call.note.details["role"] = command.role[:40]
    found = resolve(call, [Wanted(command.role, command.effect, None if command.over is None else (command.over,))])
    if isinstance(found, Refused):
        return found
    (wanted,) = found
    call.note.details |= told(call, wanted)
    if refused := judge(call, wanted) or judge_kind(call, command.account):
        return refused
    return administrators.keeping_one(call, lambda: give(call, command.account, wanted))


@act(MODIFY_OBJECT_ACLS, event="rights.revoked", needs=_THIRD_PERSON)
def revoke_role(call: Call, command: RevokeRole) -> RoleRevoked | RolesUnchanged | Refused:
    """Take a role from an account, of rights that the actor holds."""
    call.note.details["role"] = command.role[:40]
    scope = command.exactly if command.over is None else over(call, command.over)
    unknown = named(call, command.role)
    if isinstance(scope, Refused) or isinstance(unknown, Refused):
        return unknown if isinstance(unknown, Refused) else Refused("groups.not_found")
    taken = [one for one in store.assignments_of(call.sql, command.account) if _meant(one, command, scope)]
    for one in taken or [Assignment(command.role)]:
        call.note.details |= told(call, one)
        if refused := judge(call, one):
            return refused
    if not taken:
        return RolesUnchanged()
    return administrators.keeping_one(call, lambda: _take_all(call, command.account, taken))


@act(MODIFY_OBJECT_ACLS, event="rights.granted", needs=_THIRD_PERSON)
def set_roles(call: Call, command: SetRoles) -> RolesSet | RolesUnchanged | Refused:
    """Let an account hold these assignments and no others, with an entry for each that is given or taken (RIGHT-4)."""
    before, wanted = frozenset(store.assignments_of(call.sql, command.account)), resolve(call, command.wanted)
    if isinstance(wanted, Refused):
        return wanted
    if wanted - before and (refused := judge_kind(call, command.account)):
        return refused
    name = "" if call.target is None else call.target.name
    event = Event("", "done", target=command.account, target_name=name, reason=command.reason)

    def write(one: Assignment, *, given: bool) -> None:
        if given:
            store.grant(call.sql, command.account, one, stamp(call))
        else:
            store.revoke(call.sql, command.account, one)

    return change(call, Difference(before, wanted), write, event)


def give(call: Call, account: AccountId, wanted: Assignment) -> RoleGranted | RolesUnchanged:
    """Write an assignment, unless it is there already."""
    if wanted in store.assignments_of(call.sql, account):
        return RolesUnchanged()
    store.grant(call.sql, account, wanted, stamp(call))
    return RoleGranted()


def give_along(call: Call, account: AccountId, name: str, role: str) -> None:
    """Give a role as part of another act, with the entry that every change of rights has (AUDIT-1)."""
    if isinstance(give(call, account, Assignment(role)), RoleGranted):
        event = Event("rights.granted", "done", target=account, target_name=name, details={"role": role})
        audit.record(call, event)


def make_administrator(call: Call, account: AccountId, name: str) -> None:
    """Let an account administer, whatever denied it that: for `rescue` (RIGHT-5).

    A group that denies it something is left, with the entry of every membership that ends.
    """
    store.lift_denials(call.sql, account)
    for one in facts.assignments_of(call, account):
        if one.effect is Effect.DENY and one.through is not None and groups.remove_member(call, one.through, account):
            left = groups.names(call, [one.through]).get(one.through, "")
            event = Event("groups.member_removed", "done", target=account, target_name=name, details={"group": left})
            audit.record(call, event)
    give_along(call, account, name, roles.ADMINISTRATOR)


def _take_all(call: Call, account: AccountId, taken: Collection[Assignment]) -> RoleRevoked:
    for one in taken:
        store.revoke(call.sql, account, one)
    return RoleRevoked()


def _meant(one: Assignment, command: RevokeRole, scope: Scope | None) -> bool:
    """Return whether an assignment is one of those to be taken; what denies a role is taken only where it is named."""
    return (one.role, one.effect) == (command.role, command.effect) and scope in {None, one.scope}
