"""What a group may be called, and what an edit of it comes to."""

from collections.abc import Iterable, Sequence

from doorward.features.groups.model import EditGroup, Group
from doorward.features.policy.rules import DEFAULT
from doorward.kernel.names import NAME_LENGTH, canonical, fits
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls

DESCRIPTION_LENGTH = 500
SEPARATOR = ";"
"""What stands between the names of groups in a file of people, and so in none of them."""


def judge_name(text: str) -> Refused | None:
    """Refuse a name that cannot be seen, is too long, or could not stand in a file beside others."""
    form = canonical(text)
    if form and fits(text) and SEPARATOR not in text and SEPARATOR not in form and not has_controls(text):
        return None
    return Refused("groups.name_malformed", {"most": NAME_LENGTH})


def judge_description(text: str) -> Refused | None:
    """Refuse a description that is too long or has control characters; an empty one says nothing."""
    if len(text) <= DESCRIPTION_LENGTH and not has_controls(text):
        return None
    return Refused("groups.description_malformed", {"most": DESCRIPTION_LENGTH})


def judge_version(group: Group, if_version: int | None, *, owner: bool) -> Refused | None:
    """Refuse an edit of what somebody else has changed meanwhile; only the server's owner may overwrite unseen."""
    if if_version is None:
        return None if owner else Refused("groups.version_missing")
    return None if if_version == group.version else Refused("groups.version_lost")


def changes(group: Group, command: EditGroup) -> dict[str, str]:
    """Return which fields an edit changes, trimmed."""
    wanted = {"name": command.name, "description": command.description}
    given = {field: text.strip() for field, text in wanted.items() if text is not None}
    return {field: text for field, text in given.items() if text != getattr(group, field)}


def serving(order: Sequence[str], named: Iterable[str | None]) -> str:
    """Return which password rules serve an account whose groups name these: the first in order that is still there."""
    there = set(named)
    return next((name for name in order if name in there), DEFAULT)
