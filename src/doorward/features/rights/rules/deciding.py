"""Who may do what to whom: one pure decision for the guard, the greyed button and "why can't I?" (RIGHT-7).

Laws: deny wins; nobody acts on an account that holds rights they lack, unless a role says so (RIGHT-4); nobody unlocks,
resets or deletes themselves (LOCK-8, KEY-4); an automatic lock takes no right from a session opened before it (LOCK-5);
whoever may not read an account is not told that it is there (RIGHT-3).
"""

from collections.abc import Callable

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model.facts import (
    EVERYTHING,
    MODIFY_OBJECT_ACLS,
    ActorFacts,
    Allowed,
    Holdings,
    Permission,
    Role,
    Scope,
    TargetFacts,
)
from doorward.features.rights.rules import scopes
from doorward.kernel.act import Act, Needs, SessionFacts
from doorward.kernel.outcome import Refused

READ, MODIFY = "users:read", "users:modify"
OF_PEOPLE = frozenset({"users", "user-permissions", "audit"})
"""Areas whose rights can be held over some people only; the others are about the server."""

_SELF_CODES = {"lockout": "lockout.self", "second_factor": "second_factor.self", "allowlist": "second_factor.self",
               "exclusions": "second_factor.self"}  # fmt: skip


def operates(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse whoever can never operate; the cause tells the audit trail why."""
    del target
    if not barred(actor):
        return None
    return Refused("rights.missing", {"right": act.right or ""}, cause="external, disabled or locked by an operator")


def holds(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse whoever lacks the right over the target; one whom they may not read is not named (RIGHT-3)."""
    right = act.right or ""
    held = actor.rights.get(right)
    if target is None:
        covers = scopes.somewhere if Needs.SOMEWHERE in act.needs else scopes.server_wide
        return None if covers(held) else Refused("rights.missing", {"right": right})
    if scopes.over(held, target.groups):
        return None
    reading, another = actor.rights.get(READ), actor.account != target.account
    if another and scopes.somewhere(reading) and not scopes.over(reading, target.groups):
        return Refused("accounts.not_found", cause="outside the actor's scope")
    return Refused("rights.missing", {"right": right})


def has_factor(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse a session without the second factor what it never does, and what asks for one by name (KEY-7)."""
    del target
    if refused := _session_serves(actor, act.right or ""):
        return refused
    if Needs.SECOND_FACTOR in act.needs and not with_second_factor(actor):
        return Refused("session.second_factor_required")
    return None


def is_another(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse to do to oneself what is for others to do (LOCK-8, KEY-4)."""
    if target is None or Needs.ANOTHER not in act.needs or actor.account != target.account:
        return None
    return Refused(_SELF_CODES.get((act.event or "").partition(".")[0], "rights.self"))


def reaches(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse to act on an account that holds rights which the actor lacks, unless a role says so (RIGHT-4)."""
    if target is None or not act.needs & {Needs.ANOTHER, Needs.WITHIN_REACH} or actor.account == target.account:
        return None
    if scopes.over_higher(actor.rights.get(act.right or ""), target.groups):
        return None
    return Refused("rights.higher_target") if scopes.lacking(actor.rights, target.rights) else None


def leaves_administrator(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse to take away the last able administrator (RIGHT-5)."""
    del actor
    if target is None or Needs.ADMINISTRATOR_LEFT not in act.needs or not target.last_administrator:
        return None
    return Refused("rights.last_administrator")


def lifts(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse to lift a lock that somebody set to whoever could not set it (LOCK-12)."""
    if target is None or Needs.LIFTABLE_LOCK not in act.needs or not target.locked_by_hand:
        return None
    if scopes.over(actor.rights.get(MODIFY), target.groups):
        return None
    return Refused("rights.missing", {"right": MODIFY}, cause="locked by hand")


def deletes(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Refused | None:
    """Refuse to delete the key of an account that is external, or excluded (KEY-4)."""
    del actor
    if target is None or Needs.DELETABLE_KEY not in act.needs:
        return None
    if target.external:
        return Refused("second_factor.internal_only")
    return Refused("second_factor.excluded") if target.excluded else None


Question = Callable[[ActorFacts, Act, TargetFacts | None], Refused | None]
QUESTIONS: tuple[Question, ...] = (
    operates, holds, has_factor, is_another, reaches, leaves_administrator, lifts, deletes,
)  # fmt: skip
"""What is asked about every act, in this order; the first no decides, and "why can't I?" hears them all."""


def may(actor: ActorFacts, act: Act, target: TargetFacts | None) -> Allowed | Refused:
    """Decide whether an operator may perform an act on an account (or on nobody in particular)."""
    if act.right is None:
        return Refused("rights.missing")
    answers = (question(actor, act, target) for question in QUESTIONS)
    return next((refused for refused in answers if refused is not None), Allowed())


def may_oneself(session: SessionFacts, act: Act) -> Refused | None:
    """Refuse at one's own page what a session of a recovery code does not do; before a proof is looked at (KEY-1)."""
    if Needs.WHOLE_SESSION in act.needs and session.own_page_only:
        return Refused("session.second_factor_required")
    return None


def permission(actor: ActorFacts, act: Act, target: TargetFacts) -> Permission:
    """Answer "may I?" with its two questions apart: by right, and by this session's factor (KEY-7)."""
    verdict = may(actor, act, target)
    return Permission(
        allowed=isinstance(verdict, Allowed),
        has_right=act.right is not None and not any(ask(actor, act, target) for ask in (operates, holds, lifts)),
        session_used_second_factor=actor.session_used_second_factor,
        reason=verdict if isinstance(verdict, Refused) else None,
    )


def usable(actor: ActorFacts) -> frozenset[str]:
    """Say which of the actor's rights this session can use somewhere: what a console would show, and the guard pass."""
    return frozenset(
        right
        for right, held in actor.rights.items()
        if (scopes.somewhere(held) if right.partition(":")[0] in OF_PEOPLE else scopes.server_wide(held))
        and not (barred(actor) or _session_serves(actor, right))
    )


def with_second_factor(actor: ActorFacts) -> bool:
    """Return whether the actor has a second factor and opened this session with it (KEY-7)."""
    return actor.has_factor and actor.session_used_second_factor


def barred(actor: ActorFacts) -> bool:
    """Return whether an account can never operate, whatever it holds (LOCK-8)."""
    return actor.kind is not AccountKind.INTERNAL or not actor.enabled or actor.barred


def may_grant(granter: Holdings, role: Role, scope: Scope) -> Refused | None:
    """Refuse to give, take or deny a role over more than the granter holds its rights over (RIGHT-4)."""
    if not all(scopes.covers(granter.get(right), scope) for right in role.rights):
        return Refused("rights.not_held", {"role": role.name})
    if role.reaches_higher and not all(scopes.covers_higher(granter.get(right), scope) for right in role.rights):
        return Refused("rights.reaches_higher")
    return None


def may_hand_on(actor: ActorFacts, role: Role, scope: Scope) -> Refused | None:
    """Refuse an operator who may not give or take a role, whoever's it is: by right, by session, by the role's rights.

    Adding an account with roles asks this too, so that it is no way around granting them (KEY-7).
    """
    if barred(actor) or not scopes.somewhere(actor.rights.get(MODIFY_OBJECT_ACLS)):
        return Refused("rights.missing", {"right": MODIFY_OBJECT_ACLS})
    if refused := _session_serves(actor, MODIFY_OBJECT_ACLS):
        return refused
    if not with_second_factor(actor):
        return Refused("session.second_factor_required")
    return may_grant(actor.rights, role, scope)


def may_reach_higher(actor: ActorFacts) -> Refused | None:
    """Refuse whoever could make no role that reaches higher, whichever of their rights it had (RIGHT-4)."""
    roles = (Role("", "", frozenset({right}), reaches_higher=True) for right in sorted(actor.rights))
    refusals = [may_hand_on(actor, role, EVERYTHING) for role in roles]
    if None in refusals:
        return None
    told = (one for one in refusals if one is not None and one.code != "rights.not_held")
    return next(told, Refused("rights.reaches_higher"))


def _session_serves(actor: ActorFacts, right: str) -> Refused | None:
    """Refuse what a session without the second factor never does, whatever its account holds (KEY-1, KEY's table)."""
    if actor.own_page_only:
        return Refused("session.second_factor_required", cause="opened with a recovery code")
    without_factor = actor.excluded or not actor.session_used_second_factor
    if without_factor and not right.endswith(":read"):
        return Refused("session.second_factor_required", cause="signs in without a second factor")
    return None
