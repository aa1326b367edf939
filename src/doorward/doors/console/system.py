"""The server itself, as operators look at it."""

from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.visit import Visit
from doorward.features.sessions.model import SessionShown
from doorward.features.system.actions import view_system
from doorward.features.system.model import ViewSystem
from doorward.kernel.outcome import Refused


@signed_in
def show_system(visit: Visit, shown: SessionShown) -> Response:
    """Show version, database and duties, and how each thing is."""
    found = visit.run(view_system, ViewSystem())
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    return visit.show("system.html", **shell(visit, shown), facts=found.facts, findings=found.findings)
