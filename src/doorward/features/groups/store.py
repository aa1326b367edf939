"""The SQL on groups and their members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from doorward.edges.sql.columns import Id
from doorward.edges.sql.reaching import groups_reached, reached, sides
from doorward.edges.sql.searching import matches, matching
from doorward.edges.sql.tables.groups import account_groups, group_members
from doorward.features.groups.model import Group
from doorward.kernel.act import Reach
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.names import canonical

_G, _M = account_groups.c, group_members.c
_ASKED = bindparam("asked", expanding=True, type_=Id())

_GROUPS = select(_G.group_id, _G.name, _G.description, _G.password_rules, _G.created_at, _G.version)
_BY_ID = _GROUPS.where(_G.group_id == bindparam("group"))
_BY_NAME = _GROUPS.where(_G.name_canonical == bindparam("name"))
_LIST = _GROUPS.order_by(_G.name_canonical).limit(bindparam("most"))
_MATCHES = matches(_G.name_canonical)
_FURTHER = _G.name_canonical > bindparam("after")
_LISTS = {
    (False, False): _LIST,
    (True, False): _LIST.where(_MATCHES),
    (False, True): _LIST.where(_FURTHER),
    (True, True): _LIST.where(_MATCHES, _FURTHER),
}
"""The list by whether a pattern narrows it down, and whether it goes on after a name."""
_SOME = _GROUPS.where(_G.group_id.in_(_ASKED)).order_by(_G.name_canonical)
_NAMING = _GROUPS.where(_G.password_rules == bindparam("rules")).order_by(_G.name_canonical)
_RULES_NAMED = (
    select(_M.account_id, _G.password_rules)
    .join_from(group_members, account_groups, _G.group_id == _M.group_id)
    .where(_M.account_id.in_(bindparam("accounts", expanding=True, type_=Id())), _G.password_rules.is_not(None))
)
_ADD = insert(account_groups)
_DELETE = delete(account_groups).where(_G.group_id == bindparam("group"))
_GROUPS_OF = select(_M.group_id).where(_M.account_id == bindparam("account"))
_GROUPS_OF_EACH = select(_M.account_id, _M.group_id).where(
    _M.account_id.in_(bindparam("accounts", expanding=True, type_=Id()))
)
_MEMBERS = (
    select(_M.account_id)
    .where(_M.group_id == bindparam("group"), _M.account_id > bindparam("after"))
    .order_by(_M.account_id)
    .limit(bindparam("most"))
)
_MEMBER = group_members.alias("member").c
"""A member as it is counted, beside those of denied groups."""
_COUNTS = (
    select(_MEMBER.group_id, func.count().label("members"))
    .where(_MEMBER.group_id.in_(_ASKED))
    .group_by(_MEMBER.group_id)
)
_ADD_MEMBER = insert(group_members)
_ONE_MEMBER = (_M.account_id == bindparam("account"), _M.group_id == bindparam("group"))
_IS_MEMBER = select(_M.added_at).where(*_ONE_MEMBER)
_REMOVE_MEMBER = delete(group_members).where(*_ONE_MEMBER)
_REMOVE_ALL = delete(group_members).where(_M.group_id == bindparam("group"))


def by_id(sql: Connection, group: GroupId) -> Group | None:
    """Load a group."""
    row = sql.execute(_BY_ID, {"group": group}).one_or_none()
    return None if row is None else _group(row)


def by_name(sql: Connection, name: str) -> Group | None:
    """Load the group that bears a name, in any spelling of it."""
    row = sql.execute(_BY_NAME, {"name": canonical(name)}).one_or_none()
    return None if row is None else _group(row)


def some(sql: Connection, wanted: Sequence[GroupId]) -> list[Group]:
    """Load these groups, by name; those that are not there are left out."""
    return [_group(row) for row in sql.execute(_SOME, {"asked": wanted})] if wanted else []


def page(sql: Connection, query: str, after: Group | None, most: int, reach: Reach) -> list[Group]:
    """Load groups by name: those that a search finds, after one of them, as far as somebody reaches them."""
    found = matching(query)
    keys: dict[str, Any] = {"most": most, **found}
    if after is not None:
        keys["after"] = canonical(after.name)
    statement = _LISTS[bool(found), after is not None].where(*groups_reached(reach))
    return [_group(row) for row in sql.execute(statement, keys)]


def add(sql: Connection, group: Group) -> None:
    """Insert a group; a name that is taken violates its unique key."""
    sql.execute(
        _ADD,
        {
            "group_id": group.id, "name": group.name, "name_canonical": canonical(group.name),
            "description": group.description, "password_rules": group.password_rules,
            "created_at": group.created_at, "version": group.version,
        },
    )  # fmt: skip


def save(sql: Connection, before: Group, fields: Mapping[str, Any]) -> bool:
    """Write changed fields if the group is still at the version that was loaded; tell whether it was."""
    values = dict(fields)
    if "name" in values:
        values["name_canonical"] = canonical(values["name"])
    statement = (
        update(account_groups)
        .where(_G.group_id == before.id, _G.version == before.version)
        .values(**values, version=before.version + 1)
    )
    return sql.execute(statement).rowcount == 1


def remove(sql: Connection, group: GroupId) -> bool:
    """Delete a group with its memberships; tell whether it was there."""
    sql.execute(_REMOVE_ALL, {"group": group})
    return sql.execute(_DELETE, {"group": group}).rowcount == 1


def naming(sql: Connection, name: str) -> list[Group]:
    """Load the groups that name these password rules, by name."""
    return [_group(row) for row in sql.execute(_NAMING, {"rules": name})]


def rules_named(sql: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, set[str]]:
    """Load which password rules the groups of accounts name; an account of which no group names any is left out."""
    found: dict[AccountId, set[str]] = {}
    for account, name in sql.execute(_RULES_NAMED, {"accounts": accounts}):
        found.setdefault(AccountId(account), set()).add(name)
    return found


def groups_of(sql: Connection, account: AccountId) -> frozenset[GroupId]:
    """Load which groups an account is in."""
    return frozenset(GroupId(found) for found in sql.execute(_GROUPS_OF, {"account": account}).scalars())


def groups_of_each(sql: Connection, accounts: Sequence[AccountId]) -> dict[AccountId, frozenset[GroupId]]:
    """Load which groups accounts are in; an account that is in none is left out."""
    found: dict[AccountId, set[GroupId]] = {}
    for account, group in sql.execute(_GROUPS_OF_EACH, {"accounts": accounts}):
        found.setdefault(AccountId(account), set()).add(GroupId(group))
    return {account: frozenset(groups) for account, groups in found.items()}


def member_ids(sql: Connection, group: GroupId, after: AccountId, most: int) -> list[AccountId]:
    """List the accounts in a group by their ids, from one id on."""
    rows = sql.execute(_MEMBERS, {"group": group, "after": after, "most": most})
    return [AccountId(found) for found in rows.scalars()]


def counts(sql: Connection, wanted: Sequence[GroupId], reach: Reach) -> dict[GroupId, int]:
    """Count the members of these groups whom somebody reaches; a group without any is left out."""
    named = sides(reach)
    statement = _COUNTS.where(*reached(_MEMBER.account_id, named))
    return {GroupId(row.group_id): row.members for row in sql.execute(statement, {"asked": wanted, **named})}


def is_member(sql: Connection, group: GroupId, account: AccountId) -> bool:
    """Return whether an account is in a group."""
    return sql.execute(_IS_MEMBER, {"account": account, "group": group}).one_or_none() is not None


def add_member(sql: Connection, group: GroupId, account: AccountId, by: str, at: datetime) -> None:
    """Insert a membership; one that is there violates its key."""
    sql.execute(_ADD_MEMBER, {"account_id": account, "group_id": group, "added_at": at, "added_by": by})


def remove_member(sql: Connection, group: GroupId, account: AccountId) -> bool:
    """Delete a membership; tell whether there was one."""
    return sql.execute(_REMOVE_MEMBER, {"account": account, "group": group}).rowcount == 1


def _group(row: Any) -> Group:
    return Group(GroupId(row.group_id), row.name, row.description, row.password_rules, row.created_at, row.version)
