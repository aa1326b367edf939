"""Who holds roles at all, and whether a change of a role or of a group would reach somebody higher (RIGHT-4)."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.actions import facts
from doorward.features.rights.rules import scopes
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

AT_ONCE = 500
_FROM_THE_FIRST = AccountId(UUID(int=0))


def everybody_holding(call: Call) -> list[AccountId]:
    """List whoever holds or is denied any role, by themselves or through a group, by id."""
    through = (member for group in store.every_group(call.sql) for member in members(call, group))
    return sorted({*_direct(call), *through})


def members(call: Call, group: GroupId) -> Iterator[AccountId]:
    """Go through the members of a group, by id."""
    found = groups.member_ids(call, group, AT_ONCE)
    while found:
        yield from found
        found = groups.member_ids(call, group, AT_ONCE, found[-1])


def judge_everybody_with(call: Call, role: str) -> Refused | None:
    """Refuse to change a role that somebody holds, or is denied, who holds rights that the actor lacks."""
    direct, through = store.accounts_with(call.sql, role), store.groups_with(call.sql, role)
    return _judge(call, sorted({*direct, *(one for group in through for one in members(call, group))}))


def judge_members(call: Call, group: GroupId) -> Refused | None:
    """Refuse to change what a group gives where a member is protected, or holds rights that the actor lacks.

    It would be a change to each of them, and on each one's own page it would be refused. Whoever holds no role at all
    holds no right, so that only the others are looked at.
    """
    if call.actor.owner:
        return None
    for one in members(call, group):
        standing = accounts.load(call, one)
        if standing is not None and standing.account.protected:
            return Refused("groups.protected_member")
    return _judge(call, [one for one in everybody_holding(call) if group in groups.groups_of(call, one)])


def _judge(call: Call, touched: Iterable[AccountId]) -> Refused | None:
    if call.actor.owner or call.actor.account is None:
        return None if call.actor.owner else Refused("session.required")
    own = facts.holdings_of(call, call.actor.account)
    for one in touched:
        if one != call.actor.account and scopes.lacking(own, facts.holdings_of(call, one)):
            return Refused("rights.higher_target")
    return None


def _direct(call: Call) -> Iterator[AccountId]:
    found = store.every_holder(call.sql, _FROM_THE_FIRST, AT_ONCE)
    while found:
        yield from found
        found = store.every_holder(call.sql, found[-1], AT_ONCE)
