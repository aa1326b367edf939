"""`/groups/{group}/roles`: what a group gives its members, all at once or one by one (RIGHT-3, RIGHT-4)."""

from typing import Any

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Asked, Holder
from doorward.doors.api.assignments import (
    HANDING_ON,
    AssignmentJson,
    NewAssignment,
    assignments_json,
    wanted_of,
)
from doorward.doors.api.given import Body, GroupIn, Reason
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Page
from doorward.features.rights.actions.group_roles import (
    grant_role_to_group,
    revoke_role_from_group,
    set_roles_of_group,
    show_roles_of_group,
)
from doorward.features.rights.model.acts.granting import (
    GrantRoleToGroup,
    RevokeRoleFromGroup,
    SetRolesOfGroup,
    ShowRolesOfGroup,
)
from doorward.kernel.act import Action
from doorward.kernel.outcome import Refused

routes = Routes("rights")

_OF_GROUP = (*HANDING_ON, "rights.higher_target", "groups.protected_member")


class RolesOfGroup(Body):
    """What a group is to give its members: these and no others."""

    roles: list[str | NewAssignment] = Field(max_length=200)
    reason: Reason | None = None


class RoleOfGroup(NewAssignment):
    """One role that a group is to give its members, or not to give them any more."""

    reason: Reason | None = None


@routes.on("GET /groups/{group}/roles", show_roles_of_group, Page[AssignmentJson], ("groups.not_found",))
def read_roles_of_group(group: GroupIn, asked: Holder) -> Response:
    """List the roles that a group gives its members."""
    return asked.told(asked.run(show_roles_of_group, ShowRolesOfGroup(group)), assignments_json)


@routes.on("PUT /groups/{group}/roles", set_roles_of_group, OutcomeJson, _OF_GROUP)
def put_roles_of_group(group: GroupIn, body: RolesOfGroup, asked: Holder) -> Response:
    """Let a group give its members these roles, and no others: granting to all of them at once."""
    return _changed(asked, set_roles_of_group, SetRolesOfGroup(group, wanted_of(body.roles), body.reason))


@routes.on("POST /groups/{group}/roles", grant_role_to_group, OutcomeJson, _OF_GROUP)
def give_role_of_group(group: GroupIn, body: RoleOfGroup, asked: Holder) -> Response:
    r"""Let a group give its members one more role, or deny it to them; `unchanged` if it does already.

    curl -s https://login.example.org/api/v1/groups/$GROUP/roles -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"role": "help-desk", "groups": ["Branch North"], "reason": "new desk"}'
    """
    return _changed(asked, grant_role_to_group, GrantRoleToGroup(group, wanted_of([body])[0], body.reason))


@routes.on("POST /groups/{group}/roles/remove", revoke_role_from_group, OutcomeJson, _OF_GROUP)
def take_role_of_group(group: GroupIn, body: RoleOfGroup, asked: Holder) -> Response:
    r"""Let a group give its members one role less, over exactly this; `unchanged` if it gave it to nobody.

    curl -s https://login.example.org/api/v1/groups/$GROUP/roles/remove -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"role": "help-desk", "groups": ["Branch North"], "reason": "closed"}'
    """
    return _changed(asked, revoke_role_from_group, RevokeRoleFromGroup(group, wanted_of([body])[0], body.reason))


def _changed(asked: Asked, action: Action[Any, Any], command: Any) -> Response:
    outcome = asked.run(action, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(OutcomeJson(outcome=outcome.status))
