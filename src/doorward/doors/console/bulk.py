"""Acts on many users at once: asked about on a page that names the count, then worked off as a job (LOCK-12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in
from doorward.doors.console.pages import at_field
from doorward.doors.console.searching import SearchFields, asked_in
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.jobs.actions.starting import START_ACTS, count_found, name_selected
from doorward.features.jobs.model import CountFound, JobKind, NameSelected, StartJob
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Refused

USERS = "/console/users"
_NAMED = 12
"""At most this many of the selected are named; the others are counted."""
_FIELDS = {"request.reason": "reason", "jobs.count_differs": "count"}
_ACTS = {kind: start.act for kind, start in START_ACTS.items()}
_TYPED = frozenset({JobKind.RESETS, JobKind.EXCLUSIONS})
"""What has no way back: the number of accounts must be typed."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom an act is about: the selected, or everyone whom a search finds."""

    accounts: tuple[AccountId, ...]
    asked: SearchFields | None
    count: int

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Return what a form or an address says of them."""
        if self.asked is None:
            return [("account", str(one)) for one in self.accounts]
        return [("everyone", "1"), *self.asked.carried.items()]


def show_bulk(visit: Visit) -> Response:
    """Ask whether it is meant: how many, whom, what follows; following the address changes nothing."""
    kind = _kind(visit.query.get("act", JobKind.UNLOCKS))
    if kind is None:
        return visit.problem(Refused("request.not_found"), USERS)
    chosen = _chosen(visit, kind, visit.query, tuple(visit.request.query_params.getlist("account")))
    if isinstance(chosen, Refused) and chosen.code == "jobs.nothing_selected":
        chosen = Chosen((), None, 0)
    return _page(visit, kind, chosen, None)


def take_bulk(visit: Visit) -> Response:
    """Begin the job, unless the number that was typed is not the number that it is about."""
    kind = _kind(visit.form.get("act", ""))
    if kind is None:
        return visit.problem(Refused("request.not_found"), USERS)
    chosen = _chosen(visit, kind, visit.form, visit.chosen)
    if isinstance(chosen, Refused):
        return visit.problem(chosen, USERS)
    typed = whole_number(visit.form.get("count", "").replace(",", ""))
    if kind in _TYPED and chosen.count > 1 and typed != chosen.count:
        return _page(visit, kind, chosen, Refused("jobs.count_differs", {"count": chosen.count}))
    search = None if chosen.asked is None else chosen.asked.search()
    command = StartJob(chosen.accounts, search, visit.form.get("reason", ""))
    outcome = visit.run_with_reason(START_ACTS[kind], command)
    if isinstance(outcome, Refused):
        return _page(visit, kind, chosen, outcome)
    return visit.go(f"/console/jobs/{outcome.job}")


def permissions_for_many(shown: SessionShown) -> dict[str, dict[str, Any]]:
    """Say of each act for many whether it is allowed, and why not."""
    return {kind.value: may(shown, act) for kind, act in _ACTS.items()}


def _kind(named: str) -> JobKind | None:
    """Read which act is meant; what is no kind of job is done one account at a time."""
    return JobKind(named) if named in set(JobKind) else None


def _chosen(visit: Visit, kind: JobKind, said: Mapping[str, str], listed: tuple[str, ...]) -> Chosen | Refused:
    """Read whom it is about; everyone is counted anew each time, so that nobody confirms an old number."""
    if said.get("everyone") == "1":
        asked = asked_in(said)
        counted = visit.run(count_found, CountFound(kind, asked.search()))
        return counted if isinstance(counted, Refused) else Chosen((), asked, counted.count)
    found = dict.fromkeys(parse_id(text) for text in listed)
    if None in found:
        return Refused("accounts.not_found")
    accounts = tuple(AccountId(one) for one in found if one is not None)
    return Chosen(accounts, None, len(accounts)) if accounts else Refused("jobs.nothing_selected")


@signed_in
def _page(
    visit: Visit, shown: SessionShown, kind: JobKind, chosen: Chosen | Refused, refused: Refused | None
) -> Response:
    if isinstance(chosen, Refused):
        return visit.problem(chosen, USERS)
    named = visit.run(name_selected, NameSelected(chosen.accounts[:_NAMED]))
    if isinstance(named, Refused):
        return visit.problem(named, "/me")
    errors = at_field(refused, _FIELDS)
    return visit.form_page(
        "users_bulk.html",
        refused,
        errors,
        **shell(visit, shown),
        act=kind.value,
        may=may(shown, _ACTS[kind]),
        count=chosen.count,
        names=list(named.names),
        asked=None if chosen.asked is None else chosen.asked.filters,
        carried=chosen.carried,
        typed=kind in _TYPED and chosen.count > 1,
        back=_back(chosen),
        form={"reason": visit.form.get("reason", "")},
    )


def _back(chosen: Chosen) -> str:
    kept = {} if chosen.asked is None else chosen.asked.carried
    return USERS + (f"?{urlencode(kept)}" if kept else "")
