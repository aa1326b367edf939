"""What the guard asks of rights: the facts of whoever is acted on, and whether the actor may (RIGHT-7)."""

from collections.abc import Mapping, Sequence

from doorward.edges.call import Call
from doorward.features.accounts.model import Standing
from doorward.features.rights.actions import administrators, facts
from doorward.features.rights.model.facts import ActorFacts, TargetFacts
from doorward.features.rights.rules import deciding, scopes
from doorward.kernel.act import EVERYBODY, Act, Actor, Needs, Reach, Who
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused


def facts_of(call: Call, act: Act, account: AccountId | None, standing: Standing | None) -> TargetFacts | None:
    """Load what the decision needs of the account acted on; one that nobody has is like one out of everybody's reach.

    So the answer does not tell whoever may not read an account whether it is there (RIGHT-3).
    """
    if account is None:
        return None
    if standing is None:
        return TargetFacts(account, {}, last_administrator=False)
    last = Needs.ADMINISTRATOR_LEFT in act.needs and administrators.last_able_administrator(call, account)
    return facts.target_facts(call, standing, last_administrator=last)


def facts_of_each(call: Call, accounts: Sequence[AccountId], there: Mapping[AccountId, Standing]) -> list[TargetFacts]:
    """Load what `facts_of` does of many accounts, for an act that takes no administrator away."""
    found = facts.facts_of_targets(call, there)
    return [found.get(one) or TargetFacts(one, {}, last_administrator=False) for one in accounts]


def judge(call: Call, act: Act, actor: Actor, target: TargetFacts | None) -> Reach | Refused:
    """Say over whom an actor may, or why not."""
    return judge_each(call, act, actor, [target])[0]


def judge_each(call: Call, act: Act, actor: Actor, targets: Sequence[TargetFacts | None]) -> list[Reach | Refused]:
    """Say the same of an act on many; what is known of the actor is loaded once."""
    loaded = act.who is Who.OPERATOR and not actor.owner and actor.session is not None
    known = facts.actor_facts(call, actor.session) if loaded and actor.session is not None else None
    return [_judged(act, actor, known, target) for target in targets]


def _judged(act: Act, actor: Actor, known: ActorFacts | None, target: TargetFacts | None) -> Reach | Refused:
    if actor.owner and act.who is not Who.SELF:
        last = target is not None and target.last_administrator
        return Refused("rights.last_administrator") if last else EVERYBODY
    if act.who is Who.ANYBODY:
        return EVERYBODY
    if actor.session is None or act.who is Who.SERVER:
        return Refused("session.required")
    if act.who is Who.SELF:
        return deciding.may_oneself(actor.session, act) or EVERYBODY
    if known is None:
        return Refused("session.required")
    verdict = deciding.may(known, act, target)
    return verdict if isinstance(verdict, Refused) else scopes.reach(known.rights.get(act.right or ""))
