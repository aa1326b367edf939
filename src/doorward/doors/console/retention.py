"""How long the audit trail is kept, and what was removed from its old end (AUDIT-4)."""

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in, word_for
from doorward.doors.console.visit import Visit, whole_number
from doorward.features.audit.actions import list_checkpoints
from doorward.features.audit.model import ListCheckpoints
from doorward.features.policy.actions import bounds, change_audit_settings, read_audit_settings
from doorward.features.policy.model import ChangeAuditSettings, ReadAuditSettings
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

_PAGE, _DAYS = "/console/audit/retention", "audit_retention_days"
_CHANGE = change_audit_settings.act


def show_retention(visit: Visit) -> Response:
    """Show how long entries are kept, and each run of removals."""
    return _page(visit, None)


def take_retention(visit: Visit) -> Response:
    """Change how long entries are kept."""
    days = whole_number(visit.form.get(_DAYS, ""))
    if days is None:
        least, most = bounds()[_DAYS]
        return _page(visit, Refused("policy.out_of_bounds", {"key": _DAYS, "least": least, "most": most}))
    command = ChangeAuditSettings({_DAYS: days}, visit.form.get("reason", ""), visit.version)
    outcome = visit.run_with_reason(change_audit_settings, command)
    if isinstance(outcome, Refused):
        return _page(visit, outcome)
    return visit.go(f"{_PAGE}?done={word_for(outcome, 'saved')}")


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None) -> Response:
    read = visit.run(read_audit_settings, ReadAuditSettings())
    before = whole_number(visit.query.get("before", ""))
    found = visit.run(list_checkpoints, ListCheckpoints(before_number=before))
    if isinstance(read, Refused):
        return visit.problem(read, "/console")
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    errors = {} if refused is None else _errors(refused)
    following = None if found.next_number is None else f"{_PAGE}?before={found.next_number}"
    return visit.form_page(
        "audit_retention.html",
        refused,
        errors,
        **shell(visit, shown),
        days=read.settings.audit_retention_days if refused is None else visit.form.get(_DAYS, ""),
        version=read.version,
        checkpoints=found.checkpoints,
        page={"shown": len(found.checkpoints), "first": _PAGE if before else None, "next": following},
        may={"change": may(shown, _CHANGE)},
    )


def _errors(refused: Refused) -> dict[str, str]:
    match refused.code:
        case "request.reason":
            return {"reason": sentence(refused)}
        case "policy.out_of_bounds":
            return {"days": "Write 0 to keep entries for ever, or a number of days from 31 to 36500."}
        case _:
            return {}
