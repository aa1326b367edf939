"""Named sets of password rules: making one, its rank, its groups, its end. Their settings are in `settings`."""

from starlette.responses import Response

from doorward.doors.console.operator import word_for
from doorward.doors.console.settings import name_in, rules_address, rules_page
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.administration.actions.rule_sets import (
    assign_password_rules,
    delete_password_rules,
    rank_password_rules,
)
from doorward.features.groups.model import AssignPasswordRules
from doorward.features.policy.actions import add_password_rules
from doorward.features.policy.model import AddPasswordRules, DeletePasswordRules, RankPasswordRules
from doorward.kernel.ids import GroupId, parse_id
from doorward.kernel.outcome import Refused


def take_set(visit: Visit) -> Response:
    """Add a named set, which begins as `default` stands."""
    name = visit.form.get("name", "").strip()
    command = AddPasswordRules(name, reason=visit.form.get("reason", ""))
    outcome = visit.run_with_reason(add_password_rules, command)
    if isinstance(outcome, Refused):
        return rules_page(visit, outcome, "add")
    return visit.go(rules_address(name, "rules-added"))


def rank(visit: Visit) -> Response:
    """Say where the set stands among the others."""
    name, typed = name_in(visit), whole_number(visit.form.get("rank", ""))
    command = RankPasswordRules(name, -1 if typed is None else typed, visit.form.get("reason", ""))
    outcome = visit.run_with_reason(rank_password_rules, command)
    if isinstance(outcome, Refused):
        return rules_page(visit, outcome)
    return visit.go(rules_address(name, word_for(outcome, "rules-ranked")))


def delete(visit: Visit) -> Response:
    """Delete the set, unless it is assigned to a group."""
    command = DeletePasswordRules(name_in(visit), visit.form.get("reason", ""))
    outcome = visit.run_with_reason(delete_password_rules, command)
    if isinstance(outcome, Refused):
        return rules_page(visit, outcome)
    return visit.go(rules_address("default", "rules-deleted"))


def assign(visit: Visit) -> Response:
    """Let the set serve the members of groups."""
    return _each(visit, name_in(visit), "rules-assigned")


def withdraw(visit: Visit) -> Response:
    """Take the set from groups."""
    return _each(visit, None, "rules-withdrawn")


def _each(visit: Visit, wanted: str | None, done: str) -> Response:
    found = [parse_id(text) for text in visit.chosen]
    if not found or None in found:
        return rules_page(visit, Refused("groups.not_found"))
    for group in (GroupId(one) for one in found if one is not None):
        command = AssignPasswordRules(group, wanted, visit.form.get("reason", ""))
        outcome = visit.run_with_reason(assign_password_rules, command)
        if isinstance(outcome, Refused):
            return rules_page(visit, outcome)
    return visit.go(rules_address(name_in(visit), done))
