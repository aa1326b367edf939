"""Routes: each stands beside the act that it leads to, its answer, and the codes that it may refuse with."""

import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from doorward.doors.api.answers import problem_response
from doorward.doors.api.reading import judge_no_body, judge_query, read_json, said_query
from doorward.doors.web.arrival import arrival_of
from doorward.doors.web.cookies import has_own_cookie
from doorward.doors.web.problems import MEDIA_TYPE
from doorward.doors.web.same_origin import judge_origin
from doorward.edges.call import Steps
from doorward.kernel.act import Action
from doorward.kernel.outcome import Refused
from doorward.kernel.refusals.table import REFUSALS

PREFIX = "/api/v1"

Step = Callable[[Any], Steps]
Leads = Action[Any, Any] | Step
Handler = Callable[..., Any]
Answers = type[BaseModel] | Mapping[str, Any]
"""The shape that a route answers with; of a file, how the document describes it."""

_ALWAYS = ("request.malformed", "request.unknown_field", "server.failed", "database.busy")
_WITH_BODY = ("request.too_large", "request.cross_origin")
_WITH_PROTECTION = ("protection.required", "protection.wrong", "otp.malformed", "signin.busy")
_WITH_SESSION = ("session.required", "rights.missing", "session.second_factor_required")


@dataclass(frozen=True, slots=True)
class Led:
    """A route and what it leads to: an action, or a step of sign-in."""

    method: str
    path: str
    leads: Leads


class StrictRequest(Request):
    """A request whose body has been read strictly already."""

    parsed: object = None

    async def json(self) -> Any:
        """Return what was read."""
        return self.parsed


class StrictRoute(APIRoute):
    """A route that looks at the origin, the query and the body before anything else does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the strict reader in front of the route."""
        handle = super().get_route_handler()
        query = [field.alias for field in self.dependant.query_params]

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            refused = await judge(strict, query)
            if refused is None and self.body_field is None:
                refused = judge_no_body(strict.parsed)
            if refused is not None:
                return problem_response(refused, arrival_of(request.scope).reference)
            strict.scope["query_string"] = said_query(strict.scope["query_string"])
            return await handle(strict)

        return strictly


class Routes:
    """The routes of one feature."""

    def __init__(self, tag: str) -> None:
        """Begin without any."""
        self.router = APIRouter(prefix=PREFIX, tags=[tag], route_class=StrictRoute, redirect_slashes=False)
        self.led: list[Led] = []

    def on(
        self, route: str, leads: Leads, shape: Answers, codes: Iterable[str] = (), status: int = 200
    ) -> Callable[[Handler], Handler]:
        """Declare a route (`POST /accounts/{account}/unlock`), what it leads to, its answer and its refusals."""
        method, path = route.split(" ")
        answers = dict(shape) if isinstance(shape, Mapping) else {"model": shape}
        self.led.append(Led(method, PREFIX + path, leads))

        def declare(handler: Handler) -> Handler:
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                status_code=status,
                summary=_summary(handler),
                description=_description(handler),
                operation_id=handler.__name__,
                response_description="Done",
                responses={status: answers, **_refusals(method, leads, [*codes, *_protected(path, leads)])},
                openapi_extra=_told(leads, codes),
            )
            return handler

        return declare


async def judge(request: StrictRequest, query: Iterable[str]) -> Refused | None:
    """Refuse a request of foreign origin, with unknown parameters, or with a body that cannot be read."""
    if has_own_cookie(request.scope):
        refused = judge_origin(request.scope, request.app.state.plug.runtime.site.public_url)
        if refused is not None:
            return refused
    refused = judge_query(request.scope["query_string"], query)
    body = await request.body()
    if refused is not None or not body:
        return refused
    parsed = read_json(body, request.headers.get("content-type"))
    if isinstance(parsed, Refused):
        return parsed
    request.parsed = parsed
    return None


def _summary(handler: Handler) -> str:
    return (handler.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def _description(handler: Handler) -> str:
    """Return the rest of a docstring, with its example as code."""
    text = inspect.cleandoc(handler.__doc__ or "").partition("\n")[2].strip()
    return "\n\n".join(f"```sh\n{one}\n```" if one.startswith("curl ") else one for one in text.split("\n\n"))


def _told(leads: Leads, codes: Iterable[str]) -> dict[str, Any]:
    """Say in the document which act a route leads to, and under which right and event.

    A step is for whoever has no session yet, unless it can refuse for want of one.
    """
    if isinstance(leads, Action):
        return {"x-act": leads.act.name, "x-right": leads.act.right, "x-event": leads.act.event}
    return {"x-act": leads.__name__} | ({} if "session.required" in codes else {"security": []})


def _protected(path: str, leads: Leads) -> tuple[str, ...]:
    """Name what a change to an account that may be protected refuses besides (PROT-1)."""
    about_an_account = "{account}" in path or path.startswith("/me")
    changes = isinstance(leads, Action) and leads.act.changes and about_an_account
    return _WITH_PROTECTION if changes else ()


def _refusals(method: str, leads: Leads, codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of a route, by status."""
    every = [*codes, *_ALWAYS]
    if method != "GET":
        every += _WITH_BODY
    if isinstance(leads, Action):
        every += _WITH_SESSION if leads.act.right else _WITH_SESSION[:1]
    told: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys(every):
        one = told.setdefault(REFUSALS[code].status, {"description": "", "content": {MEDIA_TYPE: {"schema": PROBLEM}}})
        one["description"] = ", ".join(filter(None, [one["description"], f"`{code}`"]))
    return told


PROBLEM = {"$ref": "#/components/schemas/Problem"}
"""Where the document describes problem details."""
