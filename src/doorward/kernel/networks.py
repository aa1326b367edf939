"""Whom an address stands for, wherever addresses are counted, and which is this machine."""

from ipaddress import IPv6Address, ip_address

_NETWORK_BITS = 64


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, so that nothing goes over a network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def network(address: str) -> str:
    """Name the network of an address: an IPv6 customer holds a /64, and counts once (LOCK-17).

    What is no address, such as the empty one of the command line, stays as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> _NETWORK_BITS:x}::/64"
