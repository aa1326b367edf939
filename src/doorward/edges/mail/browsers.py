"""A browser in a few words, instead of the long line that it sends.

The line is typed by whoever asks, and a stranger's sentence must not be told to people in our name: of an unknown one
only its first product and version are shown, with no dot between letters that could make it an address.
"""

import re

_PRODUCTS = {
    "Edg/": "Edge",
    "EdgA/": "Edge",
    "EdgiOS/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""In this order: Edge and Opera call themselves Chrome too, and all of those Safari."""
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
_FIRST_PRODUCT = re.compile(
    r"([A-Za-z][A-Za-z0-9_-]{0,39})(?:/([0-9]{1,6}(?:\.[0-9]{1,6}){0,3}))?(?![A-Za-z0-9_-])", re.ASCII
)


def describe(user_agent: str) -> str | None:
    """Return which browser it is, on which system; None where the line says nothing."""
    product = _first(_PRODUCTS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if product:
        return f"{product} on {system}" if system else product
    found = _FIRST_PRODUCT.match(user_agent)
    return " ".join(part for part in found.groups() if part) if found else None


def _first(names: dict[str, str], line: str) -> str | None:
    return next((name for mark, name in names.items() if mark in line), None)
