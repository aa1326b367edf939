"""`GET /forward-auth`: the answer that web servers ask for before they pass a request on.

200 with who is there, 401, or the way to sign-in and back to the page first asked for, which is one of a registered
host's. Remembered like a session check, under the token and the host together.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from doorward.doors.gate.activity import Activity
from doorward.doors.gate.answers import Send, ready, ready_json, ready_page, send_refusal
from doorward.doors.gate.asked_page import CALLBACK, PAGE_LENGTH, AskedPage, asked_page, page_of
from doorward.doors.gate.confirm import Confirmer
from doorward.doors.gate.glance import glance
from doorward.doors.gate.going_on import going_on
from doorward.doors.gate.live_sessions import Confirmed, LiveSessions
from doorward.doors.gate.registered_hosts import RegisteredHosts
from doorward.doors.web.arrival import Networks, arrival_of, inside, origin_of
from doorward.doors.web.cookies import HOST, NONCE, NONCE_SECONDS, cookies_of, set_cookie
from doorward.doors.web.credentials import bearer_of
from doorward.doors.web.headers import values_of
from doorward.features.applications.actions.handing_over import hand_over, standing_ticket, take_ticket
from doorward.features.applications.model import (
    HandedOver,
    HandOver,
    HostBearer,
    TakeTicket,
    TicketTaken,
    TicketToken,
)
from doorward.kernel.act import Bearer, Nobody
from doorward.kernel.events import Door
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

PATH = "/forward-auth"
START = "/forward-auth/start"
KEYS = "/forward-auth/keys"
PATHS = frozenset({PATH, START, KEYS})
_NONCE_BYTES = 32
_NONCE_LENGTH = 43
"""32 bytes in base64url without padding."""
_FOUND, _SEE_OTHER, _UNAUTHORIZED = 302, 303, 401
_REQUIRED = Refused("session.required")
_KEPT = (b"cache-control", b"public, max-age=300")


@dataclass(frozen=True, slots=True)
class ProxiedVisit:
    """A request that a proxy asks about, as far as it can be true: the page, and who the host's cookie says it is."""

    asked: AskedPage
    token: str | None
    nonce: str | None

    @property
    def bearer(self) -> HostBearer | None:
        """Return whom the token names, at this host."""
        named = None if self.token is None else parse_token(self.token)
        return None if named is None else HostBearer(*named, self.asked.host)


