"""Roles, who holds them over whom, and "why can't I?" (RIGHT-2 to RIGHT-4, RIGHT-7)."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.assignments import (
    HANDING_ON,
    AssignmentJson,
    NewAssignment,
    assignment_json,
    assignments_json,
    wanted_of,
)
from doorward.doors.api.given import (
    AccountIn,
    ListedAccount,
    Reasoned,
)
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import ActedJson, Page, Shape
from doorward.features.rights.actions.explaining import explain_permission, list_who_may
from doorward.features.rights.actions.granting import set_roles, show_roles_of
from doorward.features.rights.actions.permissions import show_permissions
from doorward.features.rights.model.acts.explaining import (
    Explain,
    Explained,
    PermissionsShown,
    ShowPermissions,
    WhoMay,
    WhoMayShown,
)
from doorward.features.rights.model.acts.granting import SetRoles, ShowRolesOf
from doorward.features.rights.model.facts import Permission

routes = Routes("rights")

Act = Annotated[str, Query(alias="act", max_length=40, description="as `/permissions` names it: `reset_secret_key` …")]
Who = Annotated[ListedAccount, Query(alias="actor", description="the account that would act")]


class PermissionJson(Shape):
    """The answer to "may I?", its two questions answered apart."""

    allowed: bool
    has_right: bool = Field(description="may you by right")
    session_used_second_factor: bool = Field(description="was this session opened with the second factor")
    reason: str | None = Field(description="the code that the act would be refused with; null where it is allowed")


class PermissionsJson(Shape):
    """What the caller may do to an account."""

    unlock: PermissionJson
    lock: PermissionJson
    reset_secret_key: PermissionJson
    delete_secret_key: PermissionJson
    allow_set_up: PermissionJson
    exclude: PermissionJson
    edit: PermissionJson
    enable: PermissionJson
    disable: PermissionJson
    reset_password: PermissionJson
    end_sessions: PermissionJson
    forget_devices: PermissionJson
    withdraw_set_up: PermissionJson
    lift_exclusion: PermissionJson
    temporary_code: PermissionJson
    assign_token: PermissionJson
    unassign_token: PermissionJson
    resynchronise_token: PermissionJson


class Roles(Reasoned):
    """What an account is to hold itself: these and no others. A name alone is that role over everything."""

    roles: list[str | NewAssignment] = Field(max_length=200)


class PersonWhoMay(Shape):
    """Somebody who may, and by which of their roles."""

    id: UUID
    user_name: str
    through: list[AssignmentJson]


class WhoMayJson(Shape):
    """Everybody who may do something to an account."""

    act: str
    right: str
    people: list[PersonWhoMay]
    more: bool = Field(description="there are more holders of roles than were looked at")


class ReasonJson(Shape):
    """One question of the decision."""

    question: str
    answer: bool
    because: str


class ExplainedJson(Shape):
    """The decision, question by question; the first no decides."""

    act: str
    allowed: bool
    code: str | None = Field(description="what the act would be refused with")
    reasoning: list[ReasonJson]


@routes.on("GET /accounts/{account}/permissions", show_permissions, PermissionsJson, ("accounts.not_found",))
def read_permissions(account: AccountIn, asked: Holder) -> Response:
    """Tell what the caller may do to an account, and why not: the same decision that guards the act."""
    return asked.told(asked.run(show_permissions, ShowPermissions(account)), _permissions)


@routes.on("GET /accounts/{account}/roles", show_roles_of, Page[AssignmentJson], ("accounts.not_found",))
def read_roles_of(account: AccountIn, asked: Holder) -> Response:
    """List what an account holds: by itself, and then through its groups."""
    return asked.told(asked.run(show_roles_of, ShowRolesOf(account)), assignments_json)


@routes.on(
    "PUT /accounts/{account}/roles", set_roles, ActedJson,
    (*HANDING_ON, "accounts.not_found", "rights.higher_target", "rights.internal_only"),
)  # fmt: skip
def put_roles(account: AccountIn, body: Roles, asked: Holder) -> Response:
    r"""Let an account hold these roles itself, and no others: all of it, or nothing.

    Each role given or taken has an entry of its own. A role may be held over the members of groups, or denied; a
    denial wins over everything.

    curl -s -X PUT https://login.example.org/api/v1/accounts/$ID/roles -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' \
      -d '{"reason": "looks after the branch", "roles": [{"role": "help-desk", "groups": ["Branch North"]}]}'
    """
    return asked.acted(asked.change(set_roles, SetRoles(account, wanted_of(body.roles), body.reason), body), account)


@routes.on("GET /accounts/{account}/who-may", list_who_may, WhoMayJson, ("accounts.not_found", "rights.unknown_act"))
def read_who_may(account: AccountIn, act: Act, asked: Holder) -> Response:
    """Tell who may do something to an account, signed in with their second factor, and by which role.

    curl -s 'https://login.example.org/api/v1/accounts/'$ID'/who-may?act=reset_secret_key' \
      -H "authorization: Bearer $TOKEN"
    """
    return asked.told(asked.run(list_who_may, WhoMay(account, act)), _who_may)


@routes.on(
    "GET /accounts/{account}/explain", explain_permission, ExplainedJson, ("accounts.not_found", "rights.unknown_act")
)
def read_explanation(account: AccountIn, actor: Who, act: Act, asked: Holder) -> Response:
    """Tell why somebody may or may not do something to an account, question by question."""
    return asked.told(asked.run(explain_permission, Explain(account, actor, act)), _explained)


def _permissions(shown: PermissionsShown) -> PermissionsJson:
    return PermissionsJson(**{name: _permission(one) for name, one in shown.permissions.items()})


def _permission(one: Permission) -> PermissionJson:
    return PermissionJson(
        allowed=one.allowed,
        has_right=one.has_right,
        session_used_second_factor=one.session_used_second_factor,
        reason=None if one.reason is None else one.reason.code,
    )


def _who_may(shown: WhoMayShown) -> WhoMayJson:
    names = dict(shown.names)
    people = [
        PersonWhoMay(
            id=one.account, user_name=one.user_name, through=[assignment_json(each, names) for each in one.through]
        )
        for one in shown.people
    ]
    return WhoMayJson(act=shown.asked, right=shown.right, people=people, more=shown.more)


def _explained(shown: Explained) -> ExplainedJson:
    return ExplainedJson(
        act=shown.asked,
        allowed=shown.allowed,
        code=None if shown.refusal is None else shown.refusal.code,
        reasoning=[ReasonJson(question=r.question, answer=r.answer, because=r.because) for r in shown.reasoning],
    )
