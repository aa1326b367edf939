"""The groups of an account: putting it into some, and taking it out of one."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import Typed, account_address, again, page
from doorward.doors.console.operator import for_account
from doorward.doors.console.visit import Visit
from doorward.features.administration.actions.grouping import add_member, remove_member
from doorward.features.groups.model import AddMember, RemoveMember
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, GroupId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import judge_reason

_TAB = "groups"


@for_account
def join(visit: Visit, account: AccountId) -> Response:
    """Put the account into the selected groups, each an act of its own."""
    return _each(visit, account, add_member, AddMember, "groups-joined")


@for_account
def leave(visit: Visit, account: AccountId) -> Response:
    """Take the account out of the named groups, each an act of its own."""
    return _each(visit, account, remove_member, RemoveMember, "groups-left")


def _each(
    visit: Visit, account: AccountId, action: Action[Any, Any], command: Callable[..., Any], done: str
) -> Response:
    wanted, reason = [parse_id(text) for text in visit.chosen], visit.form.get("reason", "")
    if not wanted or None in wanted:
        return page(visit, Typed(Refused("groups.not_found"), _TAB))
    groups = dict.fromkeys(GroupId(one) for one in wanted if one is not None)
    refused = judge_reason(reason)
    acts = [(action, command(account, group, reason)) for group in groups]
    outcomes = visit.changing.run_all(acts, visit.proof) if refused is None else [refused]
    if isinstance(outcomes[-1], Refused):
        return again(visit, outcomes[-1], _TAB)
    changed = any(outcome.status == "done" for outcome in outcomes)
    return visit.go(account_address(account, _TAB, done if changed else "unchanged"))
