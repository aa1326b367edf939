"""Users: the search, its views, and what can be done to those it finds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console.bulk import USERS, permissions_for_many
from doorward.doors.console.operator import listed_accounts, may, may_each, shell, signed_in
from doorward.doors.console.searching import SearchFields, asked_in
from doorward.doors.console.views import own_views
from doorward.doors.console.visit import Visit
from doorward.doors.web.people_file import people_file
from doorward.features.administration.actions.adding import add_account
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Found, Search
from doorward.features.groups.actions import list_groups, named
from doorward.features.groups.model import ListGroups
from doorward.features.jobs.actions.starting import start_unlocks
from doorward.features.jobs.model import StartJob
from doorward.features.lockout.actions.locking import unlock_account
from doorward.features.lockout.model import UnlockAccount
from doorward.features.sessions.model import SessionShown
from doorward.features.views.actions import export_found
from doorward.features.views.model import ExportFound
from doorward.kernel.ids import AccountId
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Refused

_ADD, _UNLOCK, _UNLOCK_MANY = add_account.act, unlock_account.act, start_unlocks.act
_PALETTE = 8
_MOST_GROUPS = 200


@signed_in
def show_users(visit: Visit, shown: SessionShown) -> Response:
    """Show what the search finds; every search has an address."""
    asked, groups = _groups(visit, asked_in(visit.query))
    found = visit.run(search_accounts, asked.search(visit.query.get("cursor")))
    if isinstance(found, Refused):
        return visit.problem(found, USERS)
    return visit.show(
        "users.html",
        **shell(visit, shown),
        filters=asked.filters,
        groups=groups,
        accounts=list(found.accounts),
        unlocks=_unlocks(visit, found.accounts),
        may_unlock=may(shown, _UNLOCK_MANY),
        may_many=permissions_for_many(shown),
        may_add=may(shown, _ADD),
        page=_pager(visit, asked, found),
        own_views=own_views(visit, asked),
    )


@signed_in
def show_palette(visit: Visit, _: SessionShown) -> Response:
    """Show the people and the saved views that the palette finds."""
    query = visit.query.get("query", "").strip()
    found = visit.run(search_accounts, Search(query, limit=_PALETTE))
    if isinstance(found, Refused):
        return visit.problem(found)
    accounts = list(found.accounts) if query else []
    return visit.show(
        "palette_people.html",
        accounts=accounts,
        unlocks=_unlocks(visit, accounts),
        views=[one for one in own_views(visit, asked_in({})) if query and canonical(query) in canonical(one["name"])],
    )


def unlock_selected(visit: Visit) -> Response:
    """Unlock the selected accounts, as a job: what can be put back is not asked about twice."""
    accounts = listed_accounts(visit)
    if isinstance(accounts, Refused):
        return visit.problem(accounts, USERS)
    if not accounts:
        return visit.problem(Refused("jobs.nothing_selected"), USERS)
    outcome = visit.run_with_reason(start_unlocks, StartJob(accounts, reason=visit.form.get("reason", "")))
    if isinstance(outcome, Refused):
        return visit.problem(outcome, USERS)
    return visit.go(f"/console/jobs/{outcome.job}")


@signed_in
def export_users(visit: Visit, _: SessionShown) -> Response:
    """Send what the search finds as a file; that it was taken is recorded."""
    search = asked_in(visit.form).search()
    begun = visit.run(export_found, ExportFound(search))
    return visit.problem(begun, USERS) if isinstance(begun, Refused) else people_file(search, visit.run)


def _unlocks(visit: Visit, accounts: Sequence[AccountRow]) -> dict[AccountId, dict[str, Any]]:
    """Say of each listed account that is locked whether it may be unlocked."""
    return may_each(visit, _UNLOCK, [UnlockAccount(one.id) for one in accounts if one.lock is not None])


def _groups(visit: Visit, asked: SearchFields) -> tuple[SearchFields, list[tuple[str, str]]]:
    """List groups for the filter; the one that is asked for is among them, and is named by its id from now on.

    So the page's addresses stay right when the group is called something else.
    """
    listed = visit.run(list_groups, ListGroups(limit=_MOST_GROUPS))
    found = [] if isinstance(listed, Refused) else [row.group for row in listed.groups]
    with visit.reading() as call:
        wanted = named(call, asked.group) if asked.group and found else None
    if wanted is not None:
        asked = replace(asked, group=str(wanted.id))
        found += [wanted] if wanted not in found else []
    return asked, [(str(group.id), group.name) for group in found]


def _pager(visit: Visit, asked: SearchFields, found: Found) -> dict[str, Any]:
    kept = asked.carried
    first = f"{USERS}?{urlencode(kept)}" if "cursor" in visit.query else None
    following = None if found.next is None else f"{USERS}?{urlencode({**kept, 'cursor': found.next})}"
    return {"shown": len(found.accounts), "first": first, "next": following}
