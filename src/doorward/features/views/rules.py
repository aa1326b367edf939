"""What a view may be called, and how many somebody keeps.

Laws: a name is found in any spelling of it; a view holds a search and nothing of what it found.
"""

from dataclasses import replace

from doorward.features.directory.model import Search
from doorward.features.views.model import View
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls

NAME_LENGTH = 60
MOST = 30
"""At most this many views are kept by one account: more than anybody finds again."""


def judge_name(name: str) -> Refused | None:
    """Refuse a name that cannot be seen, or that no address can spell."""
    if not canonical(name) or len(name) > NAME_LENGTH or "/" in name or has_controls(name):
        return Refused("views.name_malformed", {"most": NAME_LENGTH})
    return None


def judge_count(present: int) -> Refused | None:
    """Refuse one view more than somebody keeps."""
    return Refused("views.too_many", {"most": MOST}) if present >= MOST else None


def kept(name: str, search: Search) -> View:
    """Make a view of a search, whichever of its pages was looked at."""
    return View(name.strip(), replace(search, cursor=None, limit=Search().limit))
