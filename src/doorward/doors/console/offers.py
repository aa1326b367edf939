"""What a page offers to take back beside what it says was done: for ten seconds, by the server's clock."""

import math
from typing import Any

from doorward.edges.call import Call
from doorward.features.administration.actions.undoing import undoable_until
from doorward.features.directory.model import AccountRow
from doorward.features.second_factor.actions import allowlist
from doorward.features.sessions.model import SessionShown
from doorward.kernel.act import Actor

_OFFERS = {
    "unlocked": (undoable_until, "unlock/undo", "Undo the unlock"),
    "allowed": (allowlist.undoable_until, "allowlist/undo", "Undo adding to the allowlist"),
}


def undo_of(call: Call, done: str, account: AccountRow, shown: SessionShown) -> dict[str, Any] | None:
    """Return the button that takes back what was just done, with the seconds that are left; None where nothing is.

    None on a protected account either: taking it back is a change for which no second code comes in time (PROT-1).
    """
    if done not in _OFFERS or account.protected:
        return None
    asked, path, words = _OFFERS[done]
    until = asked(call, account.id, Actor(shown.session.account, shown.session.user_name))
    if until is None:
        return None
    left = math.ceil((until - call.now).total_seconds())
    return {"action": f"/console/users/{account.id}/{path}", "words": words, "seconds": left} if left > 0 else None
