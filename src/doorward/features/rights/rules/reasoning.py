"""The decision question by question, in the order in which it is asked: for "why can't I?" (RIGHT-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model.acts.explaining import Reasoning
from doorward.features.rights.model.facts import ActorFacts, Assignment, Effect, Role, TargetFacts
from doorward.features.rights.rules import deciding, scopes
from doorward.kernel.act import Act, Needs
from doorward.kernel.ids import GroupId


@dataclass(frozen=True, slots=True)
class Held:
    """What the actor holds: the assignments, the roles behind them, and the groups in the asker's scope."""

    assignments: Sequence[Assignment]
    roles: Mapping[str, Role]
    names: Mapping[GroupId, str]


def brings(one: Assignment, right: str, groups: frozenset[GroupId], roles: Mapping[str, Role]) -> bool:
    """Tell whether an assignment allows a right over an account that is in these groups."""
    role = roles.get(one.role)
    reaches = one.scope.group is None or one.scope.group in groups
    return one.effect is Effect.ALLOW and role is not None and right in role.rights and reaches


def reasoned(actor: ActorFacts, act: Act, target: TargetFacts, held: Held) -> tuple[Reasoning, ...]:
    """Answer every question that the decision asks; whoever reads sees more than the first no."""
    right = act.right or ""
    questions = [
        Reasoning("May this account operate at all?", not deciding.barred(actor), _operates(actor)),
        Reasoning(
            f"Does it hold {right} over this account?",
            scopes.over(actor.rights.get(right), target.groups),
            _over(right, target, held),
        ),
    ]
    if Needs.ANOTHER in act.needs:
        another = actor.account != target.account
        questions.append(Reasoning("Is it somebody else's account?", another, "" if another else "it is their own"))
    if act.needs & {Needs.ANOTHER, Needs.WITHIN_REACH}:
        questions.append(_higher(actor, right, target))
    if Needs.SECOND_FACTOR in act.needs or not right.endswith(":read"):  # no session without one does more than read
        has = actor.has_factor and not actor.excluded
        why = "" if has else "it has none, or is excluded from having one"
        questions.append(Reasoning("Has it a second factor to sign in with?", has, why))
    if Needs.ADMINISTRATOR_LEFT in act.needs:
        left = not target.last_administrator
        questions.append(
            Reasoning("Would an able administrator be left?", left, "" if left else "this is the last one")
        )
    if Needs.LIFTABLE_LOCK in act.needs and target.locked_by_hand:
        lifts = scopes.over(actor.rights.get(deciding.MODIFY), target.groups)
        questions.append(Reasoning(f"Does it hold {deciding.MODIFY} too, since the lock was set by hand?", lifts, ""))
    if Needs.DELETABLE_KEY in act.needs:
        why = "it is external" if target.external else "it is excluded" if target.excluded else ""
        questions.append(Reasoning("Is it an internal account that is not excluded?", not why, why))
    return tuple(questions)


def _operates(actor: ActorFacts) -> str:
    if actor.kind is not AccountKind.INTERNAL:
        return "it is external"
    if not actor.enabled:
        return "it is disabled"
    return "an operator locked it, or it was reported" if actor.barred else "internal, enabled, not locked by hand"


def _over(right: str, target: TargetFacts, held: Held) -> str:
    """Name what allows the right there and what denies it."""
    of_right = [one for one in held.assignments if (role := held.roles.get(one.role)) and right in role.rights]
    reaching = [one for one in of_right if one.scope.group is None or one.scope.group in target.groups]
    denied = [one for one in reaching if one.effect is Effect.DENY]
    allowed = [one for one in reaching if one.effect is Effect.ALLOW]
    if denied:
        return f"denied by {_listed(denied, held)}; deny wins"
    if allowed:
        return f"by {_listed(allowed, held)}"
    elsewhere = [one for one in of_right if one.effect is Effect.ALLOW]
    return f"only by {_listed(elsewhere, held)}" if elsewhere else "no role of theirs has it"


def _higher(actor: ActorFacts, right: str, target: TargetFacts) -> Reasoning:
    question = "Does it hold all that this account holds?"
    lacking = scopes.lacking(actor.rights, target.rights)
    if lacking and scopes.over_higher(actor.rights.get(right), target.groups):
        return Reasoning(question, answer=True, because="a role says that it reaches accounts of more rights")
    if lacking and actor.account != target.account:
        return Reasoning(question, answer=False, because=f"it lacks {', '.join(sorted(lacking))}")
    return Reasoning(question, answer=True, because="")


def _listed(found: Sequence[Assignment], held: Held) -> str:
    return ", ".join(dict.fromkeys(_spelled(one, held) for one in found))


def _spelled(one: Assignment, held: Held) -> str:
    role = held.roles[one.role].title
    over = "everything" if one.scope.group is None else _group(one.scope.group, held)
    through = "" if one.through is None else f", through {_group(one.through, held)}"
    return f"{role} over {over}{through}"


def _group(group: GroupId, held: Held) -> str:
    """Name a group to whoever asks; one outside their scope is not named (RIGHT-3)."""
    return f"the group {held.names[group]}" if group in held.names else "a group outside your scope"
