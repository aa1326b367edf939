"""The two steps that nearly every sign-in consists of, answered without the framework's machinery.

FastAPI takes a millisecond of the interpreter for a sign-in: routing, dependencies and the layers around them, for two
requests that need none of it. The routes stay declared in `signin`, which describes them; shapes, handlers and refusals
are the same here, and a test holds both ways together, byte by byte.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Response
from pydantic import ValidationError

from doorward.doors.api import signin
from doorward.doors.api.answers import problem_response
from doorward.doors.api.asked import Asked, as_anybody
from doorward.doors.api.given import Body
from doorward.doors.api.reading import refused_input
from doorward.doors.api.routing import PREFIX, StrictRequest, judge
from doorward.doors.web.arrival import arrival_of
from doorward.doors.web.failures import failure
from doorward.edges.run import LostRace
from doorward.edges.sql.engine import DatabaseBusy
from doorward.kernel.outcome import Refused

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Way = tuple[type[Body], Callable[[Any, Asked], Awaitable[Response]]]

WAYS: Mapping[str, Way] = {
    f"{PREFIX}/sign-in": (signin.Credentials, signin.start_sign_in),
    f"{PREFIX}/sign-in/code": (signin.CodeBody, signin.sign_in_with_code),
}
"""The addresses that are answered here when they are posted to, with what they take and who answers."""
_MISSING = {"type": "missing", "loc": ("body",), "msg": "Field required"}


class Straight:
    """Stands in front of the API."""

    def __init__(self, api: FastAPI) -> None:
        """Take the API, which answers everything else."""
        self._api = api

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a step here, and lead every other request to the API."""
        way = WAYS.get(scope["path"]) if scope["method"] == "POST" else None
        if way is None:
            await self._api(scope, receive, send)
            return
        scope["app"] = self._api
        response = await _answered(way, StrictRequest(scope, receive))
        await response(scope, receive, send)


async def _answered(way: Way, request: StrictRequest) -> Response:
    """Answer a step; what failed for want of the database is told, and what nobody foresaw is the gate's to tell."""
    shape, handler = way
    try:
        given = await _read(shape, request)
        if not isinstance(given, Refused):
            return await handler(given, as_anybody(request))
    except (DatabaseBusy, LostRace) as error:
        given = failure(error)
    return problem_response(given, arrival_of(request.scope).reference)


async def _read(shape: type[Body], request: StrictRequest) -> Body | Refused:
    """Read the body, as strictly as every route does."""
    refused = await judge(request, ())
    if refused is not None:
        return refused
    if not await request.body():
        return refused_input([_MISSING])
    try:
        return shape.model_validate(request.parsed, from_attributes=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return refused_input([{**one, "loc": ("body", *one["loc"])} for one in found])
