"""Which page a proxy asks about, as its own headers say (`X-Original-URL`, or `X-Forwarded-` and Proto, Host, Uri).

Each comes once, one kind alone, from a proxy that is believed; what no browser sends is refused, never mended.
"""

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from doorward.doors.web.arrival import Networks, is_from
from doorward.kernel.outcome import Refused

CALLBACK = "/.doorward/callback"
"""The path under which a browser comes back to a host with its ticket."""

PAGE_LENGTH = 1_500
"""Longer pages are not gone back to: their way through sign-in would not fit into a cookie (RFC 6265 section 6.1)."""

_HOST = rb"(?P<host>[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)"
_PAGE = rb"(?P<page>/(?:[^\x00-\x20\x7f-\xff\\#%?]|%[0-9A-Fa-f]{2})*(?:\?[^\x00-\x20\x7f-\xff#]*)?)"
"""A path and a query as browsers write them (URL standard): a query may hold a bare percent sign or backslash."""
_URL = re.compile(rb"https://" + _HOST + _PAGE)
_ONE_HOST = re.compile(_HOST)
_ONE_PAGE = re.compile(_PAGE)

_FORWARDED = (b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri", b"x-forwarded-method")
_ORIGINAL = (b"x-original-url", b"x-original-method")
_WAYS = frozenset({b"sec-fetch-mode", b"sec-websocket-key", b"upgrade"})
_HEARD = frozenset({*_FORWARDED, *_ORIGINAL, *_WAYS})
_TLS = ":443"

NOT_FROM_PROXY = Refused("applications.not_from_proxy")
MALFORMED = Refused("applications.address_malformed")


@dataclass(frozen=True, slots=True)
class AskedPage:
    """The page that a browser asked for."""

    host: str
    page: str
    """Path and query."""
    reads: bool
    """It was asked for by GET, as pages are."""
    opens: bool
    """It was asked for to be shown: not by a script, not to open a socket."""
    by_nginx: bool = False
    """The proxy passes on nothing but 401 and 403."""

    @property
    def comes_back(self) -> bool:
        """Return whether the browser comes back with a ticket."""
        return self.page.partition("?")[0] == CALLBACK


def asked_page(scope: MutableMapping[str, Any], proxies: Networks) -> AskedPage | Refused:
    """Read which page is asked for."""
    if not is_from(scope, proxies):
        return NOT_FROM_PROXY
    heard: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _HEARD:
            if name in heard:
                return MALFORMED
            heard[name] = value
    found = told_page(heard)
    if found is None:
        return MALFORMED
    host, page = found
    by_nginx = b"x-original-url" in heard
    method = heard.get(b"x-original-method" if by_nginx else b"x-forwarded-method")
    opens = heard.get(b"sec-fetch-mode", b"navigate") == b"navigate"
    socket = b"sec-websocket-key" in heard or b"upgrade" in heard
    return AskedPage(host, page, reads=method == b"GET", opens=opens and not socket, by_nginx=by_nginx)


def told_page(heard: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    """Read host and page from headers of which each came once; None for what no browser sends."""
    return _from_nginx(heard) if b"x-original-url" in heard else _from_others(heard)


def page_of(host: str, page: str) -> tuple[str, str] | None:
    """Read a host and a page that were written into an address before; None for what could not have been."""
    if len(page) > PAGE_LENGTH:
        return None
    try:
        named, wanted = _ONE_HOST.fullmatch(host.encode("ascii")), _ONE_PAGE.fullmatch(page.encode("ascii"))
    except UnicodeEncodeError:
        return None
    return None if named is None or wanted is None else (_spelled(named["host"]), page)


def _from_nginx(heard: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    found = _URL.fullmatch(heard[b"x-original-url"])
    if found is None or b"x-forwarded-uri" in heard or b"x-forwarded-host" in heard:
        return None
    return _spelled(found["host"]), found["page"].decode("ascii")


def _from_others(heard: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    host = _ONE_HOST.fullmatch(heard.get(b"x-forwarded-host", b""))
    page = _ONE_PAGE.fullmatch(heard.get(b"x-forwarded-uri", b""))
    if host is None or page is None or heard.get(b"x-forwarded-proto") != b"https":
        return None
    return _spelled(host["host"]), page["page"].decode("ascii")


def _spelled(host: bytes) -> str:
    return host.decode("ascii").lower().removesuffix(_TLS)
