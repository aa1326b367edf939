"""Password rules and roles, as operators read and change them."""

from dataclasses import asdict, fields

from starlette.responses import Response

from doorward.doors.console.account import ROLE_WORDS
from doorward.doors.console.operator import by_right, shell, signed_in
from doorward.doors.console.pages import status_of
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.policy.actions import (
    advice,
    bounds,
    change_password_rules,
    read_password_rules,
)
from doorward.features.policy.model import (
    ChangePasswordRules,
    PasswordRules,
    ReadPasswordRules,
)
from doorward.features.rights.actions import areas, list_roles
from doorward.features.rights.model import ListRoles
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.sentences import sentence

_RULES = "/console/password-rules"
_DEFAULTS = asdict(PasswordRules())
_ON_FIELD = {"policy.out_of_bounds", "policy.no_choice"}
"""Refusals that belong to the setting that was filled in."""


def show_rules(visit: Visit) -> Response:
    """Show the password rules."""
    return _rules_page(visit, None)


def take_rules(visit: Visit) -> Response:
    """Change the password rules; what the form does not say stays as it is."""
    changes = _changes(visit)
    if isinstance(changes, Refused):
        return _rules_page(visit, changes)
    command = ChangePasswordRules(changes, reason=visit.form.get("reason", ""), if_version=visit.version)
    outcome = visit.run_with_reason(change_password_rules, command)
    if isinstance(outcome, Refused):
        return _rules_page(visit, outcome)
    return visit.go(f"{_RULES}?done={'unchanged' if outcome.status == 'unchanged' else 'saved'}")


def show_roles(visit: Visit) -> Response:
    """Show what each role holds."""
    shown = signed_in(visit)
    if isinstance(shown, Response):
        return shown
    listed = visit.run(list_roles, ListRoles())
    if isinstance(listed, Refused):
        return visit.problem(listed, "/console")
    roles = [
        {"name": role.name, "title": role.title, "words": ROLE_WORDS.get(role.name, ""), "rights": set(role.rights)}
        for role in listed.roles
    ]
    return visit.show("roles.html", **shell(visit, shown), roles=roles, areas=areas())


def _rules_page(visit: Visit, refused: Refused | None) -> Response:
    shown = signed_in(visit)
    if isinstance(shown, Response):
        return shown
    read = visit.run(read_password_rules, ReadPasswordRules())
    if isinstance(read, Refused):
        return visit.problem(read, "/console")
    settings = asdict(read.rules)
    if refused is not None:
        settings |= {name: visit.form.get(name, "") for name in settings if name in visit.form}
    errors = {} if refused is None else _errors(refused)
    return visit.show(
        "rules.html",
        200 if refused is None else status_of(refused),
        **shell(visit, shown),
        settings=settings,
        advice=advice(read.rules),
        bounds=bounds(),
        version=read.version,
        may={"change": by_right(shown, "sign-in-security:modify")},
        errors=errors,
        refusal=None if errors else refused,
    )


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


def _errors(refused: Refused) -> dict[str, str]:
    if refused.code == "request.reason":
        return {"reason": sentence(refused)}
    key = refused.facts.get("key")
    return {str(key): sentence(refused)} if refused.code in _ON_FIELD and key else {}
