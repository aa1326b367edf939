"""What the caller may do to an account, and why not: the same decision that guards the act (RIGHT-7)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.rights.actions import administrators, facts
from doorward.features.rights.model.acts.explaining import PermissionsShown, ShowPermissions
from doorward.features.rights.model.facts import Permission
from doorward.features.rights.rules import deciding
from doorward.kernel.act import Act, Action, act
from doorward.kernel.outcome import Refused

Judge = Callable[[Call, Standing], Refused | None]

PERMISSIONS: dict[str, Act] = {}
"""The acts that `GET /accounts/{id}/permissions` answers about, by what it calls them: see `app`."""
JUDGES: dict[str, Judge] = {}
"""What some of these acts ask, when they are performed, about the state of the account."""


def answer_about(**named: Action[Any, Any]) -> None:
    """Enter the acts of the actions that are answered about, by their names."""
    PERMISSIONS.update((name, action.act) for name, action in named.items())


def judge_by(**judges: Judge) -> None:
    """Enter what an act that is answered about asks about the state of the account."""
    JUDGES.update(judges)


@act("users:read", event="accounts.viewed")
def show_permissions(call: Call, command: ShowPermissions) -> PermissionsShown:
    """Tell what the caller may do to an account, and why not (RIGHT-7)."""
    return PermissionsShown(permissions_on(call, accounts.existing(call, command.account)))


def permissions_on(call: Call, standing: Standing) -> dict[str, Permission]:
    """Answer for each act of the API's list whether the caller may do it to this account."""
    if call.actor.owner or call.actor.session is None:
        return {}
    actor = facts.actor_facts(call, call.actor.session)
    last = administrators.last_able_administrator(call, standing.account.id)
    target = facts.target_facts(call, standing, last_administrator=last)
    answers = {name: deciding.permission(actor, asked, target) for name, asked in PERMISSIONS.items()}
    return {name: _judged(call, name, standing, one) for name, one in answers.items()}


def refused_by_state(call: Call, name: str, standing: Standing) -> Refused | None:
    """Return why the state of an account refuses an act to an actor whom the guard lets pass."""
    judge = JUDGES.get(name)
    return None if judge is None else judge(call, standing)


def _judged(call: Call, name: str, standing: Standing, answer: Permission) -> Permission:
    refused = refused_by_state(call, name, standing) if answer.allowed else None
    return answer if refused is None else replace(answer, allowed=False, reason=refused)
