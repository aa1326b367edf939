"""Who a request says it is: a bearer token, or the cookie of a browser. Identity is never a field of the request."""

import hashlib
from collections.abc import MutableMapping
from typing import Any

from doorward.doors.web.cookies import BROWSER, SESSION, cookies_of
from doorward.doors.web.headers import values_of
from doorward.kernel.act import Bearer
from doorward.kernel.tokens import parse_token

_SCHEME = b"bearer "


def token_of(scope: MutableMapping[str, Any]) -> str | None:
    """Find the token of a session as it was sent: from the Authorization header where there is one, else the cookie."""
    sent = values_of(scope, b"authorization")
    if not sent:
        return cookies_of(scope).get(SESSION)
    header = sent[0]
    if len(sent) > 1 or header[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return header[len(_SCHEME) :].strip().decode("latin-1")


def bearer_of(scope: MutableMapping[str, Any]) -> Bearer | None:
    """Read who the request says it is; None where it says nothing that could be true."""
    token = token_of(scope)
    named = None if token is None else parse_token(token)
    return None if named is None else Bearer(*named)


def browser_of(scope: MutableMapping[str, Any]) -> bytes | None:
    """Give the SHA-256 of the browser cookie, if the browser sent one.

    A value that the server cannot have made is none: else it would be kept at the next sign-in, and whoever put it
    there would hold what makes a browser known.
    """
    value = cookies_of(scope).get(BROWSER, "")
    return None if parse_token(value) is None else hashlib.sha256(value.encode()).digest()
