"""One's own history: everything that was done to one's sign-in, by whom and why."""

from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.visit import Visit
from doorward.features.directory.actions import view_me, view_own_history
from doorward.features.directory.model import ViewMe, ViewOwnHistory
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused

_ADDRESS = "/me?tab=history"


@signed_in
def show_history(visit: Visit, shown: SessionShown) -> Response:
    """Show a page of it, newest first."""
    before = visit.query.get("before")
    me, found = visit.run(view_me, ViewMe()), visit.run(view_own_history, ViewOwnHistory(before_id=before))
    if isinstance(me, Refused):
        return visit.problem(me)
    if isinstance(found, Refused):
        return visit.problem(found, _ADDRESS)
    following = None if found.next_id is None else f"{_ADDRESS}&before={found.next_id}"
    page = {"shown": len(found.entries), "first": _ADDRESS if before else None, "next": following}
    return visit.show(
        "me_history.html",
        **shell(visit, shown),
        account=me.account,
        history=list(found.entries),
        page=page,
        removed_until=found.removed_until,
    )
