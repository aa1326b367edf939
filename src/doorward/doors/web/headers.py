"""Headers: reading a request's, and the ones that every answer carries."""

from collections.abc import Iterable, MutableMapping
from typing import Any

Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")
_STRICT = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_FOR_PROGRAMS: tuple[tuple[bytes, bytes], ...] = (
    NO_STORE,
    (b"content-security-policy", _STRICT),
    (b"x-content-type-options", b"nosniff"),
)
_FOR_PAGES: tuple[tuple[bytes, bytes], ...] = (
    *_FOR_PROGRAMS,
    (b"x-frame-options", b"DENY"),
    # Not `no-referrer`: with it browsers send `Origin: null` with a form, and the origin check would learn nothing.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
_OVER_TLS = ((b"strict-transport-security", b"max-age=63072000"),)


def values_of(scope: MutableMapping[str, Any], name: bytes) -> list[bytes]:
    """Return every value of a header, in the order in which they came; names are lower-case in ASGI."""
    return [value for key, value in scope["headers"] if key == name]


def for_programs(*, tls: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer to a program: what concerns pages alone is left out, each costs time."""
    return _FOR_PROGRAMS + _OVER_TLS if tls else _FOR_PROGRAMS


def for_pages(*, tls: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every page; a door may set one of them itself, and then its own stands."""
    return _FOR_PAGES + _OVER_TLS if tls else _FOR_PAGES


def with_always(headers: Iterable[tuple[bytes, bytes]], every: tuple[tuple[bytes, bytes], ...]) -> Headers:
    """Add what every answer carries to an answer's own headers."""
    own = [(bytes(name).lower(), bytes(value)) for name, value in headers]
    named = {name for name, _ in own}
    return own + [header for header in every if header[0] not in named]
