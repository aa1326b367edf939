"""Three addresses for whoever watches the server: is it alive, can it work, and its figures."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import structlog

from doorward.doors.web.arrival import Networks, arrival_of
from doorward.doors.web.metrics import MEDIA_TYPE, Metrics
from doorward.doors.web.problems import problem
from doorward.edges.run import Runtime
from doorward.edges.sql import promises, schema
from doorward.kernel.outcome import Refused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_TEXT = b"text/plain; charset=utf-8"
_TAKEN = "GET, HEAD"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """Answers at `/healthz`, `/readyz` and `/metrics`."""

    runtime: Runtime
    metrics: Metrics
    proxies: Networks = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        path = scope["path"]
        if scope["method"] not in _TAKEN.split(", "):
            facts = {"method": scope["method"], "allowed": _TAKEN}
            await _refuse(scope, send, Refused("request.method_not_allowed", facts), (b"allow", _TAKEN.encode()))
        elif path == "/healthz":
            await _answer(send, _TEXT, b"alive\n")
        elif path == "/readyz":
            ready = await asyncio.to_thread(self._ready)
            await (_answer(send, _TEXT, b"ready\n") if ready else _refuse(scope, send, Refused("server.starting")))
        elif self._near(arrival_of(scope).address):
            await _answer(send, MEDIA_TYPE.encode(), await asyncio.to_thread(self.metrics.page))
        else:
            await _refuse(scope, send, Refused("request.not_found"))

    def _ready(self) -> bool:
        """Return whether the database answers, can confirm what is written, and has what this program knows.

        A newer version of its generation has it as well: nodes are upgraded one after the other.
        """
        try:
            with self.runtime.database.read() as sql:
                if promises.unconfirmed(sql):
                    _log.warning("the database waits for a standby, and none is there")
                    return False
                return schema.standing(sql) in {schema.SchemaStanding.CURRENT, schema.SchemaStanding.AHEAD}
        except Exception as error:  # noqa: BLE001 - whatever it is, the server cannot work
            _log.warning("the database does not answer", error=str(error))
            return False

    def _near(self, address: str) -> bool:
        """Figures are for this machine and for the proxy's network, not for visitors."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return parsed.is_loopback or any(parsed in network for network in self.proxies)


async def _answer(send: Send, media_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(scope: Scope, send: Send, refused: Refused, *more: tuple[bytes, bytes]) -> None:
    told = problem(refused, arrival_of(scope).reference)
    await send({"type": "http.response.start", "status": told.status, "headers": [*told.headers, *more]})
    await send({"type": "http.response.body", "body": told.body})
