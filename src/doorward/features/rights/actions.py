"""Roles and permissions as people ask for them, and the last able administrator (RIGHT-5)."""

from collections.abc import Mapping

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, Standing
from doorward.features.audit import actions as audit
from doorward.features.rights import rules, store
from doorward.features.rights.model import (
    ActorFacts,
    Assignment,
    GrantingShown,
    GrantRole,
    ListRoles,
    Permission,
    PermissionsShown,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    RolesListed,
    RolesOf,
    RolesUnchanged,
    ShowGranting,
    ShowPermissions,
    ShowRolesOf,
    TargetFacts,
)
from doorward.kernel.act import Needs, SessionFacts, act, registry
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

PERMISSIONS = {
    "unlock": "unlock_account",
    "lock": "lock_account",
    "reset_secret_key": "reset_secret_key",
    "delete_secret_key": "delete_secret_key",
    "allow_set_up": "allow_set_up",
    "exclude": "exclude_account",
    "edit": "edit_account",
}
"""What `GET /accounts/{id}/permissions` calls each act, and the action that it is about."""


@act("user-permissions:read", event=None, writes=False)
def list_roles(call: Call, command: ListRoles) -> RolesListed:
    """List every role with its rights (RIGHT-2)."""
    return RolesListed(tuple(rules.ROLES.values()))


@act("users:read", event=None, writes=False)
def show_granting(call: Call, command: ShowGranting) -> GrantingShown:
    """List every role with whether the caller may give it (RIGHT-4, RIGHT-7)."""
    return GrantingShown(tuple((role, judge_grant(call, role.name)) for role in rules.ROLES.values()))


@act("user-permissions:read", event=None, writes=False)
def show_roles_of(call: Call, command: ShowRolesOf) -> RolesOf:
    """List an account's roles."""
    return RolesOf(store.assignments_of(call.sql, command.account))


