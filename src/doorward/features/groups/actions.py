"""Reading groups, and what other features ask of them; the acts that change them are in `administration`."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.groups import rules, store
from doorward.features.groups.model import Group, GroupRow, GroupShown, GroupsListed, ListGroups, ViewGroup
from doorward.features.policy import actions as policy
from doorward.kernel.act import EVERYBODY, Needs, Reach, act
from doorward.kernel.ids import NO_ACCOUNT, AccountId, GroupId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import page_size

_AT_ONCE = 500


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def list_groups(call: Call, command: ListGroups) -> GroupsListed | Refused:
    """Search groups by name, each with how many accounts within reach are in it."""
    after = None if command.after is None else reached(call, command.after)
    if command.after is not None and after is None:
        return Refused("list.cursor")
    size = page_size(command.limit)
    found = store.page(call.sql, command.query, after, size + 1, call.reach)
    return GroupsListed(_rows(call, found[:size]), found[size - 1].id if len(found) > size else None)


@act("users:read", event=None, writes=False, needs=(Needs.SOMEWHERE,))
def view_group(call: Call, command: ViewGroup) -> GroupShown | Refused:
    """Read a group."""
    group = reached(call, command.group)
    return Refused("groups.not_found") if group is None else GroupShown(_rows(call, [group])[0])


def load(call: Call, group: GroupId) -> Group | None:
    """Load a group."""
    return store.by_id(call.sql, group)


def reached(call: Call, group: GroupId) -> Group | None:
    """Load a group whose members the actor reaches, by the right of this act; others are not there (RIGHT-3)."""
    return load(call, group) if call.reach.covers([group]) else None


def find(call: Call, name: str) -> Group | None:
    """Find the group that bears a name, whatever its spelling."""
    return store.by_name(call.sql, name)


def groups_of(call: Call, account: AccountId) -> frozenset[GroupId]:
    """Return which groups an account is in: one look-up, since groups hold no groups."""
    return store.groups_of(call.sql, account)


def groups_of_each(call: Call, accounts: Sequence[AccountId]) -> dict[AccountId, frozenset[GroupId]]:
    """Return which groups accounts are in; an account that is in none is left out."""
    return store.groups_of_each(call.sql, accounts)


def member_ids(call: Call, group: GroupId, most: int, after: AccountId = NO_ACCOUNT) -> list[AccountId]:
    """List the accounts in a group by their ids, from one id on."""
    return store.member_ids(call.sql, group, after, most)


def named(call: Call, text: str) -> Group | None:
    """Find the group that a text means: by its id, else by its name."""
    given = parse_id(text)
    return (None if given is None else load(call, GroupId(given))) or find(call, text)


def inside(call: Call, account: AccountId) -> list[Group]:
    """Load the groups that an account is in, by name; those that the actor does not reach are not there (RIGHT-3)."""
    return store.some(call.sql, [one for one in store.groups_of(call.sql, account) if call.reach.covers([one])])


def outside(call: Call, account: AccountId, query: str, most: int) -> list[Group]:
    """Load groups that a search finds, the actor reaches and the account is not in, by name (RIGHT-3)."""
    there = store.groups_of(call.sql, account)
    found = store.page(call.sql, query, None, most + len(there), call.reach)
    return [group for group in found if group.id not in there][:most]


def is_empty(call: Call, group: GroupId) -> bool:
    """Return whether nobody is in a group."""
    return not member_ids(call, group, 1)


def names(call: Call, wanted: Sequence[GroupId]) -> dict[GroupId, str]:
    """Load the names of groups, in their order; those that are not there are left out."""
    return {group.id: group.name for group in store.some(call.sql, wanted)}


def names_within(call: Call, wanted: Sequence[GroupId]) -> dict[GroupId, str]:
    """Load the names of groups; those that the actor does not reach are not named (RIGHT-3)."""
    return names(call, [one for one in wanted if call.reach.covers([one])])


def counts(call: Call, wanted: Sequence[GroupId]) -> dict[GroupId, int]:
    """Count all members of groups, whoever asks; one that is empty, or not there, has none."""
    return _counted(call, wanted, EVERYBODY)


def _counted(call: Call, wanted: Sequence[GroupId], reach: Reach) -> dict[GroupId, int]:
    found = store.counts(call.sql, wanted, reach)
    return {group: found.get(group, 0) for group in wanted}


def add(call: Call, group: Group) -> None:
    """Write a new group, empty."""
    store.add(call.sql, group)


def save(call: Call, before: Group, changed: Mapping[str, Any]) -> bool:
    """Write changed fields, unless somebody has changed or deleted the group since it was loaded."""
    return store.save(call.sql, before, changed)


def delete(call: Call, group: GroupId) -> bool:
    """Delete a group with its memberships; its accounts stay. Tell whether it was there."""
    return store.remove(call.sql, group)


def add_member(call: Call, group: GroupId, account: AccountId) -> bool:
    """Put an account into a group; tell whether it was not in it before."""
    if store.is_member(call.sql, group, account):
        return False
    store.add_member(call.sql, group, account, call.actor.name, call.now)
    serve(call, [account])
    return True


def remove_member(call: Call, group: GroupId, account: AccountId) -> bool:
    """Take an account out of a group; tell whether it was in it."""
    removed = store.remove_member(call.sql, group, account)
    if removed:
        serve(call, [account])
    return removed


def assign(call: Call, group: Group, name: str | None) -> bool:
    """Let password rules serve the members of a group, or none of its own; tell whether nobody was quicker."""
    if not store.save(call.sql, group, {"password_rules": name}):
        return False
    serve_members(call, group.id)
    return True


def serve_members(call: Call, group: GroupId) -> None:
    """Write anew which password rules serve the members of a group."""
    members = member_ids(call, group, _AT_ONCE)
    while members:
        serve(call, members)
        members = member_ids(call, group, _AT_ONCE, members[-1])


def serve(call: Call, served: Sequence[AccountId]) -> None:
    """Write which password rules serve accounts, as their groups stand now.

    The name stands in the narrow state, where sign-in finds it without a further statement; whatever changes it (a
    membership, an assignment, the order of the sets) comes through here in its own transaction.
    """
    order, named = policy.order(call), store.rules_named(call.sql, served)
    chosen: dict[str, list[AccountId]] = {}
    for account in served:
        chosen.setdefault(rules.serving(tuple(order), named.get(account, ())), []).append(account)
    for name, of_it in chosen.items():
        accounts.set_serving(call, of_it, name)


def serving(call: Call, found: Sequence[Group]) -> str:
    """Name the password rules that would serve an account in these groups."""
    return rules.serving(tuple(policy.order(call)), [group.password_rules for group in found])


def naming(call: Call, name: str) -> list[Group]:
    """Load the groups whose members password rules are assigned to."""
    return store.naming(call.sql, name)


def _rows(call: Call, found: Sequence[Group]) -> tuple[GroupRow, ...]:
    members = _counted(call, [group.id for group in found], call.reach)
    return tuple(GroupRow(group, members[group.id]) for group in found)
