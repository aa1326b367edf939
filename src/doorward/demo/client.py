"""HTTP as a program and as a browser speak it: over one connection, with what was answered kept for the report."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any
from urllib.parse import urlencode

from doorward.edges.clock import Stopwatch

API = "/api/v1"
TIMEOUT_SECONDS = 60
IDLE_SECONDS = 5.0
"""A connection that has rested for longer is opened anew: servers close idle ones, and a request must not meet that."""
_LONG = re.compile(r"[\w-]{36,}")
"""Ids and tokens: a line shows that they are there, not what they are."""


class BrokenOff(Exception):
    """An answer lacks what the rest of the scene needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One request and its answer."""

    line: str
    """Method and path, ids and tokens left out."""
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the fields of an answer in JSON; a page has none."""
        if "json" not in self.headers.get("content-type", ""):
            return {}
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise BrokenOff(f"{self.line} answered {self.status} with JSON that cannot be read") from error
        return found if isinstance(found, dict) else {}

    @property
    def short(self) -> str:
        """Say in a few words what was answered: the status, and the word that tells the rest."""
        facts = self.facts
        words = [facts.get(name) for name in ("code", "outcome", "next")] if "items" not in facts else []
        if self.status in {301, 302, 303, 307, 308}:
            words.append(shortened(self.headers.get("location", "")))
        return " ".join([str(self.status), *(word for word in words if isinstance(word, str))])

    @property
    def alike(self) -> tuple[int, Mapping[str, str], bytes]:
        """Return all that can be compared: every header and every byte, the date and the reference apart."""
        reference = str(self.facts.get("reference", "")).encode()
        headers = {name: value for name, value in self.headers.items() if name != "date"}
        return self.status, headers, self.body.replace(reference, b"") if reference else self.body

    @property
    def items(self) -> list[dict[str, Any]]:
        """Return the rows of a list."""
        found = self.need("items")
        return found if isinstance(found, list) else []

    def need(self, name: str) -> Any:
        """Return a field that the scene cannot go on without."""
        if name not in self.facts:
            raise BrokenOff(f"{self.line} answered {self.short}, without `{name}`")
        return self.facts[name]

    def find(self, pattern: bytes) -> str:
        """Return what a pattern finds on a page that the scene cannot go on without."""
        found = re.search(pattern, self.body)
        if found is None:
            raise BrokenOff(f"{self.line} answered {self.short}, without what was looked for on the page")
        return found[0].decode()


class Client:
    """Somebody who speaks to the server; a browser if it visits pages, for then it keeps cookies."""

    def __init__(self, address: str) -> None:
        """Take the server's address."""
        self._address = address
        self._connection = HTTPConnection(address.removeprefix("http://"), timeout=TIMEOUT_SECONDS)
        self._rested = Stopwatch()
        self.cookies: dict[str, str] = {}

    def ask(self, line: str, body: object = None, token: str | None = None, *, if_match: int | None = None) -> Answer:
        """Call the API: `ask("POST /sign-in", {…})`."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        headers |= {} if if_match is None else {"if-match": f'"{if_match}"'}
        sent = None
        if body is not None:
            headers["content-type"] = "application/json"
            sent = json.dumps(body).encode()
        return self._send(line.replace(" ", f" {API}", 1), sent, headers)

    def get(self, path: str) -> Answer:
        """Open a page, or an address that is neither page nor API."""
        return self._send(f"GET {path}", None, self._as_browser())

    def post_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a page's form."""
        headers = self._as_browser() | {"content-type": "application/x-www-form-urlencoded"}
        return self._send(f"POST {path}", urlencode(fields).encode(), headers)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _as_browser(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"origin": self._address} | ({"cookie": cookies} if cookies else {})

    def _send(self, line: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        method, path = line.split(" ", 1)
        if self._rested.seconds() > IDLE_SECONDS:
            self._connection.close()
        try:
            self._connection.request(method, path, body, {"user-agent": "doorward demo", **headers})
            response = self._connection.getresponse()
            answer = Answer(shortened(line), response.status, _told(response.headers), response.read())
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise BrokenOff(f"{shortened(line)} was not answered: {error!r}") from error
        self._rested = Stopwatch()
        if "origin" in headers:
            self._keep(response.headers)
        return answer

    def _keep(self, headers: HTTPMessage) -> None:
        for line in headers.get_all("set-cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value


def shortened(line: str) -> str:
    """Leave ids and tokens out of a line."""
    return _LONG.sub("…", line)


def _told(headers: HTTPMessage) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
