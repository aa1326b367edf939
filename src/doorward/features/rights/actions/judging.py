"""What changes of roles have in common: whether the actor may, the steps with their entries, and their words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind
from doorward.features.audit import actions as audit
from doorward.features.groups import actions as groups
from doorward.features.rights.actions import administrators, facts
from doorward.features.rights.actions.roles import named
from doorward.features.rights.model.acts.granting import RolesSet, RolesUnchanged, Wanted
from doorward.features.rights.model.facts import EVERYTHING, Assignment, Effect, Scope
from doorward.features.rights.rules import deciding
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Fact, Refused

_ACTS = {True: "rights.granted", False: "rights.revoked"}


def judge_grant(call: Call, role: str) -> Refused | None:
    """Refuse to give or take a role over everything that the actor does not hold, or may not hand on (RIGHT-4)."""
    return judge(call, Assignment(role))


def judge(call: Call, one: Assignment) -> Refused | None:
    """Refuse to give or take what the actor does not hold over that scope, or may not hand on (RIGHT-4)."""
    role = named(call, one.role)
    if isinstance(role, Refused):
        return role
    actor = facts.acting(call)
    return None if actor is None else deciding.may_hand_on(actor, role, one.scope)


def judge_anywhere(call: Call, role: str, over_any: Collection[Scope]) -> Refused | None:
    """Refuse to give or take a role that the actor may hand on over none of these; tell why not over everything."""
    refusals = {scope: judge(call, Assignment(role, scope=scope)) for scope in over_any}
    return None if None in refusals.values() else refusals[EVERYTHING]


def resolve(call: Call, wanted: Sequence[Wanted]) -> frozenset[Assignment] | Refused:
    """Find the groups that assignments are to be over; one that the actor does not reach is not there (RIGHT-3)."""
    found: set[Assignment] = set()
    for one in wanted:
        for text in [None] if one.groups is None else one.groups:
            scope = EVERYTHING if text is None else over(call, text)
            if isinstance(scope, Refused):
                return scope
            found.add(Assignment(one.role, one.effect, scope))
    return frozenset(found)


def over(call: Call, text: str) -> Scope | Refused:
    """Return the scope of a group, by its id or name."""
    group = groups.named(call, text)
    return Refused("groups.not_found") if group is None or groups.reached(call, group.id) is None else Scope(group.id)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is held, and what is to be held."""

    before: frozenset[Assignment]
    wanted: frozenset[Assignment]

    @property
    def steps(self) -> list[tuple[Assignment, bool]]:
        """Return what is given and then what is taken, in an order that hangs on nothing else."""
        taken, given = self.before - self.wanted, self.wanted - self.before
        return [*((one, True) for one in sorted(given, key=repr)), *((one, False) for one in sorted(taken, key=repr))]


class Write(Protocol):
    """What writes one assignment, or takes it."""

    def __call__(self, one: Assignment, *, given: bool) -> None:
        """Write the assignment, or take it."""


def change(call: Call, difference: Difference, write: Write, event: Event) -> RolesSet | RolesUnchanged | Refused:
    """Make all steps of a change, or none; each is judged first, and has an entry of its own."""
    steps = difference.steps
    if refused := next((no for one, _ in steps if (no := judge(call, one))), None):
        return refused
    return administrators.keeping_one(call, lambda: _step(call, steps, write, event)) if steps else RolesUnchanged()


def _step(call: Call, steps: list[tuple[Assignment, bool]], write: Write, event: Event) -> RolesSet:
    """Write each step with its entry; the last one's is the entry of the act."""
    for one, given in steps:
        write(one, given=given)
    *first, (last, given) = steps
    for one, granted in first:
        audit.record(call, replace(event, act=_ACTS[granted], details={**event.details, **told(call, one)}))
    call.note.act = _ACTS[given]
    call.note.details |= told(call, last)
    return RolesSet()


def judge_kind(call: Call, account: AccountId) -> Refused | None:
    """Refuse a role to an account that only signs in; one that is about to be added is judged by whoever adds it."""
    return Refused("rights.internal_only") if external(call, account) else None


def external(call: Call, account: AccountId) -> bool:
    """Return whether an account only signs in, and so holds no role."""
    standing = accounts.load(call, account)
    return standing is not None and standing.account.kind is AccountKind.EXTERNAL


def told(call: Call, one: Assignment) -> dict[str, Fact]:
    """Say in an entry what an assignment is; the ordinary words are left out."""
    told: dict[str, Fact] = {"role": one.role[:40]}
    if one.effect is Effect.DENY:
        told["effect"] = one.effect.value
    if one.scope.group is not None:
        told["over"] = groups.names(call, [one.scope.group]).get(one.scope.group, str(one.scope))
    return told


def names_of(call: Call, found: Collection[Assignment]) -> dict[GroupId, str]:
    """Load the names of the groups in assignments, as far as the actor reaches them (RIGHT-3)."""
    wanted = {group for one in found for group in (one.scope.group, one.through) if group is not None}
    return groups.names_within(call, sorted(wanted))
