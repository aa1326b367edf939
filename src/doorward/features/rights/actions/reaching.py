"""Reading beside an act no further than its own right goes, which may be held over fewer people (RIGHT-3)."""

from collections.abc import Sequence
from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.groups import actions as groups
from doorward.features.rights.actions import facts
from doorward.kernel.act import Actor
from doorward.kernel.ids import AccountId


def keeping_to(call: Call, account: AccountId | None, right: str) -> Call:
    """Let what is read beside an act keep to whom an account reaches by a right; nobody reaches nobody."""
    return replace(call, reach=facts.reach_of(call, Actor(account, ""), right))


def keeping_to_own(call: Call, right: str) -> Call:
    """Let what is read beside an act keep to whom its actor reaches by a right other than the act's."""
    return replace(call, reach=facts.reach_of(call, call.actor, right))


def reached_among(call: Call, accounts: Sequence[AccountId]) -> frozenset[AccountId]:
    """Of many accounts, give those that the actor reaches by this act's right."""
    if call.reach.whole:
        return frozenset(accounts)
    inside = groups.groups_of_each(call, accounts)
    return frozenset(one for one in accounts if call.reach.covers(inside.get(one, frozenset())))
