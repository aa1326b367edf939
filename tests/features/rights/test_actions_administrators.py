import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.administration.actions import first, grouping
from doorward.features.administration.model import RescueAccount
from doorward.features.groups.model import AddMember, RemoveMember
from doorward.features.rights.actions import administrators, granting, group_roles
from doorward.features.rights.model.acts.granting import GrantRole, RevokeRole, SetRoles, SetRolesOfGroup, Wanted
from doorward.kernel.ids import AccountId, GroupId
from tests.features.rights.giving import DENY, WHY, code, give, group, hold, holds, own_role
from tests.worlds import OWNER, World


@pytest.fixture
def grace(world: World) -> AccountId:
    """Grace, the one able administrator."""
    return world.add("grace", "administrator", factors=1)


@pytest.fixture
def mates(world: World, grace: AccountId) -> GroupId:
    """Make a group that Grace is in."""
    return group(world, "Mates", grace)


@pytest.fixture
def shut(world: World) -> GroupId:
    """Make a group that Grace is not in, and that denies its members a right."""
    made = group(world, "Shut")
    give(world, made, "help-desk", DENY)
    return made


def able(world: World) -> list[AccountId]:
    """List the able administrators."""
    with world.reading() as call:
        return administrators.able_administrators(call)


def ways(world: World, grace: AccountId, mates: GroupId, shut: GroupId) -> dict[str, str]:
    """Try each way by which roles and groups could take her away."""
    return {
        "revoking": code(world.run(granting.revoke_role, RevokeRole(grace, "administrator", WHY))),
        "setting none": code(world.run(granting.set_roles, SetRoles(grace, (), WHY))),
        "setting over a group": code(
            world.run(granting.set_roles, SetRoles(grace, (Wanted("administrator", groups=("Mates",)),), WHY))
        ),
        "denying": code(world.run(granting.grant_role, GrantRole(grace, "auditor", WHY, DENY))),
        "denying over a group": code(world.run(granting.grant_role, GrantRole(grace, "auditor", WHY, DENY, "Mates"))),
        "denying her group": code(
            world.run(group_roles.set_roles_of_group, SetRolesOfGroup(mates, (Wanted("auditor", DENY),), WHY))
        ),
        "putting her where it is denied": code(world.run(grouping.add_member, AddMember(grace, shut, WHY))),
    }


def test_last_administrator_stays_by_every_way_of_roles_and_groups(
    world: World, grace: AccountId, mates: GroupId, shut: GroupId
) -> None:
    """Not even the server's owner takes her away, and nothing of the tries is left (RIGHT-5)."""
    before = holds(world, grace)

    assert set(ways(world, grace, mates, shut).values()) == {"rights.last_administrator"}
    assert able(world) == [grace]
    assert holds(world, grace) == before
    assert {one.code for one in world.entries() if one.outcome == "refused"} == {"rights.last_administrator"}


def test_one_of_two_goes_by_a_denial(world: World, grace: AccountId) -> None:
    """While another is left nothing is refused."""
    hugo = world.add("hugo", "administrator", factors=1)

    assert code(world.run(granting.grant_role, GrantRole(grace, "auditor", WHY, DENY))) == "done"
    assert able(world) == [hugo]
    assert code(world.run(granting.grant_role, GrantRole(hugo, "auditor", WHY, DENY))) == "rights.last_administrator"


def test_administrator_through_a_group_counts(world: World) -> None:
    """She is able by her membership, and the last membership stays (RIGHT-5)."""
    grace = world.add("grace", factors=1)
    chiefs = group(world, "Chiefs", grace)
    give(world, chiefs, "administrator")

    assert able(world) == [grace]
    with world.reading() as call:
        assert administrators.last_able_administrator(call, grace)
    assert code(world.run(grouping.remove_member, RemoveMember(grace, chiefs, WHY))) == "rights.last_administrator"
    assert code(world.run(group_roles.set_roles_of_group, SetRolesOfGroup(chiefs, (), WHY))) == (
        "rights.last_administrator"
    )
    assert able(world) == [grace]


def test_where_nobody_is_able_changes_go_on(world: World) -> None:
    """There is nobody to keep: the first administrator's factor is not set up yet."""
    grace = world.add("grace", "administrator")

    assert code(world.run(granting.revoke_role, RevokeRole(grace, "administrator", WHY))) == "done"


def test_denied_administrator_still_shuts_the_first_link(world: World) -> None:
    """A denial does not make the server a new one, on which whoever comes first is its administrator."""
    grace = world.add("grace", "administrator")
    hold(world, grace, "auditor", DENY)

    with world.reading() as call:
        assert administrators.administrator_exists(call)


def test_rescue_lifts_denials_of_the_account_and_of_its_groups(world: World) -> None:
    """Own denials go; a group that denies is left, with an entry, and one that does not is kept (RIGHT-5)."""
    grace = world.add("grace")
    own_role(world, "mine", "users:read")
    hold(world, grace, "mine", DENY)
    shut, open_ = group(world, "Shut", grace), group(world, "Open", grace)
    give(world, shut, "auditor", DENY, open_)
    give(world, open_, "help-desk")
    done = world.run(first.rescue_account, RescueAccount(grace), OWNER)
    with world.writing() as call:
        accounts_store.set_state(call.sql, grace, factors=1)

    assert code(done) == "done"
    assert able(world) == [grace]
    left = [one.details for one in world.entries() if one.act == "groups.member_removed"]
    assert left == [{"group": "Shut"}]


def test_two_who_may_each_take_the_other_leave_one(world: World, grace: AccountId) -> None:
    """One after the other: the second is told no."""
    hugo = world.add("hugo", "administrator", factors=1)
    callers = [world.sign_in(one) for one in (grace, hugo)]

    first_try = code(world.run(granting.set_roles, SetRoles(hugo, (), WHY), callers[0]))
    second_try = code(world.run(granting.set_roles, SetRoles(grace, (), WHY), callers[1]))
    assert (first_try, second_try) == ("done", "rights.missing")
    assert able(world) == [grace]
