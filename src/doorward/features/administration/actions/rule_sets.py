"""Named sets of password rules: which there are, in which order they serve, and which groups they are assigned to.

What changes whom a set serves is written through to every account in the same transaction (`groups.serve`).
"""

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.features.accounts import actions as accounts
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AssignPasswordRules, GroupUnchanged, RulesAssigned
from doorward.features.policy import actions as policy
from doorward.features.policy.model import (
    DeletePasswordRules,
    ListPasswordRules,
    PolicyChanged,
    PolicyUnchanged,
    RankPasswordRules,
    RulesDeleted,
    RuleSet,
    RuleSetsListed,
)
from doorward.features.policy.rules import DEFAULT
from doorward.kernel.act import act
from doorward.kernel.outcome import Refused


@act("sign-in-security:read", event=None, writes=False)
def list_password_rules(call: Call, command: ListPasswordRules) -> RuleSetsListed:
    """List the sets of password rules, with their groups and how many accounts each serves."""
    sets: list[tuple[str, int | None]] = [*policy.order(call).items(), (DEFAULT, None)]
    return RuleSetsListed(
        tuple(
            RuleSet(
                name=name,
                rank=rank,
                groups=tuple(groups.names_within(call, [group.id for group in groups.naming(call, name)]).values()),
                accounts=accounts.count_served(call, name),
            )
            for name, rank in sets
        )
    )


@act("sign-in-security:modify", event="policy.changed")
def rank_password_rules(call: Call, command: RankPasswordRules) -> PolicyChanged | PolicyUnchanged | Refused:
    """Say where a named set stands among the others; whoever is in groups of several is served accordingly."""
    outcome = policy.rank(call, command.name, command.rank)
    if isinstance(outcome, PolicyChanged):
        for group in groups.naming(call, command.name):
            groups.serve_members(call, group.id)
    return outcome


@act("sign-in-security:modify", event="policy.deleted")
def delete_password_rules(call: Call, command: DeletePasswordRules) -> RulesDeleted | Refused:
    """Delete a named set that is assigned to no group."""
    call.note.details["settings"] = f"password-rules:{command.name}"
    if command.name == DEFAULT:
        return Refused("policy.default_stays")
    if command.name not in policy.order(call):
        return Refused("policy.not_found")
    assigned = groups.naming(call, command.name)
    if assigned:
        told = groups.names_within(call, [group.id for group in assigned]).values()
        return Refused("policy.in_use", {"groups": ", ".join(told) or "a group outside your scope"})
    policy.delete(call, command.name)
    return RulesDeleted()


@act("sign-in-security:modify", event="policy.assigned")
def assign_password_rules(call: Call, command: AssignPasswordRules) -> RulesAssigned | GroupUnchanged | Refused:
    """Let a named set of password rules serve the members of a group, or none of its own.

    Password rules are the server's, so that it takes the right over everything; a group over which it is denied is not
    there, as for every act on groups (RIGHT-3).
    """
    group = groups.reached(call, command.group)
    if group is None:
        return Refused("groups.not_found")
    call.note.details["group"] = group.name
    wanted = None if command.name == DEFAULT else command.name
    if wanted is not None and wanted not in policy.order(call):
        return Refused("policy.not_found")
    if group.password_rules == wanted:
        return GroupUnchanged()
    call.note.details["password_rules"] = f"{group.password_rules or DEFAULT} → {wanted or DEFAULT}"
    if not groups.assign(call, group, wanted):
        raise LostRace
    return RulesAssigned()
