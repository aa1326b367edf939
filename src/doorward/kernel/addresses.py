"""Addresses: checked, taken apart, and spelled for people without what opens them."""

import re
from urllib.parse import urlsplit

HIGHEST_PORT = 65_535

HIDDEN = "***"
_PATHS = {"sqlite", "maildir"}
_HARMLESS = {
    "application_name", "connect_timeout", "dbname", "gssencmode", "host", "hostaddr", "keepalives", "keepalives_count",
    "keepalives_idle", "keepalives_interval", "load_balance_hosts", "options", "passfile", "port", "service", "sslcert",
    "sslkey", "sslmode", "sslrootcert", "target_session_attrs", "tcp_user_timeout", "user",
}  # fmt: skip
"""Parameters of libpq that are shown; any other may be a password, or a part of one (PostgreSQL, 34.1.2)."""
_NO_PORT = re.compile(r":\d*[^\d,]")


def public_address(value: str) -> str:
    """Check the address that people open, and give its one spelling; raise `ValueError` that says what it is."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise ValueError("it is an address such as https://login.example.org")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("it has no path: Doorward needs a host name of its own")
    port = "" if parts.port is None else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def host_name(address: str) -> str:
    """Return the host of an address that was checked, without its port."""
    return urlsplit(address).hostname or ""


def listening_address(value: str) -> str:
    """Check an address with its port; raise `ValueError` that says what it is."""
    host, port = host_and_port(value)
    if not host or not port.isascii() or not port.isdigit() or int(port) > HIGHEST_PORT:
        raise ValueError("it is an address and a port such as 127.0.0.1:8420 or [::1]:8420")
    return value


def host_and_port(value: str) -> tuple[str, str]:
    """Take host and port apart; either may be empty."""
    host, _, port = value.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), port


def masked(address: str) -> str:
    """Leave every password out, also where the address is written wrongly: what may be one is not shown."""
    scheme, mark, rest = address.partition("://")
    if scheme in _PATHS:
        return address
    if not mark:
        return HIDDEN if {"@", "="} & set(address) else address
    given, at, place = rest.rpartition("@")
    place, query, parameters = place.partition("?")
    if "?" in given or _NO_PORT.search(_without_brackets(place)):
        return f"{scheme}://{HIDDEN}"
    shown = "&".join(_parameter(one) for one in parameters.split("&"))
    return f"{scheme}://{_user(given)}{at}{place}{query}{shown}"


def _without_brackets(place: str) -> str:
    """Take out the path, and the brackets in which an address of IPv6 stands."""
    return re.sub(r"\[[0-9A-Fa-f:.]*\]", "", place.partition("/")[0])


def _user(given: str) -> str:
    user, colon, _ = given.partition(":")
    if "/" in user:
        return HIDDEN
    return f"{user}:{HIDDEN}" if colon else user


def _parameter(one: str) -> str:
    name, _, _ = one.partition("=")
    return one if name in _HARMLESS or not one else f"{name}={HIDDEN}" if "=" in one else HIDDEN
