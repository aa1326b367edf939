"""Password rules, as operators read and change them."""

from dataclasses import asdict, fields
from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in, word_for
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.administration.actions.rule_sets import list_password_rules
from doorward.features.groups.actions import list_groups
from doorward.features.groups.model import ListGroups
from doorward.features.passwords.actions import list_breach_lists
from doorward.features.passwords.model import ListBreachLists
from doorward.features.policy.actions import (
    advice,
    bounds,
    change_password_rules,
    for_everybody,
    read_password_rules,
)
from doorward.features.policy.model import (
    ChangePasswordRules,
    ListPasswordRules,
    PasswordRules,
    ReadPasswordRules,
)
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.sentences import advice_on

_RULES = "/console/password-rules"
DEFAULT = "default"
_CHANGE = change_password_rules.act
_MOST_GROUPS = 200
_DEFAULTS = asdict(PasswordRules())
FIELDS = {"request.reason": "reason", "policy.out_of_bounds": "{key}", "policy.no_choice": "{key}"}
"""At which field of a form of settings a refusal stands."""


def show_rules(visit: Visit) -> Response:
    """Show the password rules."""
    return rules_page(visit, None)


def take_rules(visit: Visit) -> Response:
    """Change the password rules; what the form does not say stays as it is."""
    name, changes = name_in(visit), _changes(visit)
    if isinstance(changes, Refused):
        return rules_page(visit, changes)
    command = ChangePasswordRules(_own(name, changes), name, visit.form.get("reason", ""), visit.version)
    outcome = visit.run_with_reason(change_password_rules, command)
    if isinstance(outcome, Refused):
        return rules_page(visit, outcome)
    return visit.go(rules_address(name, word_for(outcome, "saved")))


@signed_in
def rules_page(visit: Visit, shown: SessionShown, refused: Refused | None, stage: str | None = None) -> Response:
    """Show a set of password rules, with what a form said that was refused."""
    name = name_in(visit)
    read = visit.run(read_password_rules, ReadPasswordRules(name))
    if isinstance(read, Refused):
        return visit.problem(read, _RULES if read.code == "policy.not_found" else "/console")
    settings = _own(name, asdict(read.rules))
    if refused is not None:
        settings |= {one: visit.form.get(one, "") for one in settings if one in visit.form}
    errors = at_field(refused, FIELDS)
    return visit.form_page(
        "rules.html",
        refused,
        errors,
        **shell(visit, shown),
        **_sets(visit, name),
        refused_passwords=visit.run(list_breach_lists, ListBreachLists()) if name == DEFAULT else None,
        settings=settings,
        bounds=bounds(),
        advice={key: advice_on(key, facts) for key, facts in advice(read.rules).items()},
        version=read.version,
        may={"change": may(shown, _CHANGE)},
        stage=stage or visit.query.get("stage"),
        form=dict(visit.form),
    )


def name_in(visit: Visit) -> str:
    """Read the name of the rules from the page's address; the page without one is that of `default`."""
    return str(visit.request.path_params.get("name", DEFAULT))


def rules_address(name: str, done: str = "") -> str:
    """Return the address of a set's page."""
    return (_RULES if name == DEFAULT else f"{_RULES}/{name}") + (f"?done={done}" if done else "")


def _sets(visit: Visit, name: str) -> dict[str, Any]:
    """Return which sets there are, this one among them, and the groups that it could be assigned to."""
    listed = visit.run(list_password_rules, ListPasswordRules())
    sets = [] if isinstance(listed, Refused) else list(listed.sets)
    found = visit.run(list_groups, ListGroups(limit=_MOST_GROUPS)) if name != DEFAULT else None
    groups = [] if found is None or isinstance(found, Refused) else [row.group for row in found.groups]
    return {
        "rules_name": name,
        "rules_address": rules_address(name),
        "sets": sets,
        "this_set": next((one for one in sets if one.name == name), None),
        "assigned": [one for one in groups if one.password_rules == name],
        "assignable": [one for one in groups if one.password_rules != name],
    }


def _own(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a named set what stands in `default` alone."""
    hidden = frozenset() if name == DEFAULT else for_everybody()
    return {key: value for key, value in settings.items() if key not in hidden}


def _changes(visit: Visit) -> dict[str, Fact] | Refused:
    """Read the settings from the form: a box that is not ticked is not posted, and is off."""
    changes: dict[str, Fact] = {}
    for one in fields(PasswordRules):
        default, typed = _DEFAULTS[one.name], visit.form.get(one.name)
        if isinstance(default, bool):
            changes[one.name] = typed == "1"
        elif isinstance(default, str):
            changes[one.name] = (typed or "").strip()
        elif typed is not None:
            number = whole_number(typed)
            if number is None:
                least, most = bounds()[one.name]
                return Refused("policy.out_of_bounds", {"key": one.name, "least": least, "most": most})
            changes[one.name] = number
    return changes
