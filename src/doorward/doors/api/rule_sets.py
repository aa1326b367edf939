"""Named sets of password rules: their order, their end, and which groups they are assigned to (LOCK-1, PASS-1)."""

from dataclasses import asdict

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Body, GroupIn, Reason
from doorward.doors.api.groups import GroupReason
from doorward.doors.api.policy import ChangedJson, changed_json
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.features.administration.actions.rule_sets import (
    assign_password_rules,
    delete_password_rules,
    list_password_rules,
    rank_password_rules,
)
from doorward.features.groups.model import AssignPasswordRules, GroupUnchanged, RulesAssigned
from doorward.features.policy.model import (
    DeletePasswordRules,
    ListPasswordRules,
    RankPasswordRules,
    RulesDeleted,
    RuleSetsListed,
)
from doorward.kernel.outcome import Refused

routes = Routes("settings")


class RuleSetJson(Shape):
    """A set of password rules."""

    name: str
    rank: int | None = Field(description="of several that an account could have the lowest serves; null: `default`")
    groups: list[str] = Field(description="the groups whose members it is assigned to")
    accounts: int = Field(description="how many accounts it serves")


class Rank(Body):
    """Where a set stands among the others."""

    rank: int = Field(description="1 to 1,000; of several sets that an account could have, the lowest serves it")
    reason: Reason | None = None


class Assignment(Body):
    """Which password rules serve the members of a group."""

    name: str | None = Field(description="the name of the rules; null: the group names none")
    reason: Reason | None = None


@routes.on("GET /password-rule-sets", list_password_rules, Page[RuleSetJson])
def list_sets(asked: Holder) -> Response:
    """List the sets of password rules, with whom each serves: the one that comes first on top, `default` last.

    `GET /password-rules/{name}` reads one.
    """
    return asked.told(asked.run(list_password_rules, ListPasswordRules()), _listed)


@routes.on(
    "DELETE /password-rules/{name}", delete_password_rules, OutcomeJson,
    ("policy.not_found", "policy.default_stays", "policy.in_use", "request.reason"),
)  # fmt: skip
def remove_rules(name: str, asked: Holder, body: GroupReason | None = None) -> Response:
    """Delete a named set that is assigned to no group."""
    command = DeletePasswordRules(name, None if body is None else body.reason)
    return asked.told(asked.run(delete_password_rules, command), _outcome)


@routes.on(
    "PUT /password-rules/{name}/rank", rank_password_rules, ChangedJson,
    ("policy.not_found", "policy.out_of_bounds", "request.reason"),
)  # fmt: skip
def rank_rules(name: str, body: Rank, asked: Holder) -> Response:
    """Say where a named set stands among the others: the lowest rank of an account's sets serves it, ties by name."""
    outcome = asked.run(rank_password_rules, RankPasswordRules(name, body.rank, body.reason))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(changed_json(outcome))


@routes.on(
    "PUT /groups/{group}/password-rules", assign_password_rules, OutcomeJson,
    ("groups.not_found", "policy.not_found", "request.reason"),
)  # fmt: skip
def assign_rules(group: GroupIn, body: Assignment, asked: Holder) -> Response:
    r"""Let a named set of password rules serve the members of a group.

    curl -s -X PUT https://login.example.org/api/v1/groups/$GROUP/password-rules -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"name": "strict"}'
    """
    command = AssignPasswordRules(group, body.name, body.reason)
    outcome = asked.run(assign_password_rules, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_outcome(outcome))


def _listed(found: RuleSetsListed) -> Page[RuleSetJson]:
    return Page(items=[RuleSetJson(**asdict(one)) for one in found.sets], next=None)


def _outcome(outcome: RulesDeleted | RulesAssigned | GroupUnchanged) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)
