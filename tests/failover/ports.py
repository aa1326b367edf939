"""Ports of loopback that nobody has."""

import socket


def free_port(address: str) -> int:
    """Find one."""
    with socket.socket() as taken:
        taken.bind((address, 0))
        return int(taken.getsockname()[1])
