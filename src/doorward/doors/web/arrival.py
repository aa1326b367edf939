"""A request as it arrived: from which address, and under which reference it is spoken of.

The gate notes the arrival in the request's scope; every door behind it reads it there.
"""

import base64
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from doorward.doors.web.credentials import browser_of
from doorward.doors.web.headers import values_of
from doorward.kernel.events import Door, Origin
from doorward.kernel.ports import Entropy

Scope = MutableMapping[str, Any]
Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

_KEY = "doorward.arrival"
_REFERENCE_LENGTH = 12
_REFERENCE_BYTES = 8
_USER_AGENT_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: its reference, and the address it came from."""

    reference: str
    """Sixty bits of chance, always as long: it stands in the answer, in the log and in the entry."""
    address: str


def note_arrival(scope: Scope, entropy: Entropy, proxies: Networks) -> Arrival:
    """Note how a request arrived, once."""
    reference = base64.b32encode(entropy.bytes(_REFERENCE_BYTES)).decode()[:_REFERENCE_LENGTH].lower()
    arrival = Arrival(reference, client_address(scope, proxies))
    scope[_KEY] = arrival
    return arrival


def arrival_of(scope: Scope) -> Arrival:
    """Return the arrival that the gate has noted; a request that came round the gate is a bug, and raises."""
    arrival: Arrival = scope[_KEY]
    return arrival


def origin_of(scope: Scope, door: Door) -> Origin:
    """Return where a request came from, for the call and its entry."""
    arrival = arrival_of(scope)
    agent = b" ".join(values_of(scope, b"user-agent")).decode("latin-1")
    return Origin(
        door=door,
        address=arrival.address,
        user_agent="".join(c if c.isprintable() else " " for c in agent)[:_USER_AGENT_LENGTH],
        browser=browser_of(scope),
        reference=arrival.reference,
    )


def client_address(scope: Scope, proxies: Networks) -> str:
    """Find the client's address; forwarded headers are believed from the named networks only.

    Each proxy appends whom it heard from, so the list is read from its right end, and the first address that is not a
    trusted proxy's is the client: whatever stands left of it the client could have written.
    """
    client = scope.get("client")
    peer = _parse(client[0]) if client else None
    if peer is None:
        return ""
    heard = b",".join(values_of(scope, b"x-forwarded-for")).decode("latin-1").split(",") if proxies else []
    while heard and _trusted(peer, proxies):
        told = _parse(heard.pop())
        if told is None:
            break
        peer = told
    return str(peer)


def inside(networks: Networks) -> Callable[[Scope], bool]:
    """Make what tells, as `is_from` does, whether a request comes from these networks, and keeps the latest clients."""
    known = lru_cache(maxsize=256)(partial(_is_inside, networks))

    def is_inside(scope: Scope) -> bool:
        client = scope.get("client")
        return client is not None and known(client[0])

    return is_inside


def is_from(scope: Scope, networks: Networks) -> bool:
    """Return whether a request comes straight from one of these networks, whatever its headers say."""
    client = scope.get("client")
    return client is not None and _is_inside(networks, client[0])


def _is_inside(networks: Networks, client: str) -> bool:
    peer = _parse(client)
    return peer is not None and _trusted(peer, networks)


def _trusted(address: Address, proxies: Networks) -> bool:
    return any(address in network for network in proxies)


def _parse(text: str) -> Address | None:
    """Read an address, with or without a port; IPv4 that was mapped into IPv6 becomes IPv4 again."""
    bare = text.strip().partition("%")[0]
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
