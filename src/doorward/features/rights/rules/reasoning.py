"""The decision question by question, in the order in which it is asked: for "why can't I?" (RIGHT-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model.acts.explaining import Reasoning
from doorward.features.rights.model.facts import ActorFacts, Assignment, Effect, Role, TargetFacts
from doorward.features.rights.rules import deciding, scopes
from doorward.features.rights.rules.deciding import Question
from doorward.kernel.act import Act, Needs
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the actor holds: the assignments, the roles behind them, and the groups in the asker's scope."""

    assignments: Sequence[Assignment]
    roles: Mapping[str, Role]
    names: Mapping[GroupId, str]


def brings(one: Assignment, right: str, groups: frozenset[GroupId], roles: Mapping[str, Role]) -> bool:
    """Return whether an assignment allows a right over an account that is in these groups."""
    role = roles.get(one.role)
    reaches = one.scope.group is None or one.scope.group in groups
    return one.effect is Effect.ALLOW and role is not None and right in role.rights and reaches


_WORDS: dict[Question, str] = {
    deciding.operates: "May this account operate at all?",
    deciding.holds: "Does it hold {right} over this account?",
    deciding.has_factor: "Has it a second factor to sign in with?",
    deciding.is_another: "Is it somebody else's account?",
    deciding.reaches: "Does it hold all that this account holds?",
    deciding.leaves_administrator: "Would an able administrator be left?",
    deciding.lifts: f"Does it hold {deciding.MODIFY} too, since the lock was set by hand?",
    deciding.deletes: "Is it an internal account that is not excluded?",
}
_ASKED_FOR: dict[Question, frozenset[Needs]] = {
    deciding.is_another: frozenset({Needs.ANOTHER}),
    deciding.reaches: frozenset({Needs.ANOTHER, Needs.WITHIN_REACH}),
    deciding.leaves_administrator: frozenset({Needs.ADMINISTRATOR_LEFT}),
    deciding.lifts: frozenset({Needs.LIFTABLE_LOCK}),
    deciding.deletes: frozenset({Needs.DELETABLE_KEY}),
}
"""Which needs of an act bring a question up; the others are asked about every act."""
_WHY_NOT: dict[Question, str] = {
    deciding.has_factor: "it has none, or is excluded from having one",
    deciding.is_another: "it is their own",
    deciding.leaves_administrator: "this is the last one",
}


def reasoned(actor: ActorFacts, act: Act, target: TargetFacts, held: Holdings) -> tuple[Reasoning, ...]:
    """Answer every question of the decision that the act brings up; whoever reads sees more than the first no."""
    grounds: dict[Question, str] = {
        deciding.operates: _operates(actor),
        deciding.holds: _over(act.right or "", target, held),
        deciding.reaches: _higher(actor, act.right or "", target),
    }
    told = []
    for question in deciding.QUESTIONS:
        if _brought_up(question, act, target):
            answer = question(actor, act, target) is None
            because = grounds.get(question) or ("" if answer else _why_not(question, target))
            told.append(Reasoning(_WORDS[question].format(right=act.right), answer, because))
    return tuple(told)


def of_state(refused: Refused | None) -> Reasoning:
    """Answer the last question, which some acts ask about the account beside those of the decision."""
    because = "" if refused is None else sentence(refused)
    return Reasoning("Does the state of the account allow it?", refused is None, because)


def _why_not(question: Question, target: TargetFacts) -> str:
    if question is deciding.deletes:
        return "it is external" if target.external else "it is excluded"
    return _WHY_NOT.get(question, "")


def _brought_up(question: Question, act: Act, target: TargetFacts) -> bool:
    """Return whether an act brings a question up; no session without the second factor does more than read."""
    if question is deciding.has_factor:
        return Needs.SECOND_FACTOR in act.needs or not (act.right or "").endswith(":read")
    if question is deciding.lifts and not target.locked_by_hand:
        return False
    return question not in _ASKED_FOR or bool(act.needs & _ASKED_FOR[question])


def _operates(actor: ActorFacts) -> str:
    if actor.kind is not AccountKind.INTERNAL:
        return "it is external"
    if not actor.enabled:
        return "it is disabled"
    return "an operator locked it, or it was reported" if actor.barred else "internal, enabled, not locked by hand"


def _over(right: str, target: TargetFacts, held: Holdings) -> str:
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


def _higher(actor: ActorFacts, right: str, target: TargetFacts) -> str:
    """Return which rights are lacking, or why none needs to be held."""
    lacking = scopes.lacking(actor.rights, target.rights)
    if not lacking or actor.account == target.account:
        return ""
    if scopes.over_higher(actor.rights.get(right), target.groups):
        return "a role says that it reaches accounts of more rights"
    return f"it lacks {', '.join(sorted(lacking))}"


def _listed(found: Sequence[Assignment], held: Holdings) -> str:
    return ", ".join(dict.fromkeys(_spelled(one, held) for one in found))


def _spelled(one: Assignment, held: Holdings) -> str:
    role = held.roles[one.role].title
    over = "everything" if one.scope.group is None else _group(one.scope.group, held)
    through = "" if one.through is None else f", through {_group(one.through, held)}"
    return f"{role} over {over}{through}"


def _group(group: GroupId, held: Holdings) -> str:
    """Name a group to whoever asks; one outside their scope is not named (RIGHT-3)."""
    return f"the group {held.names[group]}" if group in held.names else "a group outside your scope"
