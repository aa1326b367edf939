"""Who holds roles at all, and whether a change of a role or of a group would reach somebody higher (RIGHT-4)."""

from collections.abc import Iterable, Iterator
from itertools import chain

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.actions import facts
from doorward.features.rights.rules import scopes
from doorward.kernel.ids import NO_ACCOUNT, AccountId, GroupId
from doorward.kernel.outcome import Refused

AT_ONCE = 500


def everybody_holding(call: Call) -> list[AccountId]:
    """List whoever holds or is denied any role, by themselves or through a group, by id."""
    return _holding_through(call, store.every_group(call.sql))


def members(call: Call, group: GroupId) -> Iterator[AccountId]:
    """Go through the members of a group, by id."""
    return chain.from_iterable(_parts(call, group))


def judge_everybody_with(call: Call, role: str) -> Refused | None:
    """Refuse to change a role that somebody holds, or is denied, who holds rights that the actor lacks."""
    return _judge(call, _everybody_with(call, role))


def judge_protected_with(call: Call, role: str) -> Refused | None:
    """Refuse to change what a role holds where somebody who holds it, or is denied it, is protected.

    It would change their rights, and on their own page it would ask for a proof (PROT-1); a proof is good for one
    account, and what is done to many at once leaves protected ones out (PROT-2).
    """
    if call.actor.owner:
        return None
    touched = _everybody_with(call, role)
    parts = (touched[at : at + AT_ONCE] for at in range(0, len(touched), AT_ONCE))
    found = any(accounts.protected(call, part) for part in parts)
    return Refused("rights.protected_holder", {"role": role}) if found else None


def judge_members(call: Call, group: GroupId) -> Refused | None:
    """Refuse to change what a group gives where a member is protected, or holds rights that the actor lacks.

    It would be a change to each of them, and on each one's own page it would be refused. Whoever holds nothing but what
    this group gives holds what all such members hold, so that only the others are looked at one by one.
    """
    if call.actor.owner:
        return None
    if any(accounts.protected(call, part) for part in _parts(call, group)):
        return Refused("groups.protected_member")
    holding = _holding_through(call, [one for one in store.every_group(call.sql) if one != group])
    others = [one for one in holding if group in groups.groups_of(call, one)]
    alike = groups.counts(call, [group])[group] > len(others)
    return (_judge_alike(call, group) if alike else None) or _judge(call, others)


def _judge_alike(call: Call, group: GroupId) -> Refused | None:
    """Refuse where those who hold what this group gives, and nothing else, hold rights that the actor lacks."""
    if call.actor.account is None:
        return Refused("session.required")
    given = facts.holdings_from(call, store.assignments_of_groups(call.sql, [group]))
    lacking = scopes.lacking(facts.holdings_of(call, call.actor.account), given)
    return Refused("rights.higher_target") if lacking else None


def _judge(call: Call, touched: Iterable[AccountId]) -> Refused | None:
    if call.actor.owner or call.actor.account is None:
        return None if call.actor.owner else Refused("session.required")
    own = facts.holdings_of(call, call.actor.account)
    for one in touched:
        if one != call.actor.account and scopes.lacking(own, facts.holdings_of(call, one)):
            return Refused("rights.higher_target")
    return None


def _everybody_with(call: Call, role: str) -> list[AccountId]:
    """List whoever holds or is denied a role, by themselves or through a group, by id."""
    direct, through = store.accounts_with(call.sql, role), store.groups_with(call.sql, role)
    return sorted({*direct, *(one for group in through for one in members(call, group))})


def _holding_through(call: Call, through: Iterable[GroupId]) -> list[AccountId]:
    """List whoever holds or is denied any role, by themselves or through one of these groups, by id."""
    return sorted({*_direct(call), *(member for group in through for member in members(call, group))})


def _parts(call: Call, group: GroupId) -> Iterator[list[AccountId]]:
    """Go through the members of a group by id, as many at once as one statement takes."""
    found = groups.member_ids(call, group, AT_ONCE)
    while found:
        yield found
        found = groups.member_ids(call, group, AT_ONCE, found[-1])


def _direct(call: Call) -> Iterator[AccountId]:
    found = store.every_holder(call.sql, NO_ACCOUNT, AT_ONCE)
    while found:
        yield from found
        found = store.every_holder(call.sql, found[-1], AT_ONCE)
