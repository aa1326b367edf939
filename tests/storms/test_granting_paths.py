"""T20: named ways to a role that one does not hold, each of them refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doorward.features.administration.actions import adding, grouping
from doorward.features.administration.model import AddAccount
from doorward.features.groups.model import AddMember
from doorward.features.rights.actions import granting, group_roles, roles
from doorward.features.rights.model.acts.granting import GrantRole, RevokeRole, SetRoles, SetRolesOfGroup, Wanted
from doorward.features.rights.model.acts.roles import AddRole, EditRole
from doorward.features.rights.model.facts import Role
from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.features.second_factor.actions import secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.kernel.act import Bearer
from tests.features.rights.giving import DENY, WHY, code, give, group, hold, own_role
from tests.worlds import World

PATHS: dict[str, tuple[Callable[[World, Bearer, dict[str, Any]], object], str]] = {
    "grant oneself": (
        lambda w, by, _: w.run(granting.grant_role, GrantRole(by.account, "administrator", WHY), by), "rights.self",
    ),
    "grant a friend": (
        lambda w, by, i: w.run(granting.grant_role, GrantRole(i["tina"], "administrator", WHY), by), "rights.not_held",
    ),
    "set a friend's roles": (
        lambda w, by, i: w.run(granting.set_roles, SetRoles(i["tina"], (Wanted("auditor"),), WHY), by),
        "rights.not_held",
    ),
    "lift a friend's denial": (
        lambda w, by, i: w.run(granting.revoke_role, RevokeRole(i["tina"], "auditor", WHY, DENY), by),
        "rights.not_held",
    ),
    "deny somebody higher": (
        lambda w, by, i: w.run(granting.grant_role, GrantRole(i["grace"], "help-desk", WHY, DENY), by),
        "rights.higher_target",
    ),
    "let a group give it": (
        lambda w, by, i: w.run(group_roles.set_roles_of_group, SetRolesOfGroup(i["friends"], (Wanted("auditor"),)), by),
        "rights.not_held",
    ),
    "let one's own group give it": (
        lambda w, by, i: w.run(group_roles.set_roles_of_group, SetRolesOfGroup(i["mine"], (Wanted("help-desk"),)), by),
        "rights.self",
    ),
    "join a group that gives it": (
        lambda w, by, i: w.run(grouping.add_member, AddMember(by.account, i["chiefs"], WHY), by), "rights.self",
    ),
    "put a friend into it": (
        lambda w, by, i: w.run(grouping.add_member, AddMember(i["tina"], i["chiefs"], WHY), by), "rights.not_held",
    ),
    "add an account with it": (
        lambda w, by, _: w.run(
            adding.add_account, AddAccount("neu", "", "neu@example.org", roles=("administrator",)), by
        ),
        "rights.not_held",
    ),
    "add an account to a group that gives it": (
        lambda w, by, _: w.run(adding.add_account, AddAccount("neu", "", "neu@example.org", groups=("Chiefs",)), by),
        "rights.not_held",
    ),
    "change a role that one holds": (
        lambda w, by, _: w.run(roles.edit_role, EditRole("spare", rights=ALL_RIGHTS), by), "rights.not_held",
    ),
    "make a role of it": (
        lambda w, by, _: w.run(roles.add_role, AddRole(Role("own", "Own", ALL_RIGHTS)), by), "rights.not_held",
    ),
    "reset whoever holds it": (
        lambda w, by, i: w.run(secret_key.reset_secret_key, ResetSecretKey(i["grace"], WHY), by),
        "rights.higher_target",
    ),
}  # fmt: skip
"""Ways to a role that one does not hold."""


@pytest.mark.parametrize("path", PATHS)
def test_no_path_ends_in_a_role_that_one_does_not_hold(tmp_path: Path, path: str) -> None:
    """Sue, a super user, goes each way (T20)."""
    world = World.begin(tmp_path)
    sue = world.add_operator("sue", "super-user")
    ids: dict[str, Any] = {"grace": world.add("grace", "administrator", factors=1), "tina": world.add("tina")}
    hold(world, ids["tina"], "auditor", DENY)
    own_role(world, "spare", "users:read")
    hold(world, sue.account, "spare")
    ids |= {"friends": group(world, "Friends", ids["tina"]), "mine": group(world, "Mine", sue.account)}
    ids["chiefs"] = group(world, "Chiefs")
    give(world, ids["chiefs"], "administrator")
    go, refused = PATHS[path]
    said = code(go(world, sue, ids))
    world.database.close()

    assert said == refused
