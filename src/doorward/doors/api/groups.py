"""`/groups`: named sets of accounts, and who is in them (RIGHT-3)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Asked, Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import (
    AccountIn,
    After,
    Body,
    Cursor,
    GroupIn,
    IfMatch,
    Limit,
    ListedAccount,
    NewText,
    Reason,
    Reasoned,
)
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import AccountJson, ActedJson, OutcomeJson, Page, Shape, account_json
from doorward.features.administration.actions.grouping import (
    add_group,
    add_member,
    delete_group,
    edit_group,
    remove_member,
)
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import Found, Search
from doorward.features.groups.actions import list_groups, view_group
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    DeleteGroup,
    EditGroup,
    GroupAdded,
    GroupDeleted,
    GroupRow,
    GroupShown,
    GroupsListed,
    ListGroups,
    RemoveMember,
    ViewGroup,
)
from doorward.kernel.act import Action
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("groups")

_FIELDS = ("groups.name_malformed", "groups.description_malformed", "groups.name_taken", "request.reason")
_MEMBER = (
    "groups.not_found", "accounts.not_found", "request.reason", "rights.self", "rights.higher_target",
    "rights.not_held", "rights.gained", "rights.internal_only",
)  # fmt: skip
_AT_ONCE = 200

Text = Annotated[str, Query(max_length=200, description="prefix for 1 or 2 characters, substring from 3")]


class NewGroup(Body):
    """A group to add."""

    name: str = Field(description="1 to 200 characters, no semicolon, no control characters; unique in any spelling")
    description: str = Field("", description="at most 500 characters")
    reason: Reason | None = None


class GroupChanges(Body):
    """What to change; what is left out stays as it is."""

    name: NewText = None
    description: NewText = None
    reason: Reason | None = None


class GroupReason(Body):
    """Why, if it is to be said."""

    reason: Reason | None = None


class Members(Body):
    """Accounts to put into a group, or to take out of it; protected ones are left out (PROT-2)."""

    reason: Reason
    accounts: list[ListedAccount] = Field(min_length=1, max_length=_AT_ONCE)


class GroupJson(Shape):
    """A group."""

    id: UUID
    name: str
    description: str
    password_rules: str | None = Field(description="the password rules that serve its members; null: it names none")
    members: int = Field(description="how many accounts are in it")
    created_at: datetime
    version: int = Field(description="what `If-Match` of a change must name")


class MemberOutcome(Shape):
    """What came of one account."""

    account_id: UUID
    outcome: str = Field(description="`done`, `unchanged` or `refused`")
    code: str | None = Field(description="of a refused one")


class MembersJson(Shape):
    """What came of each account, in the order in which they were named."""

    items: list[MemberOutcome]


@routes.on("GET /groups", list_groups, Page[GroupJson], ("list.cursor",))
def read_groups(asked: Holder, query: Text = "", limit: Limit = DEFAULT_PAGE, cursor: After = None) -> Response:
    """Search groups by name; ordered by name.

    curl -s 'https://login.example.org/api/v1/groups?query=branch' -H "authorization: Bearer $TOKEN"
    """
    command = ListGroups(query, limit, None if cursor is None else GroupId(cursor))
    return asked.told(asked.run(list_groups, command), _listed)


@routes.on("POST /groups", add_group, GroupJson, _FIELDS, 201)
def create_group(body: NewGroup, asked: Holder) -> Response:
    r"""Add a group, empty.

    curl -s https://login.example.org/api/v1/groups -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"name": "Branch North", "description": "All of Harbour Street"}'
    """
    outcome = asked.run(add_group, AddGroup(body.name, body.description, body.reason))
    if isinstance(outcome, GroupAdded):
        return _group(asked, outcome.group, 201, {"location": f"{PREFIX}/groups/{outcome.group}"})
    return asked.refuse(outcome)


@routes.on("GET /groups/{group}", view_group, GroupJson, ("groups.not_found",))
def read_group(group: GroupIn, asked: Holder) -> Response:
    """Read a group; its version is in `version` and in `ETag`."""
    return _group(asked, group)


@routes.on(
    "PATCH /groups/{group}", edit_group, GroupJson,
    ("groups.not_found", "groups.version_missing", "groups.version_lost", *_FIELDS),
)  # fmt: skip
def change_group(group: GroupIn, body: GroupChanges, asked: Holder, if_match: IfMatch = None) -> Response:
    """Change a group's name or description; `If-Match` names the version that was read, quoted or bare."""
    if if_match is None:
        return asked.refuse(Refused("groups.version_missing"))
    outcome = asked.run(edit_group, EditGroup(group, if_match, body.name, body.description, body.reason))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else _group(asked, group)


