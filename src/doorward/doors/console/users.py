"""Users: the search, its saved views, and unlocking many."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console.operator import by_right, listed_accounts, shell, signed_in
from doorward.doors.console.visit import Visit
from doorward.features.directory.actions import count_locked, search_accounts
from doorward.features.directory.model import CountLocked, Found, Search
from doorward.features.jobs.actions import show_job, start_unlocks
from doorward.features.jobs.model import JobShown, ShowJob, StartUnlocks
from doorward.features.second_factor.model import FactorState
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import JobId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.refusals import REFUSALS
from doorward.kernel.sentences import sentence

_USERS = "/console/users"
_FILTERS = ("query", "second_factor", "locked", "enabled")
_PALETTE = 8
_FACTOR_STATES = {one.value for one in FactorState}


def show_users(visit: Visit) -> Response:
    """Show what the search finds; every search has an address."""
    shown = signed_in(visit)
    return shown if isinstance(shown, Response) else _page(visit, shown)


def show_palette(visit: Visit) -> Response:
    """Show the people that the palette finds."""
    shown = signed_in(visit)
    if isinstance(shown, Response):
        return shown
    query = visit.query.get("query", "").strip()
    found = visit.run(search_accounts, Search(query, limit=_PALETTE))
    if isinstance(found, Refused):
        return visit.problem(found)
    return visit.show("palette_people.html", accounts=list(found.accounts) if query else [])


def unlock_selected(visit: Visit) -> Response:
    """Unlock the selected accounts, as a job."""
    accounts = listed_accounts(visit)
    if isinstance(accounts, Refused):
        return visit.problem(accounts, _USERS)
    if not accounts:
        return visit.problem(Refused("jobs.nothing_selected"), _USERS)
    return _start(visit, StartUnlocks(accounts=accounts, reason=visit.form.get("reason", "")))


def unlock_everyone(visit: Visit) -> Response:
    """Unlock everybody whom a search finds locked, as a job."""
    query, reason = visit.form.get("query", ""), visit.form.get("reason", "")
    return _start(visit, StartUnlocks(everyone_found=True, query=query, reason=reason))


def show_progress(visit: Visit) -> Response:
    """Show how far a job is, and what came of each account."""
    shown = signed_in(visit)
    if isinstance(shown, Response):
        return shown
    job = parse_id(visit.request.path_params["job"])
    progress = Refused("jobs.not_found") if job is None else visit.run(show_job, ShowJob(JobId(job)))
    if not isinstance(progress, JobShown):
        return visit.problem(progress, _USERS)
    codes = {item.code for item in progress.items if item.code}
    sentences = {code: sentence(Refused(code)) for code in codes if code in REFUSALS}
    return visit.show("job.html", **shell(visit, shown), shown=progress, sentences=sentences)


def _start(visit: Visit, command: StartUnlocks) -> Response:
    outcome = visit.run_with_reason(start_unlocks, command)
    if isinstance(outcome, Refused):
        return visit.problem(outcome, _USERS)
    return visit.go(f"/console/jobs/{outcome.job}")


def _page(visit: Visit, shown: SessionShown) -> Response:
    filters = _filters(visit)
    found = visit.run(search_accounts, _search(visit, filters))
    if isinstance(found, Refused):
        return visit.problem(found, _USERS)
    stage = "unlock-everyone" if visit.query.get("stage") == "unlock-everyone" else None
    return visit.show(
        "users.html",
        **shell(visit, shown),
        filters=filters,
        accounts=list(found.accounts),
        may_unlock=by_right(shown, "users:unlock"),
        found=None,
        page=_pager(visit, found),
        stage=stage,
        everyone=_everyone(visit, filters["query"]) if stage else None,
    )


def _everyone(visit: Visit, query: str) -> int | None:
    """Count the automatic locks that a search finds: those that unlocking everybody would lift (LOCK-12)."""
    counted = visit.run(count_locked, CountLocked(query))
    return None if isinstance(counted, Refused) else counted.automatic


def _filters(visit: Visit) -> dict[str, Any]:
    return {
        "query": visit.query.get("query", ""),
        "second_factor": visit.query.get("second_factor", ""),
        "locked": visit.query.get("locked") == "1",
        "enabled": visit.query.get("enabled", ""),
    }


def _search(visit: Visit, filters: dict[str, Any]) -> Search:
    """Put the page's filters as a search; what they do not know does not filter."""
    state = filters["second_factor"]
    return Search(
        query=filters["query"],
        locked=filters["locked"],
        second_factor=FactorState(state) if state in _FACTOR_STATES else None,
        without_factor=state == "none",
        enabled={"1": True, "0": False}.get(filters["enabled"]),
        cursor=visit.query.get("cursor"),
    )


def _pager(visit: Visit, found: Found) -> dict[str, Any]:
    kept = {name: visit.query[name] for name in _FILTERS if visit.query.get(name)}
    first = f"{_USERS}?{urlencode(kept)}" if "cursor" in visit.query else None
    following = None if found.next is None else f"{_USERS}?{urlencode({**kept, 'cursor': found.next})}"
    return {"shown": len(found.accounts), "first": first, "next": following}
