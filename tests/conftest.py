"""What holds for every test: no socket beyond this machine; few examples from hypothesis, many with `long`."""

import sys
from ipaddress import ip_address

from hypothesis import HealthCheck, settings

settings.register_profile("everyday", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("everyday")


class SocketBeyondLoopbackError(Exception):
    """A test reached for the network."""


def _is_here(host: object) -> bool:
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _watch(event: str, details: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(details[1], tuple):
        host = details[1][0]
    elif event == "socket.getaddrinfo":
        host = details[0]
    else:
        return
    if not _is_here(host):
        raise SocketBeyondLoopbackError(f"{event} to {host!r}")


sys.addaudithook(_watch)
