"""Groups: the list, one group with its members, and what is done to both."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from doorward.doors.console import role_forms
from doorward.doors.console.operator import (
    for_group,
    group_in,
    listed_accounts,
    may,
    may_now,
    permission,
    shell,
    signed_in,
    word_for,
)
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit
from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.grouping import (
    add_group,
    add_member,
    delete_group,
    edit_group,
    remove_member,
)
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Search
from doorward.features.groups.actions import list_groups, view_group
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    DeleteGroup,
    EditGroup,
    GroupAdded,
    GroupRow,
    ListGroups,
    RemoveMember,
    ViewGroup,
)
from doorward.features.rights.actions.facts import reaches
from doorward.features.rights.actions.group_roles import show_roles_of_group
from doorward.features.rights.model.acts.granting import ShowRolesOfGroup
from doorward.features.sessions.model import SessionShown
from doorward.kernel.act import Action
from doorward.kernel.ids import AccountId, GroupId, parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

_GROUPS = "/console/groups"
_ADD, _EDIT, _ADD_MEMBER = add_group.act, edit_group.act, add_member.act
_CHOICES = 20
_OF_ONE = frozenset(
    {"accounts.not_found", "rights.self", "rights.higher_target", "rights.not_held", "rights.last_administrator",
     "rights.internal_only", "rights.gained", "protection.required"}
)  # fmt: skip
"""Refusals that concern one account, and leave the others to be looked at."""
_FIELDS = {
    "request.reason": "reason",
    "groups.name_taken": "name",
    "groups.name_malformed": "name",
    "groups.description_malformed": "description",
}


def show_groups(visit: Visit) -> Response:
    """Show the groups that a search finds; every search has an address."""
    return _list(visit, None)


def take_group(visit: Visit) -> Response:
    """Add a group, empty."""
    form = visit.form
    command = AddGroup(form.get("name", ""), form.get("description", ""), form.get("reason", ""))
    outcome = visit.run_with_reason(add_group, command)
    return visit.go(address(outcome.group, "group-added")) if isinstance(outcome, GroupAdded) else _list(visit, outcome)


def show_group(visit: Visit) -> Response:
    """Show a group and who is in it."""
    return one_group(visit, None)


@for_group
def edit(visit: Visit, group: GroupId) -> Response:
    """Change a group's name or description."""
    form = visit.form
    fields = (form.get("name"), form.get("description"), form.get("reason", ""))
    outcome = visit.run_with_reason(edit_group, EditGroup(group, visit.version, *fields))
    if isinstance(outcome, Refused):
        return one_group(visit, outcome, "edit")
    return visit.go(address(group, word_for(outcome, "group-saved")))


@for_group
def delete(visit: Visit, group: GroupId) -> Response:
    """Delete a group that nobody is in."""
    outcome = visit.run_with_reason(delete_group, DeleteGroup(group, visit.form.get("reason", "")))
    if isinstance(outcome, Refused):
        return one_group(visit, outcome, "delete")
    return visit.go(f"{_GROUPS}?done=group-deleted")


@for_group
def put_members(visit: Visit, group: GroupId) -> Response:
    """Put the selected accounts into a group, each an act of its own."""
    return _members(visit, group, add_member, AddMember, "members-added")


@for_group
def take_members(visit: Visit, group: GroupId) -> Response:
    """Take the selected accounts out of a group, each an act of its own."""
    return _members(visit, group, remove_member, RemoveMember, "members-removed")


def _members(visit: Visit, group: GroupId, action: Action[Any, Any], command: Any, done: str) -> Response:
    chosen, reason = listed_accounts(visit), visit.form.get("reason", "")
    if isinstance(chosen, Refused):
        return visit.problem(chosen, address(group))
    if not chosen:
        return one_group(visit, Refused("jobs.nothing_selected"))
    refused: dict[AccountId, Refused] = {}
    changed = False
    for account in dict.fromkeys(chosen):
        outcome = visit.run_with_reason(action, command(account, group, reason))
        if isinstance(outcome, Refused) and outcome.code not in _OF_ONE:
            return one_group(visit, outcome, "members")
        if isinstance(outcome, Refused):
            refused[account] = outcome
        changed = changed or outcome.status == "done"
    if refused:
        return one_group(visit, None, left_out=refused)
    return visit.go(address(group, done if changed else "unchanged"))


