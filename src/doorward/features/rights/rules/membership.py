"""Who may put an account into a group, take it out, or change what a group or a role gives its holders (RIGHT-4).

Laws: a membership hands on what the group gives; nobody comes to hold a right over an account by moving it, nor puts it
in or out of reach of others whose rights over it they lack; nobody changes for all what they could not for each.
The mover is None where it is the server's owner, whom none of this binds (RIGHT-8).
"""

from collections.abc import Iterable, Mapping

from doorward.features.rights.model.facts import (
    ActorFacts,
    Assignment,
    Holdings,
    Membership,
    Role,
    Touched,
)
from doorward.features.rights.rules import deciding, scopes
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused


def may_join(mover: ActorFacts | None, change: Membership, *, external: bool) -> Refused | None:
    """Refuse to put an account into a group; one that only signs in joins none that gives a role."""
    if external and change.given:
        return Refused("rights.internal_only")
    return _may_move(mover, change, change.before | {change.group})


def may_leave(mover: ActorFacts | None, change: Membership) -> Refused | None:
    """Refuse to take an account out of a group."""
    return _may_move(mover, change, change.before - {change.group})


def may_hand_on_all(mover: ActorFacts | None, given: Iterable[Assignment], roles: Mapping[str, Role]) -> Refused | None:
    """Refuse whoever may not hand on each of these assignments; a role that is not there is handed on by nobody."""
    refusals = (_may_hand_on(mover, one, roles) for one in given)
    return next((refused for refused in refusals if refused is not None), None)


def gains(mover: Holdings, before: frozenset[GroupId], after: frozenset[GroupId]) -> bool:
    """Return whether a change of an account's groups brings the mover a right over it, or over it as a higher target.

    Neither leaving a group over which something is denied, nor joining one over which something is allowed, is a way
    around the people who decide about that.
    """
    return any(
        reaches(held, after) and not reaches(held, before)
        for held in mover.values()
        for reaches in (scopes.over, scopes.over_higher)
    )


def may_put_in_reach(mover: Holdings, role: Role, groups: frozenset[GroupId]) -> Refused | None:
    """Refuse to put an account in or out of reach of a role that others hold, by a change of its groups.

    Who is in a group is who the holders of roles over it look after: that is what groups are for. So the mover holds
    every right of that role over the account already, as its groups stand before the change.
    """
    holds = scopes.over_higher if role.reaches_higher else scopes.over
    if all(holds(mover.get(right), groups) for right in role.rights):
        return None
    return Refused("rights.not_held", {"role": role.name})


def any_higher(actor: Holdings, touched: Iterable[Holdings]) -> bool:
    """Return whether anybody of those who hold these holds a right that the actor does not hold as widely."""
    return any(scopes.lacking(actor, held) for held in touched)


def may_change_group(touched: Touched, *, own: bool) -> Refused | None:
    """Refuse to change what a group gives where the actor is in it, or a member is protected, or a higher target.

    It would be a change to each of them, and on each one's own page it would be refused.
    """
    if own:
        return Refused("rights.self")
    if touched.protected:
        return Refused("groups.protected_member")
    return Refused("rights.higher_target") if touched.higher else None


def may_change_role(before: Role, wanted: Role, touched: Touched) -> Refused | None:
    """Refuse to change a role where whoever holds it, or is denied it, is a higher target, or protected.

    What it holds is the rights of each of them, and on their own page that would ask for a proof (PROT-1); a proof is
    good for one account, and what is done to many at once leaves protected ones out (PROT-2).
    """
    if touched.higher:
        return Refused("rights.higher_target")
    same_rights = (before.rights, before.reaches_higher) == (wanted.rights, wanted.reaches_higher)
    return Refused("rights.protected_holder", {"role": before.name}) if touched.protected and not same_rights else None


def _may_move(mover: ActorFacts | None, change: Membership, after: frozenset[GroupId]) -> Refused | None:
    if refused := may_hand_on_all(mover, change.given, change.roles):
        return refused
    if mover is None:
        return None
    if gains(mover.rights, change.before, after):
        return Refused("rights.gained")
    looked_after = (change.roles[name] for name in change.over if name in change.roles)
    refusals = (may_put_in_reach(mover.rights, role, change.before) for role in looked_after)
    return next((refused for refused in refusals if refused is not None), None)


def _may_hand_on(mover: ActorFacts | None, one: Assignment, roles: Mapping[str, Role]) -> Refused | None:
    role = roles.get(one.role)
    if role is None:
        return Refused("rights.unknown_role", {"role": one.role[:40]})
    return None if mover is None else deciding.may_hand_on(mover, role, one.scope)
