"""The configuration of the proxy in front of a host, filled in."""

import re

from doorward.features.applications.model import HostName, Proxy, ShowConfiguration
from doorward.features.applications.rules import templates
from doorward.features.applications.rules.hosts import slug

_WORD = re.compile("UPSTREAM|SCHEME|NODES|HOST|NAME|PORT|SLUG|TRUST")
"""Filled in at once, so that a value that looks like one of these words stays as it is."""


def filled_in(command: ShowConfiguration, named: HostName, own: str) -> str:
    """Fill in a proxy's configuration; `own` is the name that Doorward's certificate is for."""
    port = named.host.removeprefix(named.name).removeprefix(":") or "443"
    words = {
        "UPSTREAM": command.places.upstream,
        "SCHEME": command.places.scheme,
        "NODES": _nodes(command),
        "HOST": named.host,
        "NAME": named.name,
        "PORT": port,
        "SLUG": slug(named.name),
        "TRUST": templates.TRUST[command.proxy].replace("OWN", own) if command.places.scheme == "https" else "",
    }
    return _WORD.sub(lambda found: words[found[0]], _template(command))


def _template(command: ShowConfiguration) -> str:
    if command.proxy is Proxy.TRAEFIK and len(command.places.nodes) > 1:
        return templates.TRAEFIK_OF_SEVERAL
    return templates.TEMPLATES[command.proxy]


def _nodes(command: ShowConfiguration) -> str:
    """List the nodes; nginx is told the scheme elsewhere."""
    scheme = "" if command.proxy is Proxy.NGINX else f"{command.places.scheme}://"
    return templates.BETWEEN_NODES[command.proxy].join(scheme + node for node in command.places.nodes)
