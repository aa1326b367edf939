"""Two-factor authentication: its settings, the allowlist and the exclusions (KEY-11 to KEY-13)."""

from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import may, may_each, shell, signed_in, word_for
from doorward.doors.console.pages import at_field
from doorward.doors.console.settings import FIELDS
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Search
from doorward.features.policy.actions import bounds, change_two_factor, read_two_factor
from doorward.features.policy.model import ChangeTwoFactor, ReadTwoFactor
from doorward.features.second_factor.actions.allowlist import allow_set_up, list_allowlist, withdraw_set_up
from doorward.features.second_factor.actions.exclusions import lift_exclusion, list_exclusions
from doorward.features.second_factor.model import (
    AllowlistPage,
    ExclusionsPage,
    LiftExclusion,
    ListAllowlist,
    ListExclusions,
    WithdrawSetUp,
)
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Fact, Refused

_HERE = "/console/two-factor"
_CHANGE, _ALLOW = change_two_factor.act, allow_set_up.act
_WITHDRAW, _LIFT = withdraw_set_up.act, lift_exclusion.act
_NUMBERS = ("allowlist_hours_after_reset", "allowlist_days_for_new_account")
_STAGES = ("allow", "exclude")
_FOUND = 8
"""At most this many people are offered for a list at once; who is not among them is searched for more closely."""


def show_two_factor(visit: Visit) -> Response:
    """Show the settings and both lists; whom to add is searched for at an address of its own."""
    return _page(visit, None)


def take_two_factor(visit: Visit) -> Response:
    """Change the settings; a box that is not ticked is not posted, and is off."""
    changes = _changes(visit)
    if isinstance(changes, Refused):
        return _page(visit, changes)
    command = ChangeTwoFactor(changes, reason=visit.form.get("reason", ""), if_version=visit.version)
    outcome = visit.run_with_reason(change_two_factor, command)
    if isinstance(outcome, Refused):
        return _page(visit, outcome)
    return visit.go(f"{_HERE}?done={word_for(outcome, 'saved')}")


def _changes(visit: Visit) -> dict[str, Fact] | Refused:
    changes: dict[str, Fact] = {
        "issuer": visit.form.get("issuer", "").strip(),
        "new_accounts_may_set_up": visit.form.get("new_accounts_may_set_up") == "1",
    }
    for name in _NUMBERS:
        number = whole_number(visit.form.get(name, ""))
        if number is None:
            least, most = bounds()[name]
            return Refused("policy.out_of_bounds", {"key": name, "least": least, "most": most})
        changes[name] = number
    return changes


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None) -> Response:
    read = visit.run(read_two_factor, ReadTwoFactor())
    allowed = visit.run(list_allowlist, ListAllowlist(after=_account(visit, "allowed_after")))
    excluded = visit.run(list_exclusions, ListExclusions(after=_account(visit, "excluded_after")))
    if isinstance(read, Refused) or isinstance(allowed, Refused) or isinstance(excluded, Refused):
        return visit.problem(next(one for one in (read, allowed, excluded) if isinstance(one, Refused)), "/console")
    errors = at_field(refused, FIELDS)
    return visit.form_page(
        "two_factor.html",
        refused,
        errors,
        **shell(visit, shown),
        **_lists(visit, allowed, excluded),
        **_adding(visit, shown),
        settings=asdict(read.settings) | {name: visit.form[name] for name in visit.form if name in bounds()},
        version=read.version,
        bounds=bounds(),
        given=visit.form.get("reason", ""),
    )


def _lists(visit: Visit, allowed: AllowlistPage, excluded: ExclusionsPage) -> dict[str, Any]:
    """Return both lists, with whose entries they are, and the ways on."""
    return {
        "allowlist": list(allowed.entries),
        "exclusions": list(excluded.entries),
        "withdrawals": may_each(visit, _WITHDRAW, [WithdrawSetUp(one.account) for one in allowed.entries]),
        "lifts": may_each(visit, _LIFT, [LiftExclusion(one.account) for one in excluded.entries]),
        "people": {**allowed.people, **excluded.people},
        "allowlist_page": _pager(visit, "allowed_after", allowed),
        "exclusions_page": _pager(visit, "excluded_after", excluded),
    }


def _pager(visit: Visit, cursor: str, page: AllowlistPage | ExclusionsPage) -> dict[str, Any]:
    return {
        "shown": len(page.entries),
        "first": _HERE if cursor in visit.query else None,
        "next": None if page.next is None else f"{_HERE}?{cursor}={page.next}",
    }


def _adding(visit: Visit, shown: SessionShown) -> dict[str, Any]:
    """Return what adding to a list needs: whether it is allowed, and whom the search finds for it."""
    stage, query = visit.query.get("stage", ""), visit.query.get("query", "").strip()
    stage = stage if stage in _STAGES else ""
    found: tuple[AccountRow, ...] = ()
    if stage and query:
        searched = visit.run(search_accounts, Search(query, limit=_FOUND))
        found = () if isinstance(searched, Refused) else searched.accounts
    allowed = {"change": may(shown, _CHANGE), "add": may(shown, _ALLOW)}
    return {"stage": stage, "query": query, "found": list(found), "may": allowed}


def _account(visit: Visit, name: str) -> AccountId | None:
    found = parse_id(visit.query.get(name, ""))
    return None if found is None else AccountId(found)