@act(rules.GIVE_ROLES, event="rights.granted", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def grant_role(call: Call, command: GrantRole) -> RoleGranted | RolesUnchanged | Refused:
    """Give an account a role, of rights that the actor holds (RIGHT-4)."""
    call.note.details["role"] = command.role
    if refused := judge_grant(call, command.role):
        return refused
    standing = accounts.load(call, command.account)
    if standing is None:
        return Refused("accounts.not_found")
    if standing.account.kind is AccountKind.EXTERNAL:
        return Refused("rights.internal_only")
    return give(call, command.account, command.role)


@act(rules.GIVE_ROLES, event="rights.revoked", needs=(Needs.ANOTHER, Needs.SECOND_FACTOR))
def revoke_role(call: Call, command: RevokeRole) -> RoleRevoked | RolesUnchanged | Refused:
    """Take a role from an account, of rights that the actor holds."""
    call.note.details["role"] = command.role
    if refused := judge_grant(call, command.role):
        return refused
    if command.role == rules.ADMINISTRATOR and last_able_administrator(call, command.account):
        return Refused("rights.last_administrator")
    taken = store.revoke(call.sql, command.account, command.role)
    return RoleRevoked() if taken else RolesUnchanged()


@act("users:read", event="accounts.viewed")
def show_permissions(call: Call, command: ShowPermissions) -> PermissionsShown | Refused:
    """Tell what the caller may do to an account, and why not (RIGHT-7)."""
    standing = accounts.load(call, command.account)
    if standing is None:
        return Refused("accounts.not_found")
    return PermissionsShown(permissions_on(call, standing))


def permissions_on(call: Call, standing: Standing) -> dict[str, Permission]:
    """Answer for each act of the API's list whether the caller may do it to this account."""
    acts = {one.act.name: one.act for one in registry}
    if call.actor.owner or call.actor.session is None:
        return {}
    actor, target = actor_facts(call, call.actor.session), target_facts(call, standing)
    if actor is None:
        return {}
    return {name: rules.permission(actor, acts[action], target) for name, action in PERMISSIONS.items()}


def give(call: Call, account: AccountId, role: str) -> RoleGranted | RolesUnchanged:
    """Write an assignment, unless it is there already."""
    if Assignment(role) in store.assignments_of(call.sql, account):
        return RolesUnchanged()
    store.grant(call.sql, account, Assignment(role), call.actor.name, call.now)
    return RoleGranted()


def give_along(call: Call, account: AccountId, name: str, role: str) -> None:
    """Give a role as part of another act, with the entry that every change of rights has (AUDIT-1)."""
    if isinstance(give(call, account, role), RoleGranted):
        event = Event("rights.granted", "done", target=account, target_name=name, details={"role": role})
        audit.record(call, event)


def make_administrator(call: Call, account: AccountId, name: str) -> None:
    """Let an account administer, whatever denied it that: for `rescue` (RIGHT-5)."""
    store.lift_denials(call.sql, account)
    give_along(call, account, name, rules.ADMINISTRATOR)


def rights_of(call: Call, account: AccountId) -> frozenset[str]:
    """Say which rights an account holds over everything."""
    return rules.rights_of(store.assignments_of(call.sql, account))


def usable_rights(call: Call, session: SessionFacts) -> frozenset[str]:
    """Say which rights a session can use: none for whoever can only reach the own page (RIGHT-6)."""
    facts = actor_facts(call, session)
    return frozenset() if facts is None else rules.usable(facts)


def judge_grant(call: Call, role: str) -> Refused | None:
    """Refuse to give or take a role of rights that the actor does not hold, or may not hand on (RIGHT-4)."""
    if call.actor.owner:
        return rules.may_grant(rules.ALL_RIGHTS, role)
    facts = None if call.actor.session is None else actor_facts(call, call.actor.session)
    return Refused("session.required") if facts is None else rules.may_hand_on(facts, role)


def actor_facts(call: Call, session: SessionFacts) -> ActorFacts | None:
    """Load what the decision needs to know of whoever acts; None when the account is gone."""
    standing = accounts.load(call, session.account)
    if standing is None:
        return None
    lock = standing.state.lock
    return ActorFacts(
        account=session.account,
        kind=standing.account.kind,
        enabled=standing.account.enabled,
        barred=lock is not None and not lock.reason.automatic,
        has_factor=standing.state.factors > 0,
        excluded=standing.state.excluded,
        rights=rights_of(call, session.account),
        session_used_second_factor=session.used_second_factor,
        own_page_only=session.own_page_only,
    )


def target_facts(call: Call, standing: Standing) -> TargetFacts:
    """Load what the decision needs to know of the account acted on."""
    account = standing.account.id
    assignments = store.assignments_of(call.sql, account)
    administers = Assignment(rules.ADMINISTRATOR) in assignments
    return TargetFacts(
        account=account,
        rights=rules.rights_of(assignments),
        last_administrator=administers and last_able_administrator(call, account),
    )


def administrator_exists(call: Call) -> bool:
    """Tell whether any account holds Administrator over everything."""
    return bool(store.holders(call.sql, rules.ADMINISTRATOR))


def last_able_administrator(call: Call, account: AccountId) -> bool:
    """Tell whether this account is the only one left that could administer (RIGHT-5).

    On SQLite the writer lane and BEGIN IMMEDIATE are the server-wide lock under which the answer stays true.
    """
    able = accounts.able_among(call, store.holders(call.sql, rules.ADMINISTRATOR))
    return able == [account]


def last_open_administrator(call: Call, account: AccountId) -> bool:
    """Tell whether this is the only able administrator without an automatic lock (never locked for Inactivity)."""
    able = accounts.able_among(call, store.holders(call.sql, rules.ADMINISTRATOR))
    return [one for one in able if _open(call, one)] == [account]


def _open(call: Call, account: AccountId) -> bool:
    standing = accounts.load(call, account)
    lock = standing.state.lock if standing is not None else None
    return lock is None or (lock.ends_at is not None and lock.ends_at <= call.now)


def areas() -> Mapping[str, tuple[str, ...]]:
    """Give the rights, grouped by functional area (RIGHT-1)."""
    return rules.AREAS


def judge_membership(call: Call, group: GroupId, account: AccountId) -> Refused | None:
    """Refuse to put an account into a group whose roles the actor may not give it (RIGHT-4).

    Asked for an account that is about to be added, too: it may not be there yet.
    Roles are assigned to accounts alone so far, so no group brings any.
    """
    return None


def judge_leaving(call: Call, group: GroupId, account: AccountId) -> Refused | None:
    """Refuse to take an account out of a group whose roles the actor may not take from it (RIGHT-4, RIGHT-5).

    Roles are assigned to accounts alone so far, so no group takes any along.
    """
    return None


def judge_deletion(call: Call, group: GroupId) -> Refused | None:
    """Refuse to delete a group whose roles, or roles over whose members, the actor may not take (RIGHT-4, RIGHT-5).

    Roles are assigned to accounts alone, and over everything, so far: no group is part of any.
    """
    return None