@signed_in
def _list(visit: Visit, shown: SessionShown, refused: Refused | None) -> Response:
    query, after = visit.query.get("query", ""), parse_id(visit.query.get("cursor", ""))
    found = visit.run(list_groups, ListGroups(query, after=None if after is None else GroupId(after)))
    if isinstance(found, Refused):
        return visit.problem(found, _GROUPS if found.code == "list.cursor" else "/console")
    kept = {"query": query} if query else {}
    errors = at_field(refused, _FIELDS)
    return visit.form_page(
        "groups.html",
        refused,
        errors,
        **shell(visit, shown),
        query=query,
        groups=list(found.groups),
        page={
            "shown": len(found.groups),
            "first": f"{_GROUPS}?{urlencode(kept)}" if after is not None else None,
            "next": None if found.next is None else f"{_GROUPS}?{urlencode({**kept, 'cursor': str(found.next)})}",
        },
        stage="add" if refused is not None or visit.query.get("stage") == "add" else None,
        may={"add": may(shown, _ADD)},
        form=dict(visit.form),
    )


@signed_in
def one_group(
    visit: Visit,
    shown: SessionShown,
    refused: Refused | None,
    stage: str | None = None,
    left_out: dict[AccountId, Refused] | None = None,
) -> Response:
    """Show a group's page, with what a form said that was refused."""
    group = group_in(visit)
    viewed = group if isinstance(group, Refused) else visit.run(view_group, ViewGroup(group))
    if isinstance(viewed, Refused):
        return visit.problem(viewed, _GROUPS)
    wanted = str(viewed.row.group.id)
    members = visit.run(search_accounts, Search(group=wanted, cursor=visit.query.get("cursor")))
    if isinstance(members, Refused):
        return visit.problem(members, address(viewed.row.group.id))
    errors = at_field(refused, _FIELDS)
    own = address(viewed.row.group.id)
    following = None if members.next is None else f"{own}?{urlencode({'cursor': members.next})}"
    return visit.form_page(
        "group.html",
        refused,
        errors,
        **shell(visit, shown),
        **_choices(visit, viewed.row),
        **_given(visit, viewed.row),
        group=viewed.row.group,
        count=viewed.row.members,
        members=list(members.accounts),
        page={
            "shown": len(members.accounts), "first": own if "cursor" in visit.query else None, "next": following,
        },
        stage=stage or visit.query.get("stage"),
        may={"change": may_now(visit, _EDIT, EditGroup(viewed.row.group.id, None)), "add": may(shown, _ADD_MEMBER)},
        left_out=_told(visit, left_out or {}),
        left_out_reference=visit.origin.reference,
        form=dict(visit.form),
    )  # fmt: skip


def _choices(visit: Visit, row: GroupRow) -> dict[str, Any]:
    """Find people to be put into the group: those that a search finds, with whether they are in it already."""
    query = visit.query.get("add", "").strip()
    found = visit.run(search_accounts, Search(query, limit=_CHOICES)) if query else None
    rows: tuple[AccountRow, ...] = () if found is None or isinstance(found, Refused) else found.accounts
    return {
        "add": query,
        "choices": [{"account": one, "inside": row.group.name in one.groups} for one in rows],
        "more_choices": found is not None and not isinstance(found, Refused) and found.next is not None,
    }


def _given(visit: Visit, row: GroupRow) -> dict[str, Any]:
    """Return which roles the group gives its members, and whether the actor may change that; nothing to who may not."""
    held = visit.run(show_roles_of_group, ShowRolesOfGroup(row.group.id, judged=True))
    if isinstance(held, Refused):
        return {"held": None}
    barred, rows = held.barred, role_forms.held_rows(held, role_forms.every_role(visit))
    return {
        "held": [one | {"may": permission(allowed=False, refused=barred) if barred else one["may"]} for one in rows],
        "roles": role_forms.role_choices(visit, barred, somewhere=True),
        "group_choices": role_forms.group_choices(visit),
        "taking": role_forms.taking(visit),
    }


def _told(visit: Visit, left_out: dict[AccountId, Refused]) -> list[dict[str, Any]]:
    """Say of each account that was left out why; whom the visitor does not reach is not named (RIGHT-3)."""
    with visit.reading_within("users:read") as call:
        names = accounts.names(call, [one for one in left_out if reaches(call, one)])
    return [
        {"id": account, "name": names.get(account, str(account)), "why": sentence(refused), "code": refused.code}
        for account, refused in left_out.items()
    ]


def address(group: GroupId, done: str = "") -> str:
    """Return the address of a group's page."""
    return f"{_GROUPS}/{group}" + (f"?done={done}" if done else "")
