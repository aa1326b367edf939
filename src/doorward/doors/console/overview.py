"""Overview: what needs somebody now, and the last 30 days."""

from dataclasses import asdict
from datetime import timedelta

from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.visit import Visit
from doorward.features.directory.actions import view_overview
from doorward.features.directory.model import ViewOverview
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused


@signed_in
def home(visit: Visit, shown: SessionShown) -> Response:
    """Lead to the console, or to one's own page where there is nothing to operate (RIGHT-6)."""
    return visit.go("/console" if shown.rights else "/me")


@signed_in
def show_overview(visit: Visit, shown: SessionShown) -> Response:
    """Show the figures, each of which leads to its list."""
    figures = visit.run(view_overview, ViewOverview())
    if isinstance(figures, Refused):
        return visit.problem(figures, "/me")
    return visit.show(
        "overview.html",
        **shell(visit, shown),
        figures=figures,
        days=[{**asdict(one), "next": one.day + timedelta(days=1)} for one in figures.days],
    )
