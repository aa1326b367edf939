import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.actions import granting
from doorward.features.rights.model.acts.granting import (
    GrantRole,
    RevokeRole,
    RolesOf,
    RolesSet,
    RolesUnchanged,
    SetRoles,
    ShowRolesOf,
    Wanted,
)
from doorward.features.rights.model.facts import Assignment, Scope
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.rights.giving import (
    DENY,
    KEYS,
    WHY,
    code,
    give,
    group,
    hold,
    holds,
    join,
    own_role,
    scoped,
)
from tests.worlds import World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def setting(world: World, by: Bearer, account: AccountId, *wanted: Wanted) -> object:
    """Let an account hold these assignments and no others."""
    return world.run(granting.set_roles, SetRoles(account, wanted, WHY), by)


def test_role_is_held_over_the_members_of_a_group(world: World, grace: Bearer) -> None:
    """Named by name or by id; the entry says over whom (RIGHT-3)."""
    north, bram = group(world, "North"), world.add("bram")

    assert code(world.run(granting.grant_role, GrantRole(bram, "help-desk", WHY, over="north"), grace)) == "done"
    assert holds(world, bram) == {Assignment("help-desk", scope=Scope(north))}
    assert world.entries()[-1].details == {"role": "help-desk", "over": "North"}
    again = world.run(granting.grant_role, GrantRole(bram, "help-desk", WHY, over=str(north)), grace)
    assert again == RolesUnchanged()


def test_denial_is_an_assignment_of_its_own(world: World, grace: Bearer) -> None:
    """It is recorded as a denial, and is taken only where it is named."""
    bram = world.add("bram", "help-desk")

    assert code(world.run(granting.grant_role, GrantRole(bram, "help-desk", WHY, DENY), grace)) == "done"
    assert world.entries()[-1].details == {"role": "help-desk", "effect": "deny"}
    assert code(world.run(granting.revoke_role, RevokeRole(bram, "help-desk", WHY), grace)) == "done"
    assert holds(world, bram) == {Assignment("help-desk", DENY)}
    assert code(world.run(granting.revoke_role, RevokeRole(bram, "help-desk", WHY, DENY), grace)) == "done"
    assert holds(world, bram) == set()


def test_revoking_takes_a_role_over_one_group_or_wherever_it_is_held(world: World, grace: Bearer) -> None:
    """Without a group all that allow it go."""
    north, south, bram = group(world, "North"), group(world, "South"), world.add("bram", "help-desk")
    hold(world, bram, "help-desk", over=north)
    hold(world, bram, "help-desk", over=south)

    assert code(world.run(granting.revoke_role, RevokeRole(bram, "help-desk", WHY, over="North"), grace)) == "done"
    assert {str(one.scope) for one in holds(world, bram)} == {"everything", f"group:{south}"}
    assert code(world.run(granting.revoke_role, RevokeRole(bram, "help-desk", WHY), grace)) == "done"
    assert holds(world, bram) == set()


def test_who_holds_it_over_a_group_hands_it_on_there_alone(world: World) -> None:
    """Not over everything, not over another group, of which they do not learn that it is there (RIGHT-3, RIGHT-4)."""
    north, south = group(world, "North"), group(world, "South")
    bram, nora = world.add("bram"), world.add("nora")
    join(world, north, nora)
    anna = scoped(world, "anna", north, "users:read", KEYS)
    own_role(world, "readers", "users:read")

    def asked(over: str | None) -> str:
        return code(world.run(granting.grant_role, GrantRole(nora, "readers", WHY, over=over), anna))

    assert asked(None) == "rights.not_held"
    assert asked("South") == asked(str(south)) == asked("Nowhere") == "groups.not_found"
    assert asked("North") == "done"
    assert code(world.run(granting.grant_role, GrantRole(bram, "readers", WHY, over="North"), anna)) == (
        "accounts.not_found"
    )


def test_whom_a_denial_touches_hands_nothing_on(world: World) -> None:
    """Who is denied a right over anybody does not hold it over all, and does not give it away (RIGHT-4)."""
    world.add("grace", "administrator", factors=1)
    hugo = world.add("hugo", "administrator", factors=1)
    hold(world, hugo, "help-desk", DENY, group(world, "Board"))
    bram = world.add("bram")

    refused = world.run(granting.grant_role, GrantRole(bram, "help-desk", WHY), world.sign_in(hugo))
    assert refused == Refused("rights.not_held", {"role": "help-desk"})


def test_roles_are_set_with_an_entry_for_each(world: World, grace: Bearer) -> None:
    """What is given comes first, then what is taken; each says what it is."""
    north, bram = group(world, "North"), world.add("bram", "auditor", "no-access")
    outcome = setting(world, grace, bram, Wanted("auditor"), Wanted("help-desk", groups=("North",)))

    assert outcome == RolesSet()
    assert holds(world, bram) == {Assignment("auditor"), Assignment("help-desk", scope=Scope(north))}
    assert [(one.act, one.target_name, one.reason, one.details) for one in world.entries()] == [
        ("rights.granted", "bram", WHY, {"role": "help-desk", "over": "North"}),
        ("rights.revoked", "bram", WHY, {"role": "no-access"}),
    ]
    assert setting(world, grace, bram, Wanted("auditor"), Wanted("help-desk", groups=("North",))) == RolesUnchanged()


@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        ((Wanted("no-access"), Wanted("emperor")), "rights.unknown_role"),
        ((Wanted("no-access"), Wanted("help-desk", groups=("Nowhere",))), "groups.not_found"),
        ((Wanted("no-access"), Wanted("administrator")), "rights.not_held"),
        ((), "rights.not_held"),
    ],
)
def test_roles_are_set_whole_or_not_at_all(world: World, wanted: tuple[Wanted, ...], refused: str) -> None:
    """One that may not be given, or not be taken, leaves all as it was; only the refusal is recorded."""
    sam = world.add_operator("sam", "super-user")
    hold(world, sam.account, "administrator")
    hold(world, sam.account, "auditor", DENY, group(world, "Board"))
    bram = world.add("bram", "help-desk")
    hold(world, bram, "auditor", DENY)

    outcome = setting(world, sam, bram, *wanted)
    assert code(outcome) == refused
    assert holds(world, bram) == {Assignment("help-desk"), Assignment("auditor", DENY)}
    assert [(one.act, one.outcome) for one in world.entries()] == [("rights.granted", "refused")]


def test_external_account_may_lose_roles_and_gain_none(world: World, grace: Bearer) -> None:
    """It may have been an internal one when it got them."""
    carl = world.add("carl", "help-desk", kind=AccountKind.EXTERNAL)

    assert code(setting(world, grace, carl, Wanted("auditor"))) == "rights.internal_only"
    assert setting(world, grace, carl) == RolesSet()


def test_roles_through_groups_are_shown_after_ones_own(world: World, grace: Bearer) -> None:
    """With the group that gives each, and the names of the groups in them."""
    bram = world.add("bram", "auditor")
    north = group(world, "North", bram)
    give(world, north, "help-desk", over=north)

    assert world.run(granting.show_roles_of, ShowRolesOf(bram), grace) == RolesOf(
        (Assignment("auditor"), Assignment("help-desk", scope=Scope(north), through=north)), {north: "North"}
    )
