"""What entries tell whoever does not reach everybody: no group outside their scope is named (RIGHT-3).

An entry keeps the name that a group had; so a name is told where a group of that name is within reach today, and no
other. What cannot be told for certain is left out.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from doorward.kernel.events import Entry
from doorward.kernel.outcome import Fact

_NAMES = frozenset({"group", "over"})
"""Details that are the name of one group: in which somebody was put, over whose members a role is held."""
_LIST, _BETWEEN = "groups", ", "
_OF_GROUPS = frozenset({"name", "description"})
"""What an edit of a group has changed: the words before and after."""
_SOUGHT = frozenset({"search", "account", "actor"})
"""What somebody looked for, in a search or in the trail: a group, or people."""


def named(entries: Iterable[Entry]) -> frozenset[str]:
    """Return every name of a group that entries might tell."""
    return frozenset(name for entry in entries for key, fact in entry.details.items() for name in _names(key, fact))


def within(entry: Entry, reached: Collection[str]) -> Entry:
    """Tell an entry to somebody who reaches the groups of these names: of all others stands None."""
    told = {key: _told(entry.act, key, fact, reached) for key, fact in entry.details.items()}
    return entry if told == entry.details else replace(entry, details=told)


def _names(key: str, fact: Fact) -> list[str]:
    if not isinstance(fact, str):
        return []
    return [fact] if key in _NAMES else fact.split(_BETWEEN) if key == _LIST else []


def _told(act: str, key: str, fact: Fact, reached: Collection[str]) -> Fact:
    if key in _NAMES or key == _LIST:
        return _BETWEEN.join(name for name in _names(key, fact) if name in reached) or None
    return None if key in _SOUGHT or (act == "groups.edited" and key in _OF_GROUPS) else fact
