"""Audit and mail, as operators read them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in, word_for
from doorward.doors.console.visit import Visit
from doorward.doors.web.downloads import audit_file
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Account
from doorward.features.audit.actions import export_entries, known_acts, list_entries
from doorward.features.audit.model import EntriesPage, ExportEntries, ExportFormat, Filter, ListEntries
from doorward.features.notices.actions import list_mail, retry_mail
from doorward.features.notices.model import ListMail, Mail, MailState, RetryMail
from doorward.features.rights.actions.facts import reaches
from doorward.features.sessions.model import SessionShown
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Refused

_AUDIT, _MAIL = "/console/audit", "/console/mail"
_EXPORT, _RETRY = export_entries.act, retry_mail.act
_FILTERS = ("actor", "target", "act", "after", "before", "reference")
_UNDELIVERED = "undelivered"
_STATES = {one.value for one in MailState} | {_UNDELIVERED}


@signed_in
def show_audit(visit: Visit, shown: SessionShown) -> Response:
    """Show the audit trail; the page itself is an act, and recorded once."""
    filters = {name: visit.query.get(name, "").strip() for name in _FILTERS}
    asked, errors = _filter(visit, filters, "audit:read")
    cursor = parse_id(visit.query["cursor"]) if "cursor" in visit.query else None
    if "cursor" in visit.query and cursor is None:
        return visit.problem(Refused("list.cursor"), _AUDIT)
    found = visit.run(list_entries, ListEntries(asked, before_id=cursor)) if not errors else _nothing(shown)
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    kept = {name: value for name, value in filters.items() if value}
    return visit.show(
        "audit.html",
        **shell(visit, shown),
        filters=filters,
        acts=known_acts(),
        entries=list(found.entries),
        removed_until=found.removed_until,
        page=_pager(visit, _AUDIT, kept, len(found.entries), found.next_id),
        errors=errors,
        may={"export": may(shown, _EXPORT)},
    )


@signed_in
def export_audit(visit: Visit, shown: SessionShown) -> Response:
    """Send what the filters find as a file; without the right nothing is said of the filters' names."""
    filters = {name: visit.form.get(name, "").strip() for name in _FILTERS}
    asked, errors = _filter(visit, filters, "audit:export")
    form = visit.form.get("format", "")
    if errors and "audit:export" in shown.rights:
        return visit.go(f"{_AUDIT}?{urlencode(filters)}")
    if form not in set(ExportFormat):
        return visit.problem(Refused("request.malformed", {"detail": "a file is csv or jsonl"}), _AUDIT)
    wanted = ExportEntries(asked, ExportFormat(form))
    begun = visit.run(export_entries, wanted)
    return visit.problem(begun, _AUDIT) if isinstance(begun, Refused) else audit_file(begun, wanted, visit.run)


@signed_in
def show_mail(visit: Visit, shown: SessionShown) -> Response:
    """Show the outbox: to whom, what kind, whether it arrived; never what it says."""
    state = visit.query.get("state", "")
    state = state if state in _STATES else ""
    command = ListMail(
        state=MailState(state) if state and state != _UNDELIVERED else None,
        undelivered=state == _UNDELIVERED,
        before_id=parse_id(visit.query.get("cursor", "")),
    )
    found = visit.run(list_mail, command)
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    return visit.show(
        "mail.html",
        **shell(visit, shown),
        state=state,
        mails=list(found.mails),
        people=_people(visit, found.mails),
        may={"retry": may(shown, _RETRY)},
        page=_pager(visit, _MAIL, {"state": state} if state else {}, len(found.mails), found.next_id),
    )


def retry(visit: Visit) -> Response:
    """Try waiting and failed mail again now: one, or all of it."""
    named = visit.request.path_params.get("mail")
    mail = None if named is None else parse_id(named)
    if named is not None and mail is None:
        return visit.problem(Refused("notices.not_found"), _MAIL)
    outcome = visit.run(retry_mail, RetryMail(mail))
    if isinstance(outcome, Refused):
        return visit.problem(outcome, _MAIL)
    return visit.go(f"{_MAIL}?done={word_for(outcome, 'retried')}")


def _nothing(shown: SessionShown) -> EntriesPage | Refused:
    """Return the page of a filter that cannot be read; who may not read the trail learns nothing of names from it."""
    missing = "audit:read" not in shown.rights
    return Refused("rights.missing", {"right": "audit:read"}) if missing else EntriesPage((), None)


def _filter(visit: Visit, filters: dict[str, str], right: str) -> tuple[Filter, dict[str, str]]:
    """Read the filters as they were typed, for an act under this right; what cannot be read is told at its field."""
    errors: dict[str, str] = {}
    target = None
    if filters["target"]:
        target = _account_named(visit, filters["target"], right)
        if target is None:
            errors["target"] = "Nobody has this user name."
    times: dict[str, datetime | None] = {}
    for name in ("after", "before"):
        times[name] = _instant(filters[name])
        if filters[name] and times[name] is None:
            errors[name] = "Write it as 2026-05-04T12:00, in UTC."
    asked = Filter(
        account=target,
        actor=filters["actor"] or None,
        act=filters["act"] or None,
        after=times["after"],
        before=times["before"],
        reference=filters["reference"] or None,
    )
    return asked, errors


def _account_named(visit: Visit, typed: str, right: str) -> AccountId | None:
    """Find the account that an id or a name means; one that the visitor does not reach is nobody's (RIGHT-3)."""
    given = parse_id(typed)
    if given is not None:
        return AccountId(given)
    with visit.reading_within(right) as call:
        standing = accounts.find(call, typed)
        within = standing is not None and reaches(call, standing.account.id)
    return standing.account.id if standing is not None and within else None


def _instant(typed: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(typed)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day there are have no hour before or after them
        return None


def _people(visit: Visit, mails: tuple[Mail, ...]) -> dict[AccountId, Account]:
    with visit.reading() as call:
        return accounts.people(call, list({mail.account for mail in mails}))


def _pager(visit: Visit, address: str, kept: dict[str, str], shown: int, following: UUID | None) -> dict[str, Any]:
    """Return the way through a long list: its first page, and the one after this."""
    first = f"{address}?{urlencode(kept)}" if "cursor" in visit.query else None
    after = None if following is None else f"{address}?{urlencode({**kept, 'cursor': str(following)})}"
    return {"shown": shown, "first": first, "next": after}
