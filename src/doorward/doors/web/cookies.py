"""The cookies: their names, how they are set, and how they are read (RFC 6265)."""

from collections.abc import MutableMapping
from typing import Any

from doorward.doors.web.headers import values_of

SESSION = "__Host-doorward"
"""The token of a session."""
SIGN_IN = "__Host-doorward-sign-in"
"""The token of a pending sign-in."""
BROWSER = "__Host-doorward-browser"
"""Has completed a sign-in here; not a remembered device."""
DEVICE = "__Host-doorward-device"
"""The tokens by which accounts remember this device, newest first, with dots between them (DEV-3)."""
MOST_DEVICE_TOKENS = 4
"""At most this many accounts can remember one browser at once: somebody's own, and those that they look after."""
HOST = "__Host-doorward-app"
"""The token of a session at a registered host, set there and nowhere else."""
NONCE = "__Host-doorward-nonce"
"""By which a browser that comes back to a host is known to be the one that was sent away from it."""
NONCE_SECONDS = 60 * 60
"""Longer than any sign-in takes."""

_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


def cookies_of(scope: MutableMapping[str, Any]) -> dict[str, str]:
    """Read the request's cookies; one that comes twice is left out, since nobody can say which is meant."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for header in values_of(scope, b"cookie"):
        for pair in header.decode("latin-1").split(";"):
            name, sign, value = pair.strip().partition("=")
            if name in found:
                twice.add(name)
            if name and sign:
                found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def has_own_cookie(scope: MutableMapping[str, Any]) -> bool:
    """Return whether the request carries any cookie of ours, readable or not."""
    return any(SESSION.encode() in header for header in values_of(scope, b"cookie"))


def set_cookie(name: str, value: str, max_age: int | None = None) -> str:
    """Spell a `Set-Cookie` header; without an age the cookie goes with the browser."""
    age = "" if max_age is None else f"; Max-Age={max_age}"
    return f"{name}={value}; {_ATTRIBUTES}{age}"


def drop_cookie(name: str) -> str:
    """Spell the `Set-Cookie` header that removes a cookie."""
    return set_cookie(name, "", 0)
