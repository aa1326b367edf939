"""Who can reset this key, and why can't I? The decision of the guard, question by question (RIGHT-7)."""

from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.rights.actions import administrators, facts, holders
from doorward.features.rights.actions.judging import names_of
from doorward.features.rights.actions.permissions import JUDGES, PERMISSIONS, refused_by_state
from doorward.features.rights.model.acts.explaining import Explain, Explained, OneWhoMay, WhoMay, WhoMayShown
from doorward.features.rights.model.facts import Allowed, TargetFacts
from doorward.features.rights.rules import deciding, reasoning
from doorward.kernel.act import Act, Actor, act
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

LOOKED_AT = 500
"""At most this many holders of roles are looked at; where there are more the answer says so."""


@act("user-permissions:read", event="accounts.viewed")
def list_who_may(call: Call, command: WhoMay) -> WhoMayShown | Refused:
    """List who may do something to an account, each signed in with their second factor, and through which role."""
    found = _asked(call, command.account, command.asked)
    if isinstance(found, Refused):
        return found
    wanted, target = found
    holding = _holders(call)
    looked_at = [one for one in (accounts.load(call, each) for each in holding[:LOOKED_AT]) if one is not None]
    people = [one for standing in looked_at if (one := _one_who_may(call, standing, wanted, target)) is not None]
    people.sort(key=lambda one: one.user_name)
    named = names_of(call, [each for one in people for each in one.through])
    return WhoMayShown(command.asked, wanted.right or "", tuple(people), named, more=len(holding) > LOOKED_AT)


@act("user-permissions:read", event="accounts.viewed")
def explain_permission(call: Call, command: Explain) -> Explained | Refused:
    """Say why somebody may or may not do something to an account, as if signed in with their second factor."""
    found = _asked(call, command.account, command.asked)
    if isinstance(found, Refused):
        return found
    wanted, target = found
    standing = accounts.load(call, command.actor)
    if standing is None or not facts.reaches(call, command.actor):
        return Refused("accounts.not_found")
    actor = facts.facts_of(call, standing, used_second_factor=standing.state.factors > 0)
    verdict = deciding.may(actor, wanted, target)
    assignments = facts.assignments_of(call, command.actor)
    roles = facts.roles_behind(call, assignments)
    about = reasoning.Holdings(assignments, roles, names_of(call, assignments))
    by_state = _refused_by_state(call, command, standing)
    refusal = by_state if isinstance(verdict, Allowed) else verdict
    told = reasoning.reasoned(actor, wanted, target, about)
    if command.asked in JUDGES:
        told = (*told, reasoning.of_state(by_state))
    return Explained(command.asked, refusal is None, refusal, told)


def _refused_by_state(call: Call, command: Explain, standing: Standing) -> Refused | None:
    """Return why the state of the account would refuse the act to whoever is asked about."""
    asking = replace(call, actor=Actor(standing.account.id, standing.account.user_name))
    return refused_by_state(asking, command.asked, accounts.existing(call, command.account))


def _asked(call: Call, account: AccountId, asked: str) -> tuple[Act, TargetFacts] | Refused:
    if asked not in PERMISSIONS:
        return Refused("rights.unknown_act", {"act": asked[:40]})
    standing, last = accounts.existing(call, account), administrators.last_able_administrator(call, account)
    return PERMISSIONS[asked], facts.target_facts(call, standing, last_administrator=last)


def _holders(call: Call) -> list[AccountId]:
    """List whoever holds a role at all, by themselves or through a group, as far as the actor reaches them."""
    found = holders.everybody_holding(call)
    return [one for one in found if facts.reaches(call, one)][: LOOKED_AT + 1]


def _one_who_may(call: Call, standing: Standing, wanted: Act, target: TargetFacts) -> OneWhoMay | None:
    actor = facts.facts_of(call, standing, used_second_factor=standing.state.factors > 0)
    if not isinstance(deciding.may(actor, wanted, target), Allowed):
        return None
    held = facts.assignments_of(call, standing.account.id)
    roles = facts.roles_behind(call, held)
    through = tuple(one for one in held if reasoning.brings(one, wanted.right or "", target.groups, roles))
    return OneWhoMay(standing.account.id, standing.account.user_name, through)
