"""Password rules, two-factor authentication and roles, as operators read and change them."""

from dataclasses import asdict, fields
from typing import Any

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
    read_two_factor,
)
from doorward.features.policy.model import (
    ChangePasswordRules,
    PasswordRules,
    ReadPasswordRules,
    ReadTwoFactor,
)
from doorward.features.rights.actions import areas, list_roles
from doorward.features.rights.model import ListRoles
from doorward.features.second_factor.actions.allowlist import list_allowlist
from doorward.features.second_factor.actions.exclusions import list_exclusions
from doorward.features.second_factor.model import ListAllowlist, ListExclusions
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.sentences import sentence

_RULES = "/console/password-rules"
_TWO_FACTOR = "/console/two-factor"
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


def show_two_factor(visit: Visit) -> Response:
    """Show the two-factor settings, the allowlist and the exclusions."""
    shown = signed_in(visit)
    if isinstance(shown, Response):
        return shown
    settings = visit.run(read_two_factor, ReadTwoFactor())
    allowed = visit.run(list_allowlist, ListAllowlist(after=_account(visit, "allowed_after")))
    excluded = visit.run(list_exclusions, ListExclusions(after=_account(visit, "excluded_after")))
    if isinstance(settings, Refused):
        return visit.problem(settings, "/console")
    if isinstance(allowed, Refused):
        return visit.problem(allowed, "/console")
    if isinstance(excluded, Refused):
        return visit.problem(excluded, "/console")
    names = {**allowed.names, **excluded.names}
    return visit.show(
        "two_factor.html",
        **shell(visit, shown),
        settings=settings.settings,
        allowlist=list(allowed.entries),
        exclusions=list(excluded.entries),
        names={account: {"full_name": "", "user_name": name} for account, name in names.items()},
        more_allowlist=None if allowed.next is None else f"{_TWO_FACTOR}?allowed_after={allowed.next}",
        more_exclusions=None if excluded.next is None else f"{_TWO_FACTOR}?excluded_after={excluded.next}",
    )


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


def _account(visit: Visit, name: str) -> AccountId | None:
    found: Any = parse_id(visit.query.get(name, ""))
    return None if found is None else AccountId(found)
