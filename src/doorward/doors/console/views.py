"""Saved views: searches that an operator keeps under names of their own, shown above the search."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console.searching import SearchFields, asked_for, asked_in
from doorward.doors.console.visit import Visit
from doorward.features.views.actions import delete_view, list_views, rename_view, save_view
from doorward.features.views.model import DeleteView, ListViews, RenameView, SaveView
from doorward.kernel.outcome import Refused

_USERS = "/console/users"


def save(visit: Visit) -> Response:
    """Keep the search that the page shows under a name."""
    asked = asked_in(visit.form)
    outcome = visit.run(save_view, SaveView(visit.form.get("name", ""), asked.search()))
    return visit.problem(outcome, _address(asked)) if isinstance(outcome, Refused) else visit.go(_address(asked))


def rename(visit: Visit) -> Response:
    """Give a view another name."""
    asked = asked_in(visit.form)
    command = RenameView(visit.form.get("view", ""), visit.form.get("name", ""))
    outcome = visit.run(rename_view, command)
    return visit.problem(outcome, _address(asked)) if isinstance(outcome, Refused) else visit.go(_address(asked))


def delete(visit: Visit) -> Response:
    """Forget a view."""
    asked = asked_in(visit.form)
    outcome = visit.run(delete_view, DeleteView(visit.form.get("view", "")))
    return visit.problem(outcome, _address(asked)) if isinstance(outcome, Refused) else visit.go(_address(asked))


def own_views(visit: Visit, asked: SearchFields) -> list[dict[str, Any]]:
    """Return one's own views as the page shows them: name, address, and whether it is the present search."""
    listed = visit.run(list_views, ListViews())
    if isinstance(listed, Refused):
        return []
    present = asked.search().spelled()
    return [
        {
            "name": view.name,
            "href": _address(asked_for(view.search)),
            "current": view.search.spelled() == present,
        }
        for view in listed.views
    ]


def _address(asked: SearchFields) -> str:
    kept = asked.carried
    return _USERS + (f"?{urlencode(kept)}" if kept else "")
