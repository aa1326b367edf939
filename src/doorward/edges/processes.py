"""The name of a process among those of all nodes: leases bear it, and doctors find by it nodes that disagree."""

import os
import re
from dataclasses import dataclass
from hashlib import sha256

from doorward.config import Settings

_NAME = re.compile(r"(?P<node>[^/]+)/[0-9]+-(?P<place>[0-9a-f]{4})(?P<address>[0-9a-f]{4})[0-9a-f]{8}(?:/.*)?")


@dataclass(frozen=True, slots=True)
class Process:
    """What a process's name says of it; two that are alike have equal marks."""

    node: str
    place: str
    """A mark of its machine and data directory."""
    address: str
    """A mark of its public address."""


def name_of(settings: Settings, pid: int, chance: bytes) -> str:
    """Name a process: its node, its number, and marks that leave room for a column of 100 characters."""
    place = _mark(f"{os.uname().nodename}:{settings.data}")
    return f"{settings.node}/{pid}-{place}{_mark(settings.public_url)}{chance.hex()}"


def read(name: str) -> Process | None:
    """Read the name of a process, or of a thread of it; None where an older program made it, without marks."""
    found = _NAME.fullmatch(name)
    return None if found is None else Process(found["node"], found["place"], found["address"])


def _mark(text: str) -> str:
    return sha256(text.encode()).digest()[:2].hex()
