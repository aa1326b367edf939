"""What the caller may do to an account, and why not: the same decision that guards the act (RIGHT-7)."""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.rights.actions import administrators, facts
from doorward.features.rights.model.acts.explaining import PermissionsShown, ShowPermissions
from doorward.features.rights.model.facts import Permission
from doorward.features.rights.rules import deciding
from doorward.kernel.act import act

PERMISSIONS = {
    "unlock": "unlock_account",
    "lock": "lock_account",
    "reset_secret_key": "reset_secret_key",
    "delete_secret_key": "delete_secret_key",
    "allow_set_up": "allow_set_up",
    "exclude": "exclude_account",
    "edit": "edit_account",
}
"""What `GET /accounts/{id}/permissions` calls each act, and the action that it is about."""


@act("users:read", event="accounts.viewed")
def show_permissions(call: Call, command: ShowPermissions) -> PermissionsShown:
    """Tell what the caller may do to an account, and why not (RIGHT-7)."""
    return PermissionsShown(permissions_on(call, accounts.existing(call, command.account)))


def permissions_on(call: Call, standing: Standing) -> dict[str, Permission]:
    """Answer for each act of the API's list whether the caller may do it to this account."""
    if call.actor.owner or call.actor.session is None:
        return {}
    actor = facts.actor_facts(call, call.actor.session)
    last = administrators.last_able_administrator(call, standing.account.id)
    target = facts.target_facts(call, standing, last_administrator=last)
    return {name: deciding.permission(actor, facts.act_named(action), target) for name, action in PERMISSIONS.items()}