@routes.on(
    "DELETE /groups/{group}", delete_group, OutcomeJson,
    ("groups.not_found", "groups.not_empty", "request.reason", "rights.not_held", "rights.last_administrator"),
)  # fmt: skip
def remove_group(group: GroupIn, asked: Holder, body: GroupReason | None = None) -> Response:
    """Delete a group that nobody is in."""
    command = DeleteGroup(group, None if body is None else body.reason)
    return asked.told(asked.run(delete_group, command), _deleted)


@routes.on("GET /groups/{group}/members", search_accounts, Page[AccountJson], ("groups.not_found", "list.cursor"))
def read_members(group: GroupIn, asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None) -> Response:
    """List the accounts in a group, ordered by full name, then id; `GET /accounts?group=` filters them further."""
    return asked.told(asked.run(search_accounts, Search(group=str(group), limit=limit, cursor=cursor)), _members)


@routes.on("POST /groups/{group}/members", add_member, MembersJson, _MEMBER)
def put_members(group: GroupIn, body: Members, asked: Holder) -> Response:
    r"""Put several accounts into a group, each an act of its own; the answer says what came of each.

    Protected accounts are left out (`protection.required`): each of them takes a request of its own.

    curl -s https://login.example.org/api/v1/groups/$GROUP/members -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"accounts": ["'$ID'"], "reason": "moved to Harbour Street"}'
    """
    return _each(asked, add_member, [AddMember(account, group, body.reason) for account in body.accounts])


@routes.on("POST /groups/{group}/members/remove", remove_member, MembersJson, (*_MEMBER, "rights.last_administrator"))
def take_members(group: GroupIn, body: Members, asked: Holder) -> Response:
    """Take several accounts out of a group, each an act of its own; the answer says what came of each.

    Protected accounts are left out (`protection.required`): each of them takes a request of its own.
    """
    return _each(asked, remove_member, [RemoveMember(account, group, body.reason) for account in body.accounts])


@routes.on("PUT /groups/{group}/members/{account}", add_member, ActedJson, _MEMBER)
def put_member(group: GroupIn, account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Put an account into a group; `unchanged` if it was in it already."""
    return asked.acted(asked.change(add_member, AddMember(account, group, body.reason), body), account)


@routes.on(
    "POST /groups/{group}/members/{account}/remove", remove_member, ActedJson, (*_MEMBER, "rights.last_administrator")
)
def take_member(group: GroupIn, account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Take an account out of a group; `unchanged` if it was not in it."""
    return asked.acted(asked.change(remove_member, RemoveMember(account, group, body.reason), body), account)


def _group(asked: Asked, group: GroupId, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    outcome = asked.run(view_group, ViewGroup(group))
    if isinstance(outcome, GroupShown):
        shape = _group_json(outcome.row)
        return answer(shape, status, headers={"etag": f'"{shape.version}"', **(headers or {})})
    return asked.refuse(outcome)


def _each(asked: Asked, action: Action[Any, Any], commands: list[Any]) -> Response:
    """Run an act for each account; what concerns all of them alike is refused as a whole."""
    outcomes = []
    for command in dict.fromkeys(commands):
        outcome = asked.run(action, command)
        if isinstance(outcome, Refused) and outcome.code not in _OF_ONE:
            return asked.refuse(outcome)
        code = outcome.code if isinstance(outcome, Refused) else None
        outcomes.append(MemberOutcome(account_id=command.account, outcome=outcome.status, code=code))
    return answer(MembersJson(items=outcomes))


_OF_ONE = frozenset(
    {"accounts.not_found", "rights.self", "rights.higher_target", "rights.last_administrator", "rights.not_held",
     "protection.required", "rights.internal_only", "rights.gained"}
)  # fmt: skip
"""Refusals that concern one account, and leave the others to be looked at."""


def _listed(found: GroupsListed) -> Page[GroupJson]:
    return Page(items=[_group_json(row) for row in found.groups], next=cursor_of(found.next))


def _members(found: Found) -> Page[AccountJson]:
    return Page(items=[account_json(row) for row in found.accounts], next=found.next)


def _group_json(row: GroupRow) -> GroupJson:
    group = row.group
    return GroupJson(
        id=group.id,
        name=group.name,
        description=group.description,
        password_rules=group.password_rules,
        members=row.members,
        created_at=group.created_at,
        version=group.version,
    )


def _deleted(outcome: GroupDeleted) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)
