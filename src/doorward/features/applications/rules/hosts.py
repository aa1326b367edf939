"""What may be registered as a host, and how it is spelled where a dot or a hyphen may not stand.

Law: never Doorward's own name, on whatever port: browsers send cookies to every port of a name (RFC 6265 section 8.5).
"""

import hashlib
import re
from ipaddress import IPv4Address

from doorward.features.applications.model import HostName
from doorward.kernel.addresses import host_name
from doorward.kernel.outcome import Refused

MOST = 200
"""At most this many hosts are registered: each unknown visitor's answer looks through them."""
_NAME_LENGTH = 253
_HIGHEST_PORT = 65_535
_TLS_PORT = 443
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?")
"""A host name (RFC 1123 section 2.1), in small letters, and a port."""


_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
"""An end that browsers take for a number, and the name for an IPv4 address (URL standard, "ends in a number")."""

_LONGEST_SLUG, _BEGINNING, _DIGITS = 30, 18, 12
"""nginx takes variables of 46 characters (`variables_hash_bucket_size`); one cut short is longer than any whole one."""


def parse(text: str, public_url: str) -> HostName | Refused:
    """Read a host that is to be registered; refuse what is none, and Doorward's own."""
    named = read(text)
    if isinstance(named, HostName) and named.name == host_name(public_url):
        return Refused("applications.own_host")
    return named


def read(text: str) -> HostName | Refused:
    """Read a host as somebody typed it; refuse what is none."""
    found = _HOST.fullmatch(text.strip().lower())
    if found is None or len(found["name"]) > _NAME_LENGTH:
        return Refused("applications.host_malformed")
    name, port = found["name"], int(found["port"] or _TLS_PORT)
    if port > _HIGHEST_PORT or (_NUMBER.search(name) and not _is_address(name)):
        return Refused("applications.host_malformed")
    return HostName(name, name if port == _TLS_PORT else f"{name}:{port}")


def slug(name: str) -> str:
    """Spell a host's name in letters, digits and underscores: as no other host's, in 33 characters at most."""
    spelled = name.replace("-", "__").replace(".", "_")
    if len(spelled) > _LONGEST_SLUG:
        spelled = f"{spelled[:_BEGINNING]}_{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
    return f"d_{spelled}"


def _is_address(name: str) -> bool:
    try:
        return str(IPv4Address(name)) == name
    except ValueError:
        return False


def judge_name(named: HostName, same_name: HostName | None) -> Refused | None:
    """Refuse a name that is registered with another port: both would write the same cookie."""
    if same_name is not None and same_name != named:
        return Refused("applications.host_taken", {"host": same_name.host})
    return None


def judge_count(present: int) -> Refused | None:
    """Refuse one host more than a server has."""
    return Refused("applications.too_many_hosts", {"most": MOST}) if present >= MOST else None
