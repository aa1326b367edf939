"""Over whom rights are held: roles given over everything or over groups, and what is denied (RIGHT-3).

Laws: deny wins; a right held over a group reaches the members of that group; whoever hands on a right, or acts on
somebody who holds it, must hold it over all that the other holds it over (RIGHT-4). Where it cannot be told whether two
groups share a member, the answer is no.
"""

from collections.abc import Iterable, Mapping

from doorward.features.rights.model.facts import EVERYTHING, Assignment, Effect, HeldRight, Holdings, Role, Scope
from doorward.kernel.act import Reach
from doorward.kernel.ids import GroupId

_NOTHING = HeldRight()


def holdings(assignments: Iterable[Assignment], roles: Mapping[str, Role]) -> Holdings:
    """Add up what assignments allow and deny, right by right; a role that is not there brings nothing."""
    found: dict[str, HeldRight] = {}
    for one in assignments:
        role = roles.get(one.role)
        for right in () if role is None else role.rights:
            before = found.get(right, _NOTHING)
            found[right] = _with(before, one, higher=role is not None and role.reaches_higher)
    return found


def everywhere(rights: Iterable[str]) -> Holdings:
    """Hold rights over everything."""
    return {right: HeldRight(frozenset({EVERYTHING})) for right in rights}


def over(held: HeldRight | None, groups: frozenset[GroupId]) -> bool:
    """Return whether a right is held over an account that is in these groups."""
    return held is not None and _reaches(held.allowed, groups) and not _reaches(held.denied, groups)


def over_higher(held: HeldRight | None, groups: frozenset[GroupId]) -> bool:
    """Return whether a role that says so explicitly reaches accounts of more rights among these groups (RIGHT-4)."""
    return held is not None and _reaches(held.higher, groups) and not _reaches(held.denied, groups)


def server_wide(held: HeldRight | None) -> bool:
    """Return whether a right is held for what belongs to nobody in particular: settings, groups, new accounts."""
    return held is not None and EVERYTHING in held.allowed and EVERYTHING not in held.denied


def somewhere(held: HeldRight | None) -> bool:
    """Return whether a right is held over anybody at all."""
    return held is not None and EVERYTHING not in held.denied and bool(held.allowed - held.denied)


def reach(held: HeldRight | None) -> Reach:
    """Say over whom a right is held, as lists ask for it."""
    if held is None or not somewhere(held):
        return Reach(everything=False)
    return Reach(
        everything=EVERYTHING in held.allowed,
        groups=frozenset(scope.group for scope in held.allowed if scope.group is not None),
        without=frozenset(scope.group for scope in held.denied if scope.group is not None),
    )


def covers(held: HeldRight | None, scope: Scope) -> bool:
    """Return whether a right is held over all of a scope: what granting it there takes (RIGHT-4)."""
    return held is not None and not held.denied and bool({EVERYTHING, scope} & held.allowed)


def covers_higher(held: HeldRight | None, scope: Scope) -> bool:
    """Return whether a right is held over all of a scope by a role that reaches accounts of more rights."""
    return covers(held, scope) and held is not None and bool({EVERYTHING, scope} & held.higher)


def lacking(actor: Holdings, target: Holdings) -> frozenset[str]:
    """Name the rights that a target holds and an actor does not hold as widely (RIGHT-4)."""
    return frozenset(right for right, held in target.items() if not _includes(actor.get(right, _NOTHING), held))


def administers(holdings: Holdings, all_rights: frozenset[str]) -> bool:
    """Return whether everything is held over everybody, with nothing denied (RIGHT-5)."""
    return all(covers(holdings.get(right), EVERYTHING) for right in all_rights)


def _with(before: HeldRight, one: Assignment, *, higher: bool) -> HeldRight:
    scope = frozenset({one.scope})
    if one.effect is Effect.DENY:
        return HeldRight(before.allowed, before.denied | scope, before.higher)
    return HeldRight(before.allowed | scope, before.denied, before.higher | scope if higher else before.higher)


def _reaches(scopes: frozenset[Scope], groups: frozenset[GroupId]) -> bool:
    return any(scope.group is None or scope.group in groups for scope in scopes)


def _includes(actor: HeldRight, target: HeldRight) -> bool:
    if EVERYTHING in target.denied or not target.allowed:
        return True
    wide = EVERYTHING in actor.allowed or target.allowed <= actor.allowed
    return wide and actor.denied <= target.denied
