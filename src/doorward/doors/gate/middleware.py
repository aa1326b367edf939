"""The gate itself: ASGI around every door."""

from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import structlog

from doorward.doors.gate.activity import Activity
from doorward.doors.gate.answers import FOR_PROGRAMS, Answer, send_refusal
from doorward.doors.gate.body import Gone, read_body
from doorward.doors.gate.confirm import Confirmer
from doorward.doors.gate.forward_auth import PATH, PATHS, ForwardAuth
from doorward.doors.gate.live_sessions import Confirmed, LiveSessions
from doorward.doors.gate.registered_hosts import RegisteredHosts
from doorward.doors.web.arrival import Networks, arrival_of, note_arrival
from doorward.doors.web.credentials import bearer_of, token_of
from doorward.doors.web.failures import failure, loggable
from doorward.doors.web.headers import for_pages, for_programs
from doorward.doors.web.metrics import Metrics
from doorward.edges.logs import what_failed
from doorward.edges.run import Runtime
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Signer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SESSION_PATH = "/api/v1/session"
_REFUSALS = 400
_COME_AGAIN = {429, 503}
"""Answers of floods: thousands a second, and their entries in the trail are joined for the same reason (AUDIT-1)."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the gate needs beside the runtime."""

    threads: Executor
    ticks: Callable[[], float]
    """Seconds that only go forward, also while the machine sleeps: what is remembered grows old then too."""
    metrics: Metrics
    signer: Signer
    """What signs who is there, for the upstreams of other hosts."""
    proxies: Networks = ()
    """Networks whose forwarded headers are believed (`--behind-proxy`)."""


class Gate:
    """Stands in front of every door."""

    def __init__(self, app: App, runtime: Runtime, around: Surroundings) -> None:
        """Take the doors behind, and what the hot path needs to get along without them."""
        self._app = app
        self._entropy = runtime.entropy
        self._proxies = around.proxies
        self._metrics = around.metrics
        tls = runtime.site.public_url.startswith("https:")
        self._pages, self._programs = for_pages(tls=tls), for_programs(tls=tls)
        errands = Confirmer(runtime, around.signer, self._programs)
        self.sessions = LiveSessions(errands.confirm, around.ticks, around.threads)
        self.activity = Activity(errands.touch, around.ticks, around.threads)
        visitors = LiveSessions(errands.confirm_visitors, around.ticks, around.threads)
        hosts = RegisteredHosts(errands.hosts, around.ticks, around.threads)
        self.forward_auth = ForwardAuth(errands, visitors, hosts, around.proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a session check here, and lead everything else to its door."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] in PATHS:
            await self._forward(scope, receive, send)
            return
        work = self._enter
        if scope["path"] == SESSION_PATH and scope["method"] == "GET" and not scope["query_string"]:
            token = token_of(scope)
            known = self.sessions.recall(token) if token else None
            if known is not None:
                self._metrics.recalled.inc()
                await send(known.start)
                await send(known.end)
                return
            work = self._check
        await self._answered(scope, receive, send, work)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a proxy from memory where that may be trusted, else with the database."""
        known = self.forward_auth.recall(scope) if (scope["path"], scope["method"]) == (PATH, "GET") else None
        if known is None:
            await self._answered(scope, receive, send, self._ask)
            return
        self._metrics.recalled.inc()
        await send(known.start)
        await send(known.end)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what forward-auth is asked, from the database."""
        del receive
        if scope["method"] != "GET":
            refused = Refused("request.method_not_allowed", {"method": scope["method"], "allowed": "GET"})
            await send_refusal(scope, send, refused, arrival_of(scope).reference)
            return
        self._metrics.looked_up.inc()
        await self.forward_auth.answer(scope, send, self.activity)

    async def _answered(self, scope: Scope, receive: Receive, send: Send, work: App) -> None:
        """See to it that there is an answer, whatever becomes of the work."""
        reference = note_arrival(scope, self._entropy, self._proxies).reference
        asked_by_programs = scope["path"].startswith(FOR_PROGRAMS) or scope["path"] in PATHS
        answer = Answer(send, self._programs if asked_by_programs else self._pages)
        try:
            await work(scope, receive, answer)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001 - told apart by `failure`, and logged
            refused = failure(error)
            asked = {"method": scope["method"], "path": loggable(scope["path"])}
            _log.error(refused.code, reference=reference, **asked, **what_failed(error))
            if answer.status is None:
                await send_refusal(scope, answer, refused, reference)
        else:
            _log_refusal(scope, answer.status, reference)
        self._metrics.answered(scope["method"], answer.status or 500)

    async def _check(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a session check from the database."""
        del receive
        token, bearer = token_of(scope), bearer_of(scope)
        outcome: Confirmed | Refused = Refused("session.required")
        if token is not None and bearer is not None:
            self._metrics.looked_up.inc()
            outcome = await self.sessions.look_up(token, bearer)
            if isinstance(outcome, Confirmed) and outcome.due is not None:
                self.activity.note(outcome.due)
        if isinstance(outcome, Refused):
            await send_refusal(scope, send, outcome, arrival_of(scope).reference)
        else:
            await send(outcome.start)
            await send(outcome.end)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead a request to its door, once its body is here."""
        bearer = bearer_of(scope)
        if bearer is not None:
            self.activity.note(bearer)
        whole = await read_body(scope, receive)
        if isinstance(whole, Refused):
            await send_refusal(scope, send, whole, arrival_of(scope).reference)
        else:
            await self._app(scope, whole, send)


def _log_refusal(scope: Scope, status: int | None, reference: str) -> None:
    """Write the line that the reference in a refusal finds."""
    if status is None or status < _REFUSALS or status in _COME_AGAIN:
        return
    _log.info("refused", status=status, reference=reference, method=scope["method"], path=loggable(scope["path"]))
