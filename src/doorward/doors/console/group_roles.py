"""The roles that a group gives its members: what its page shows of them, giving one, and taking one away."""

from starlette.responses import Response

from doorward.doors.console.groups import address, one_group
from doorward.doors.console.operator import for_group, word_for
from doorward.doors.console.role_forms import taken_in, wanted_in
from doorward.doors.console.visit import Visit
from doorward.features.rights.actions.group_roles import grant_role_to_group, revoke_role_from_group
from doorward.features.rights.model.acts.granting import GrantRoleToGroup, RevokeRoleFromGroup, Wanted
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused


@for_group
def grant_one(visit: Visit, group: GroupId) -> Response:
    """Let the group give its members a role, or deny it to them."""
    command = GrantRoleToGroup(group, wanted_in(visit), visit.form.get("reason", ""))
    outcome = visit.run_with_reason(grant_role_to_group, command)
    if isinstance(outcome, Refused):
        return one_group(visit, outcome, "grant-role")
    return visit.go(address(group, word_for(outcome, "group-role-granted")))


@for_group
def revoke_one(visit: Visit, group: GroupId) -> Response:
    """Let the group no longer give its members one of its roles, as its list shows it."""
    taken = taken_in(visit)
    if isinstance(taken, Refused):
        return one_group(visit, taken)
    over = None if taken.scope.group is None else (str(taken.scope.group),)
    command = RevokeRoleFromGroup(group, Wanted(taken.role, taken.effect, over), visit.form.get("reason", ""))
    outcome = visit.run_with_reason(revoke_role_from_group, command)
    if isinstance(outcome, Refused):
        return one_group(visit, outcome, "revoke-role")
    return visit.go(address(group, word_for(outcome, "group-role-revoked")))
