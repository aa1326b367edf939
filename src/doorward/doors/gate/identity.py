"""What an upstream is told of whoever is there: four headers, one of them a signed assertion.

All four are always sent, so that an empty one overwrites what a visitor wrote.
"""

from collections.abc import Mapping
from datetime import datetime

from doorward.doors.web.headers import Headers
from doorward.features.applications.model import Visitor
from doorward.kernel.ports import Signer

ASSERTED_SECONDS = 60
GROUPS_BYTES = 4_000
"""Web servers take headers of eight kilobytes together, and the assertion repeats the groups."""


def identity(visitor: Visitor, host: str, issuer: str, signer: Signer, now: datetime) -> Headers | None:
    """Make the headers for one host; None for a name that no header can carry."""
    groups = ",".join(_escaped(group) for group in visitor.groups)
    fits = len(groups.encode()) <= GROUPS_BYTES
    told = {
        b"remote-user": visitor.user_name,
        b"remote-email": visitor.email or "",
        b"remote-groups": groups if fits else "",
    }
    if not visitor.user_name or not all(value.isprintable() for value in told.values()):
        return None
    claims = {**_about(visitor), **({"groups": list(visitor.groups)} if fits else {"groups_left_out": True})}
    assertion = signer.sign(claims | _frame(host, issuer, now))
    return [*((name, value.encode()) for name, value in told.items()), (b"remote-assertion", assertion.encode())]


def _about(visitor: Visitor) -> Mapping[str, object]:
    told: dict[str, object] = {
        "sub": str(visitor.account),
        "preferred_username": visitor.user_name,
        "used_second_factor": visitor.used_second_factor,
    }
    return told if visitor.email is None else {**told, "email": visitor.email}


def _frame(host: str, issuer: str, now: datetime) -> dict[str, object]:
    """Return who states it, to whom, and how long it is good (RFC 7519 section 4.1)."""
    at = int(now.timestamp())
    return {"iss": issuer, "aud": host, "iat": at, "exp": at + ASSERTED_SECONDS}


def _escaped(group: str) -> str:
    """Spell a group's name so that a comma in it parts nothing."""
    return group.replace("%", "%25").replace(",", "%2C")
