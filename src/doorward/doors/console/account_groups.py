"""The groups of an account: putting it into some, and taking it out of one."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import Typed, account_address, errors_of, page
from doorward.doors.console.operator import account_in
from doorward.doors.console.visit import Visit
from doorward.features.administration.actions.grouping import add_member, remove_member
from doorward.features.groups.model import AddMember, RemoveMember
from doorward.kernel.act import Action
from doorward.kernel.ids import GroupId, parse_id
from doorward.kernel.outcome import Refused

_TAB = "groups"


def join(visit: Visit) -> Response:
    """Put the account into the selected groups, each an act of its own."""
    return _each(visit, add_member, AddMember, "groups-joined")


def leave(visit: Visit) -> Response:
    """Take the account out of the named groups, each an act of its own."""
    return _each(visit, remove_member, RemoveMember, "groups-left")


def _each(visit: Visit, action: Action[Any, Any], command: Callable[..., Any], done: str) -> Response:
    account, reason = account_in(visit), visit.form.get("reason", "")
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    wanted = [parse_id(text) for text in visit.chosen]
    if not wanted or None in wanted:
        return page(visit, Typed(Refused("groups.not_found"), _TAB))
    changed = False
    for group in dict.fromkeys(GroupId(one) for one in wanted if one is not None):
        outcome = visit.run_with_reason(action, command(account, group, reason))
        if isinstance(outcome, Refused):
            if outcome.code in {"session.required", "accounts.not_found"}:
                return visit.problem(outcome, "/console/users")
            return page(visit, Typed(outcome, _TAB, None, dict(visit.form), errors_of(outcome)))
        changed = changed or outcome.status == "done"
    return visit.go(account_address(account, _TAB, done if changed else "unchanged"))
