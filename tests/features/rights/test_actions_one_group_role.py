from typing import Any

import pytest

from doorward.features.administration.actions.grouping import add_group, add_member, show_memberships
from doorward.features.groups import actions as groups
from doorward.features.groups.model import AddGroup, AddMember, GroupAdded, MembershipsShown, ShowMemberships
from doorward.features.rights.actions import granting, group_roles
from doorward.features.rights.model.acts.granting import (
    GrantRole,
    GrantRoleToGroup,
    RevokeRole,
    RevokeRoleFromGroup,
    RoleRevoked,
    RolesOf,
    RolesSet,
    RolesUnchanged,
    ShowRolesOf,
    ShowRolesOfGroup,
    Wanted,
)
from doorward.features.rights.model.facts import EVERYTHING, Effect
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from tests.worlds import World

HELP_DESK = Wanted("help-desk")


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in grace, an administrator, with her factor."""
    return world.add_operator("grace", "administrator")


@pytest.fixture
def desk(world: World) -> GroupId:
    """Make the service desk, a group of nobody yet."""
    return made(world, "Service desk")


def made(world: World, name: str) -> GroupId:
    """Add a group."""
    outcome = world.run(add_group, AddGroup(name))
    assert isinstance(outcome, GroupAdded)
    return outcome.group


def given(world: World, group: GroupId) -> list[tuple[str, str, str]]:
    """Say what a group gives its members."""
    shown = world.run(group_roles.show_roles_of_group, ShowRolesOfGroup(group))
    assert isinstance(shown, RolesOf)
    return [(one.role, one.effect.value, str(one.scope)) for one in shown.assignments]


def test_group_gives_one_role_more_and_one_less(world: World, grace: Bearer, desk: GroupId) -> None:
    """What else it gives stays; each has an entry of its own that names the group (AUDIT-1)."""
    north = made(world, "North")
    outcomes = [
        world.run(group_roles.grant_role_to_group, GrantRoleToGroup(desk, wanted, "moved"), grace)
        for wanted in (HELP_DESK, Wanted("auditor", Effect.DENY, ("North",)), HELP_DESK)
    ]
    both = given(world, desk)
    taken = [
        world.run(group_roles.revoke_role_from_group, RevokeRoleFromGroup(desk, HELP_DESK, "moved"), grace)
        for _ in range(2)
    ]

    assert outcomes == [RolesSet(), RolesSet(), RolesUnchanged()]
    assert both == [("auditor", "deny", f"group:{north}"), ("help-desk", "allow", "everything")]
    assert taken == [RolesSet(), RolesUnchanged()]
    assert given(world, desk) == both[:1]
    told = [(one.act, dict(one.details)) for one in world.entries() if one.act.startswith("rights.")]
    assert ("rights.granted", {"group": "Service desk", "role": "help-desk"}) in told
    assert ("rights.revoked", {"group": "Service desk", "role": "help-desk"}) in told


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (group_roles.grant_role_to_group, GrantRoleToGroup),
        (group_roles.revoke_role_from_group, RevokeRoleFromGroup),
    ],
)
def test_who_may_not_change_what_a_group_gives(world: World, desk: GroupId, action: Any, command: Any) -> None:
    """Nobody changes their own group's, nobody a role of rights they lack, nobody without the right (RIGHT-4)."""
    superior = world.add_operator("sue", "super-user")
    clerk = world.add_operator("carl", "help-desk")
    world.run(group_roles.grant_role_to_group, GrantRoleToGroup(desk, Wanted("administrator")))

    def code(by: Bearer, wanted: Wanted) -> str:
        outcome = world.run(action, command(desk, wanted, "a test"), by)
        assert isinstance(outcome, Refused)
        return outcome.code

    assert code(superior, Wanted("administrator", Effect.DENY if command is GrantRoleToGroup else Effect.ALLOW)) == (
        "rights.not_held"
    )
    assert code(clerk, HELP_DESK) == "rights.missing"
    assert code(superior, Wanted("king")) == "rights.unknown_role"
    assert code(superior, Wanted("help-desk", groups=("South",))) == "groups.not_found"
    world.run(add_member, AddMember(superior.account, desk))
    assert code(superior, HELP_DESK) == "rights.self"


def test_a_role_is_taken_over_exactly_what_is_named(world: World, grace: Bearer) -> None:
    """Over everything alone, while it is still held over a group."""
    bram = world.add("bram")
    made(world, "North")
    world.run(granting.grant_role, GrantRole(bram, "help-desk"), grace)
    world.run(granting.grant_role, GrantRole(bram, "help-desk", over="North"), grace)
    taken = [
        world.run(granting.revoke_role, RevokeRole(bram, "help-desk", "moved", exactly=EVERYTHING), grace)
        for _ in range(2)
    ]

    assert taken == [RoleRevoked(), RolesUnchanged()]
    held = world.run(granting.show_roles_of, ShowRolesOf(bram))
    assert isinstance(held, RolesOf)
    assert [list(held.names.values()), [one.scope.group is None for one in held.assignments]] == [["North"], [False]]


def test_groups_out_of_reach_are_not_named(world: World) -> None:
    """To a branch's help desk the account is in its branch, and in nothing else (RIGHT-3)."""
    bram: AccountId = world.add("bram")
    for name in ("North", "Board", "South"):
        made(world, name)
    for name in ("North", "Board"):
        world.run(add_member, AddMember(bram, group_named(world, name)))
    olga = world.add_operator("olga", "no-access")
    world.run(granting.grant_role, GrantRole(olga.account, "help-desk", over="North"))
    shown = world.run(show_memberships, ShowMemberships(bram), olga)
    everything = world.run(show_memberships, ShowMemberships(bram))

    assert isinstance(shown, MembershipsShown)
    assert ([one.name for one, _ in shown.inside], [one.name for one, _ in shown.outside]) == (["North"], [])
    assert isinstance(everything, MembershipsShown)
    assert [one.name for one, _ in everything.inside] == ["Board", "North"]
    assert [one.name for one, _ in everything.outside] == ["South"]


def group_named(world: World, name: str) -> GroupId:
    """Find a group by its name."""
    with world.reading() as call:
        found = groups.find(call, name)
    assert found is not None
    return found.id
