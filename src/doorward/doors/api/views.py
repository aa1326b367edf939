"""One's own saved views: searches of the user list under names of one's own."""

from typing import Annotated, Literal

from fastapi import Path, Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Body
from doorward.doors.api.jobs import AccountFilter
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.features.views.actions import delete_view, list_views, rename_view, save_view
from doorward.features.views.model import DeleteView, ListViews, RenameView, SaveView, View, ViewsListed
from doorward.kernel.outcome import Refused

routes = Routes("own account")

ViewName = Annotated[str, Path(max_length=200, description="the view's name, in any spelling of it")]


class ViewJson(Shape):
    """A view: a name, and the search that it stands for, with the fields of `GET /accounts`."""

    name: str
    query: str
    locked: bool
    second_factor: Literal["set_up", "may_set_up", "blocked", "excluded"] | None
    without_factor: bool = Field(description="only accounts that are on the allowlist or blocked")
    enabled: bool | None
    group: str | None
    lock: Literal["automatic", "by_hand"] | None


class ViewSavedJson(Shape):
    """What came of it, and the view as it is kept."""

    outcome: Literal["done", "unchanged"]
    view: ViewJson


class NewName(Body):
    """What a view is to be called."""

    name: Annotated[str, Field(max_length=200, description="1 to 60 characters, none of them a slash or a control")]


@routes.on("GET /me/views", list_views, Page[ViewJson], ("session.second_factor_required",))
def read_views(asked: Holder) -> Response:
    """List one's own views, by name; they are all on one page."""
    return asked.told(asked.run(list_views, ListViews()), _views)


@routes.on("PUT /me/views/{name}", save_view, ViewSavedJson, ("views.name_malformed", "views.too_many"))
def put_view(name: ViewName, body: AccountFilter, asked: Holder) -> Response:
    r"""Keep a search under a name; the view that has the name already is replaced.

    curl -s -X PUT https://login.example.org/api/v1/me/views/branch%207 -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"query": "branch-7", "locked": true}'
    """
    outcome = asked.run(save_view, SaveView(name, body.search()))
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    return answer(ViewSavedJson(outcome=outcome.status, view=_view(outcome.view)))


@routes.on(
    "POST /me/views/{name}/rename", rename_view, ViewSavedJson,
    ("views.not_found", "views.name_malformed", "views.name_taken"),
)  # fmt: skip
def give_new_name(name: ViewName, body: NewName, asked: Holder) -> Response:
    r"""Give a view another name.

    curl -s https://login.example.org/api/v1/me/views/branch%207/rename -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"name": "branch 7, locked"}'
    """
    outcome = asked.run(rename_view, RenameView(name, body.name))
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    return answer(ViewSavedJson(outcome=outcome.status, view=_view(outcome.view)))


@routes.on("DELETE /me/views/{name}", delete_view, OutcomeJson, ("views.not_found",))
def forget_view(name: ViewName, asked: Holder) -> Response:
    """Forget a view; the accounts that it finds are not touched."""
    return asked.told(asked.run(delete_view, DeleteView(name)), lambda deleted: OutcomeJson(outcome=deleted.status))


def _views(listed: ViewsListed) -> Page[ViewJson]:
    return Page(items=[_view(one) for one in listed.views], next=None)


def _view(view: View) -> ViewJson:
    search = view.search
    return ViewJson(
        name=view.name,
        query=search.query,
        locked=search.locked,
        second_factor=None if search.second_factor is None else search.second_factor.value,
        without_factor=search.without_factor,
        enabled=search.enabled,
        group=search.group,
        lock=None if search.lock is None else search.lock.value,
    )