class ForwardAuth:
    """Answers proxies, hands sessions over to hosts, and publishes the keys of its assertions."""

    def __init__(
        self, errands: Confirmer, visitors: LiveSessions[HostBearer], hosts: RegisteredHosts, proxies: Networks
    ) -> None:
        """Take what asks the database, what remembers its answers, and whose forwarded headers are believed."""
        self._runtime = errands.runtime
        self._every = errands.every
        self._keys = ready_json(json.dumps(errands.signer.keys()).encode(), (_KEPT,))
        self._visitors = visitors
        self._hosts = hosts
        self._proxies = proxies
        self._is_believed = inside(proxies)

    def recall(self, scope: Scope) -> Confirmed | None:
        """Return a remembered answer that may still be trusted, where the request is one that can be answered so."""
        seen = glance(scope["headers"]) if self._is_believed(scope) else None
        if seen is not None:
            return self._visitors.recall(_key(*seen))
        visit = _visit(scope, self._proxies)
        if isinstance(visit, Refused) or visit.token is None or visit.asked.comes_back:
            return None
        return self._visitors.recall(_key(visit.asked.host, visit.token))

    async def answer(self, scope: Scope, send: Send, activity: Activity) -> None:
        """Answer a request to one of the paths of forward-auth."""
        if scope["path"] == KEYS:
            outcome: tuple[Message, Message] | Refused = self._keys
        elif scope["path"] == START:
            outcome = await self._start(scope, activity)
        else:
            outcome = await self._check(scope, activity)
        if isinstance(outcome, Refused):
            await send_refusal(scope, send, outcome, arrival_of(scope).reference)
            return
        for message in outcome:
            await send(message)

    async def _check(self, scope: Scope, activity: Activity) -> tuple[Message, Message] | Refused:
        visit = _visit(scope, self._proxies)
        if isinstance(visit, Refused):
            return visit
        if visit.asked.comes_back:
            return await self._come_back(scope, visit)
        outcome: Confirmed | Refused = _REQUIRED
        if visit.token is not None and visit.bearer is not None:
            outcome = await self._visitors.look_up(_key(visit.asked.host, visit.token), visit.bearer)
        if isinstance(outcome, Confirmed):
            if outcome.due is not None:
                activity.note(outcome.due)
            return outcome.start, outcome.end
        if outcome != _REQUIRED:
            return outcome
        if not await self._hosts.knows(visit.asked.host):
            return Refused("applications.not_registered")
        return self._send_away(visit) if visit.asked.reads and visit.asked.opens else _REQUIRED

    def _send_away(self, visit: ProxiedVisit) -> tuple[Message, Message]:
        """Send the browser to Doorward, with the page that it asked for and the hash of a nonce that it keeps."""
        asked = visit.asked
        nonce = visit.nonce or _spelled(self._runtime.entropy.bytes(_NONCE_BYTES))
        page = asked.page if len(asked.page) <= PAGE_LENGTH else "/"
        wanted = _spelled(f"{asked.host} {page}".encode())
        address = f"{self._runtime.site.public_url}{START}?return={wanted}&nonce={_spelled(_hash(nonce))}"
        return self._go(address, asked, set_cookie(NONCE, nonce, NONCE_SECONDS))

    async def _come_back(self, scope: Scope, visit: ProxiedVisit) -> tuple[Message, Message] | Refused:
        """Take the ticket with which the browser comes back, and set the host's own cookie."""
        asked = visit.asked
        query = _query(asked.page.partition("?")[2].encode(), {"ticket"})
        named = None if query is None else parse_token(query["ticket"])
        if named is None or visit.nonce is None or not asked.reads:
            return Refused("applications.ticket_over")
        command = TakeTicket(TicketToken(*named), asked.host, _hash(visit.nonce))
        outcome = await asyncio.to_thread(self._take, scope, command)
        if isinstance(outcome, Refused):
            return outcome
        return self._go(f"https://{asked.host}{outcome.page}", asked, set_cookie(HOST, outcome.token.reveal()))

    def _take(self, scope: Scope, command: TakeTicket) -> TicketTaken | Refused:
        """Look for the ticket first: what strangers invent never waits for the writers' lane."""
        origin = origin_of(scope, Door.API)
        with self._runtime.database.read() as sql:
            if standing_ticket(self._runtime.call(sql, origin), command) is None:
                return Refused("applications.ticket_over")
        return self._runtime.run(take_ticket, command, Nobody(), origin)

    async def _start(self, scope: Scope, activity: Activity) -> tuple[Message, Message] | Refused:
        """Hand whoever is signed in over to the host; everybody else signs in first, and comes back here."""
        command = _handing_over(scope)
        if isinstance(command, Refused):
            return command
        bearer = bearer_of(scope)
        outcome: HandedOver | Refused = _REQUIRED
        if bearer is not None:
            activity.note(bearer)
            outcome = await asyncio.to_thread(self._hand_over, scope, command, bearer)
        if isinstance(outcome, HandedOver):
            address = f"https://{outcome.host}{CALLBACK}?ticket={outcome.ticket.reveal()}"
            if not _from_elsewhere(scope):
                return ready_page(going_on(outcome.host, address), self._every)
        elif outcome == _REQUIRED:
            here = f"{START}?{scope['query_string'].decode('latin-1')}"
            address = f"/sign-in?return_to={quote(here, safe='')}"
        else:
            return outcome
        return ready([(b"location", address.encode())], self._every, _SEE_OTHER)

    def _hand_over(self, scope: Scope, command: HandOver, bearer: Bearer) -> HandedOver | Refused:
        return self._runtime.run(hand_over, command, bearer, origin_of(scope, Door.CONSOLE))

    def _go(self, address: str, asked: AskedPage, cookie: str) -> tuple[Message, Message]:
        """Send the browser on; nginx is told by a 401, the only no that it passes on with its headers."""
        headers = [(b"location", address.encode()), (b"set-cookie", cookie.encode())]
        return ready(headers, self._every, _UNAUTHORIZED if asked.by_nginx else _FOUND)


def _key(host: str, token: str) -> str:
    """Return the words under which an answer is remembered: this token, at this host."""
    return f"{host} {token}"


def _visit(scope: Scope, proxies: Networks) -> ProxiedVisit | Refused:
    asked = asked_page(scope, proxies)
    if isinstance(asked, Refused):
        return asked
    sent = cookies_of(scope)
    nonce = sent.get(NONCE, "")
    return ProxiedVisit(asked, sent.get(HOST), nonce if _bytes(nonce) is not None else None)


def _from_elsewhere(scope: Scope) -> bool:
    """Return whether the browser comes from a page of another host, and not from a form of sign-in.

    A form of ours may lead to no other host, by however many steps (CSP level 3, form-action); then a page goes on.
    """
    return values_of(scope, b"sec-fetch-site") in ([b"cross-site"], [b"same-site"])


def _handing_over(scope: Scope) -> HandOver | Refused:
    """Read where somebody wants to go on to, from an address that `_send_away` has made."""
    query = _query(scope["query_string"], {"return", "nonce"})
    nonce_hash = None if query is None else _bytes(query["nonce"])
    wanted = None if query is None else _text(query["return"])
    found = None if wanted is None else page_of(*wanted)
    if nonce_hash is None or found is None:
        return Refused("request.malformed", {"detail": "the address is not one that an application's page leads to"})
    return HandOver(*found, nonce_hash)


def _query(query: bytes, names: set[str]) -> Mapping[str, str] | None:
    """Read a query that holds these names, each once, and nothing else."""
    found = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return dict(found) if sorted(name for name, _ in found) == sorted(names) else None


def _text(value: str) -> tuple[str, str] | None:
    try:
        host, _, page = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("ascii").partition(" ")
    except ValueError:
        return None
    return host, page


def _bytes(value: str) -> bytes | None:
    """Read 32 bytes; None for whatever was not spelled by `_spelled`."""
    try:
        raw = base64.urlsafe_b64decode(value + "=") if len(value) == _NONCE_LENGTH else b""
    except ValueError:
        return None
    return raw if _spelled(raw) == value and len(raw) == _NONCE_BYTES else None


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _hash(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).digest()
