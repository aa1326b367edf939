"""Who holds roles at all, and whether a change of a role or of a group would reach somebody higher (RIGHT-4)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.groups import actions as groups
from doorward.features.rights import store
from doorward.features.rights.actions import facts
from doorward.features.rights.model.facts import ActorFacts, Role, Touched
from doorward.features.rights.rules import membership
from doorward.kernel.ids import NO_ACCOUNT, AccountId, GroupId
from doorward.kernel.outcome import Refused

AT_ONCE = 500


def everybody_holding(call: Call) -> list[AccountId]:
    """List whoever holds or is denied any role, by themselves or through a group, by id."""
    return _holding_through(call, store.every_group(call.sql))


def members(call: Call, group: GroupId) -> Iterator[AccountId]:
    """Go through the members of a group, by id."""
    return chain.from_iterable(_parts(call, group))


def judge_role_change(call: Call, before: Role, wanted: Role) -> Refused | None:
    """Refuse to change a role for whoever holds it, where the actor could not change what each of them holds."""
    actor = facts.acting(call)
    if actor is None:
        return None
    touched = _cut(_everybody_with(call, before.name))
    protected = any(accounts.protected(call, part) for part in touched)
    return membership.may_change_role(before, wanted, Touched(protected, _any_higher(call, actor, touched)))


def judge_group_change(call: Call, group: GroupId) -> Refused | None:
    """Refuse to change what a group gives, where the actor is in it, or could not change what each member holds.

    Whoever holds nothing but what this group gives holds what all such members hold, so that only the others are looked
    at one by one.
    """
    actor = facts.acting(call)
    if actor is None:
        return None
    protected = any(accounts.protected(call, part) for part in _parts(call, group))
    holding = _holding_through(call, [one for one in store.every_group(call.sql) if one != group])
    others = [one for one in holding if group in groups.groups_of(call, one)]
    alike = groups.counts(call, [group])[group] > len(others)
    given = facts.holdings_from(call, store.assignments_of_groups(call.sql, [group])) if alike else {}
    higher = membership.any_higher(actor.rights, [given]) or _any_higher(call, actor, _cut(others))
    own = group in groups.groups_of(call, actor.account)
    return membership.may_change_group(Touched(protected, higher), own=own)


def _any_higher(call: Call, actor: ActorFacts, parts: Iterable[Sequence[AccountId]]) -> bool:
    """Return whether anybody among these is a higher target."""
    held = (facts.holdings_of_each(call, part, groups.groups_of_each(call, part)) for part in parts)
    return any(membership.any_higher(actor.rights, part.values()) for part in held)


def _everybody_with(call: Call, role: str) -> list[AccountId]:
    """List whoever holds or is denied a role, by themselves or through a group, by id."""
    direct, through = store.accounts_with(call.sql, role), store.groups_with(call.sql, role)
    return sorted({*direct, *(one for group in through for one in members(call, group))})


def _cut(found: Sequence[AccountId]) -> list[Sequence[AccountId]]:
    """Cut a list into as many at once as one statement takes."""
    return [found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE)]


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
