"""Who a request says it is: a bearer token, or the cookie of a browser. Identity is never a field of the request."""

import hashlib
from collections.abc import MutableMapping
from typing import Any

from doorward.doors.web.cookies import BROWSER, DEVICE, MOST_DEVICE_TOKENS, SESSION, cookies_of
from doorward.doors.web.headers import values_of
from doorward.features.devices.model import DeviceToken
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
    """Return the SHA-256 of the browser cookie, if the browser sent one.

    A value that the server cannot have made is none: else it would be kept at the next sign-in, and whoever put it
    there would hold what makes a browser known.
    """
    value = cookies_of(scope).get(BROWSER, "")
    return None if parse_token(value) is None else hashlib.sha256(value.encode()).digest()


def device_tokens(text: str) -> tuple[DeviceToken, ...]:
    """Read the tokens by which a device says that accounts remember it; what is none of ours proves nothing."""
    named = [parse_token(one) for one in text.split(".")[:MOST_DEVICE_TOKENS]]
    return tuple(DeviceToken(*one) for one in named if one is not None)


def devices_of(scope: MutableMapping[str, Any]) -> tuple[DeviceToken, ...]:
    """Return the tokens of the device cookie, if the browser sent one."""
    return device_tokens(cookies_of(scope).get(DEVICE, ""))


def devices_and(scope: MutableMapping[str, Any], new: str) -> str:
    """Spell the device cookie with a new token: in the place of its account's old one, beside those of others."""
    named = parse_token(new)
    kept = [
        one
        for one in cookies_of(scope).get(DEVICE, "").split(".")
        if (other := parse_token(one)) is not None and named is not None and other[0] != named[0]
    ]
    return ".".join([new, *kept][:MOST_DEVICE_TOKENS])
