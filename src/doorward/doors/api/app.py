"""The API as one ASGI application: `/api/v1`, its document and its page."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from doorward.doors.api import (
    account_protection,
    accounts,
    allowlist,
    applications,
    audit,
    devices,
    factors,
    group_roles,
    groups,
    jobs,
    links,
    lockout,
    notices,
    own_account,
    passkeys,
    policy,
    rights,
    roles,
    rule_sets,
    second_factor,
    sessions,
    signin,
    tokens,
    views,
)
from doorward.doors.api.answers import problem_response
from doorward.doors.api.asked import ApiPlug, TurnedAway
from doorward.doors.api.docs_page import add_documents
from doorward.doors.api.reading import refused_input
from doorward.doors.api.routing import Led
from doorward.doors.web.arrival import arrival_of
from doorward.doors.web.failures import failure
from doorward.edges.run import LostRace, Runtime
from doorward.edges.sql.engine import DatabaseBusy
from doorward.edges.steps import LoopDriver
from doorward.kernel.outcome import Refused
from doorward.kernel.version import VERSION

_FEATURES = (
    signin.routes,
    views.routes,
    links.routes,
    sessions.routes,
    devices.routes,
    own_account.routes,
    passkeys.routes,
    account_protection.routes,
    accounts.routes,
    groups.routes,
    lockout.routes,
    second_factor.routes,
    allowlist.routes,
    tokens.routes,
    rights.routes,
    factors.routes,
    group_roles.routes,
    roles.routes,
    jobs.routes,
    policy.routes,
    rule_sets.routes,
    applications.routes,
    audit.routes,
    notices.routes,
)
LED: tuple[Led, ...] = tuple(led for routes in _FEATURES for led in routes.led)
"""Every route of `/api/v1` and the acts that it leads to."""
PAGES = frozenset({"/openapi.json", "/docs"})
"""The addresses of this door that lie outside `/api/v1`."""


def owns(path: str) -> bool:
    """Return whether an address belongs to this door."""
    return path in PAGES or path.startswith("/api/")


def build(runtime: Runtime, driver: LoopDriver) -> FastAPI:
    """Put the API together; the gate stands in front of it."""
    app = FastAPI(
        title="Doorward",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            TurnedAway: _turned_away,
            RequestValidationError: _not_understood,
            HTTPException: _not_routed,
            DatabaseBusy: _failed,
            LostRace: _failed,
            Exception: _failed,
        },
    )
    app.state.plug = ApiPlug(runtime, driver)
    for routes in _FEATURES:
        app.include_router(routes.router)
    add_documents(app)
    return app


def _refuse(request: Request, refused: Refused) -> Response:
    return problem_response(refused, arrival_of(request.scope).reference)


async def _turned_away(request: Request, error: Exception) -> Response:
    refused = error.refused if isinstance(error, TurnedAway) else failure(error)
    return _refuse(request, refused)


async def _not_understood(request: Request, error: Exception) -> Response:
    refused = refused_input(error.errors()) if isinstance(error, RequestValidationError) else failure(error)
    return _refuse(request, refused)


async def _not_routed(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: an address that leads nowhere, or a method that it does not take."""
    if not isinstance(error, HTTPException) or error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return _refuse(request, Refused("request.not_found"))
    allowed = (error.headers or {}).get("Allow", "")
    response = _refuse(request, Refused("request.method_not_allowed", {"method": request.method, "allowed": allowed}))
    response.headers["allow"] = allowed
    return response


async def _failed(request: Request, error: Exception) -> Response:
    return _refuse(request, failure(error))
