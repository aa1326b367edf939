"""Who may do what to whom: one pure decision for the guard, the greyed button and "why can't I?" (RIGHT-7).

Laws: deny wins; nobody acts on an account that holds rights they lack (RIGHT-4); nobody unlocks, resets or deletes
themselves (LOCK-8, KEY-4); an automatic lock takes no right from a session opened before it (LOCK-5).
"""

from collections.abc import Iterable

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model import (
    ActorFacts,
    Allowed,
    Assignment,
    Effect,
    Permission,
    Protection,
    Role,
    Scope,
    TargetFacts,
)
from doorward.kernel.act import Act, Needs
from doorward.kernel.outcome import Refused

AREAS: dict[str, tuple[str, ...]] = {
    "users": ("read", "modify", "unlock"),
    "user-permissions": ("read", "modify-object-acls"),
    "sign-in-security": ("read", "modify"),
    "audit": ("read", "export"),
    "applications": ("read", "modify"),
    "system": ("read", "modify"),
}
"""The rights, grouped by functional area (RIGHT-1)."""

ALL_RIGHTS = frozenset(f"{area}:{right}" for area, rights in AREAS.items() for right in rights)
_READS = frozenset(f"{area}:read" for area in AREAS)

GIVE_ROLES = "user-permissions:modify-object-acls"
ADMINISTRATOR = "administrator"

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(ADMINISTRATOR, "Administrator", ALL_RIGHTS),
        Role(
            "super-user",
            "Super user",
            _READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"},
        ),
        Role("help-desk", "Help desk", frozenset({"users:read", "users:unlock"})),
        Role("auditor", "Auditor", _READS | {"audit:export"}),
        Role("no-access", "No access", frozenset()),
    )
}
"""The shipped roles (RIGHT-2)."""

_SELF_CODES = {"lockout": "lockout.self", "second_factor": "second_factor.self", "allowlist": "second_factor.self",
               "exclusions": "second_factor.self"}  # fmt: skip


def rights_of(assignments: Iterable[Assignment]) -> frozenset[str]:
    """Add up what assignments allow, less what any of them denies."""
    held = [one for one in assignments if one.role in ROLES]
    allowed = {right for one in held if one.effect is Effect.ALLOW for right in ROLES[one.role].rights}
    denied = {right for one in held if one.effect is Effect.DENY for right in ROLES[one.role].rights}
    return frozenset(allowed - denied)


def may(
    actor: ActorFacts,
    act: Act,
    target: TargetFacts | None,
    *,
    scope: Scope = Scope.EVERYTHING,
    protection: Protection = Protection.NONE,
) -> Allowed | Refused:
    """Decide whether an operator may perform an act on an account (or on nobody in particular)."""
    del scope, protection
    if act.right is None:
        return Refused("rights.missing")
    if refused := _entitled(actor, act.right) or _session_serves(actor, act.right):
        return refused
    if target is not None and (refused := _reaches(actor, act, target)):
        return refused
    if Needs.SECOND_FACTOR in act.needs and not with_second_factor(actor):
        return Refused("session.second_factor_required")
    if target is not None and Needs.ADMINISTRATOR_LEFT in act.needs and target.last_administrator:
        return Refused("rights.last_administrator")
    return Allowed()


def permission(actor: ActorFacts, act: Act, target: TargetFacts) -> Permission:
    """Answer "may I?" with its two questions apart: by right, and by this session's factor (KEY-7)."""
    verdict = may(actor, act, target)
    return Permission(
        allowed=isinstance(verdict, Allowed),
        has_right=act.right is not None and _entitled(actor, act.right) is None,
        session_used_second_factor=actor.session_used_second_factor,
        reason=verdict if isinstance(verdict, Refused) else None,
    )


def usable(actor: ActorFacts) -> frozenset[str]:
    """Say which of the actor's rights this session can use: what a console would show, and the guard let pass."""
    return frozenset(right for right in actor.rights if not (_entitled(actor, right) or _session_serves(actor, right)))


def with_second_factor(actor: ActorFacts) -> bool:
    """Tell whether the actor has a second factor and opened this session with it (KEY-7)."""
    return actor.has_factor and actor.session_used_second_factor


def may_grant(granter: frozenset[str], role: str) -> Refused | None:
    """Refuse to give or take a role that is not there, or that holds rights the granter lacks (RIGHT-4)."""
    if role not in ROLES:
        return Refused("rights.unknown_role", {"role": role})
    if not ROLES[role].rights <= granter:
        return Refused("rights.not_held", {"role": role})
    return None


def may_hand_on(actor: ActorFacts, role: str) -> Refused | None:
    """Refuse an operator who may not give or take a role, whoever's it is: by right, by session, by the role's rights.

    Adding an account with roles asks this too, so that it is no way around granting them (KEY-7).
    """
    if refused := _entitled(actor, GIVE_ROLES) or _session_serves(actor, GIVE_ROLES):
        return refused
    if not with_second_factor(actor):
        return Refused("session.second_factor_required")
    return may_grant(actor.rights, role)


def _entitled(actor: ActorFacts, right: str) -> Refused | None:
    """Refuse whoever lacks the right, or can never operate; the cause tells the audit trail which."""
    if actor.kind is not AccountKind.INTERNAL or not actor.enabled or actor.barred:
        return Refused("rights.missing", {"right": right}, cause="external, disabled or locked by an operator")
    return None if right in actor.rights else Refused("rights.missing", {"right": right})


def _session_serves(actor: ActorFacts, right: str) -> Refused | None:
    """Refuse what a session without the second factor never does, whatever its account holds (KEY-1, KEY's table)."""
    if actor.own_page_only:
        return Refused("session.second_factor_required", cause="opened with a recovery code")
    without_factor = actor.excluded or not actor.session_used_second_factor
    if without_factor and not right.endswith(":read"):
        return Refused("session.second_factor_required", cause="signs in without a second factor")
    return None


def _reaches(actor: ActorFacts, act: Act, target: TargetFacts) -> Refused | None:
    if Needs.ANOTHER in act.needs and actor.account == target.account:
        feature = (act.event or "").partition(".")[0]
        return Refused(_SELF_CODES.get(feature, "rights.self"))
    if act.needs & {Needs.ANOTHER, Needs.WITHIN_REACH} and not target.rights <= actor.rights:
        return Refused("rights.higher_target")
    return None
