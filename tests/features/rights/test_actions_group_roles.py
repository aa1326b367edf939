import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions import adding, grouping
from doorward.features.administration.model import AddAccount
from doorward.features.groups.model import AddMember, DeleteGroup, EditGroup, RemoveMember, ShowMemberships
from doorward.features.rights.actions import facts, granting, group_roles
from doorward.features.rights.model.acts.granting import (
    RolesOf,
    RolesSet,
    SetRoles,
    SetRolesOfGroup,
    ShowRolesOfGroup,
    Wanted,
)
from doorward.features.rights.model.facts import Assignment, Effect
from doorward.features.second_factor.actions import secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId
from tests.features.rights.giving import DENY, KEYS, WHY, code, give, group, hold, join, own_role, protect, scoped
from tests.worlds import World

DESK = Wanted("help-desk")


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def setting(world: World, by: Bearer, to: GroupId, *wanted: Wanted) -> str:
    """Let a group give its members these roles and no others."""
    return code(world.run(group_roles.set_roles_of_group, SetRolesOfGroup(to, wanted, WHY), by))


def joining(world: World, by: Bearer, to: GroupId, account: AccountId) -> str:
    """Put an account into a group."""
    return code(world.run(grouping.add_member, AddMember(account, to, WHY), by))


def leaving(world: World, by: Bearer, left: GroupId, account: AccountId) -> str:
    """Take an account out of a group."""
    return code(world.run(grouping.remove_member, RemoveMember(account, left, WHY), by))


def test_group_gives_its_members_roles(world: World, grace: Bearer) -> None:
    """Whoever is in it holds them, and whoever leaves it no longer does (RIGHT-3)."""
    bram = world.add("bram")
    north = group(world, "North", bram)

    assert world.run(group_roles.set_roles_of_group, SetRolesOfGroup(north, (DESK,), WHY), grace) == RolesSet()
    entry = world.entries()[-1]
    assert (entry.act, entry.target_id, entry.reason, entry.details) == (
        "rights.granted", None, WHY, {"group": "North", "role": "help-desk"},
    )  # fmt: skip
    with world.reading() as call:
        assert facts.rights_of(call, bram) == {"users:read", "users:unlock"}
    assert leaving(world, grace, north, bram) == "done"
    with world.reading() as call:
        assert facts.rights_of(call, bram) == set()


def test_what_a_group_gives_is_set_whole(world: World, grace: Bearer) -> None:
    """These and no others; each given or taken has its entry."""
    north = group(world, "North")
    give(world, north, "auditor")

    assert setting(world, grace, north, DESK) == "done"
    assert setting(world, grace, north, DESK) == "unchanged"
    assert [(one.act, one.details["role"]) for one in world.entries()[:2]] == [
        ("rights.granted", "help-desk"), ("rights.revoked", "auditor"),
    ]  # fmt: skip
    assert world.run(group_roles.show_roles_of_group, ShowRolesOfGroup(north), grace) == RolesOf(
        (Assignment("help-desk", through=north),), {north: "North"}
    )


@pytest.mark.parametrize("effect", list(Effect))
def test_group_with_a_higher_member_is_out_of_reach(world: World, grace: Bearer, effect: Effect) -> None:
    """Giving or denying through a group is giving or denying to each member (RIGHT-4)."""
    north, sam = group(world, "North", grace.account), world.add_operator("sam", "super-user")
    deputy = world.add_operator("deputy", "administrator")

    assert setting(world, sam, north, Wanted("help-desk", effect)) == "rights.higher_target"
    assert setting(world, deputy, north, DESK) == "done"


def test_group_with_a_protected_member_is_changed_member_by_member(world: World, grace: Bearer) -> None:
    """A proof is bound to one account, and a change of many leaves protected ones out (PROT-2)."""
    pat = world.add("pat")
    north = group(world, "North", pat)
    protect(world, pat)

    assert setting(world, grace, north, DESK) == "groups.protected_member"


def test_nobody_changes_what_their_own_group_gives(world: World, grace: Bearer) -> None:
    """It would be giving a role to oneself."""
    assert setting(world, grace, group(world, "Mine", grace.account), DESK) == "rights.self"


def test_nobody_lets_a_group_give_what_they_do_not_hold(world: World) -> None:
    """Nor takes what others made it give (RIGHT-4)."""
    sam, north, south = world.add_operator("sam", "super-user"), group(world, "North"), group(world, "South")
    give(world, south, "auditor")

    assert setting(world, sam, north, Wanted("auditor")) == "rights.not_held"
    assert setting(world, sam, south) == "rights.not_held"
    assert setting(world, sam, north, DESK) == "done"


def test_nobody_joins_to_a_role_that_the_actor_does_not_hold(world: World) -> None:
    """A group that gives a role is no way around granting it, for those who are there and those to come (RIGHT-4)."""
    sam, board, bram = world.add_operator("sam", "super-user"), group(world, "Board"), world.add("bram")
    give(world, board, "auditor")
    new = AddAccount("neu", "Neu", "neu@example.org", groups=("Board",))

    assert joining(world, sam, board, bram) == "rights.not_held"
    assert code(world.run(adding.add_account, new, sam)) == "rights.not_held"
    join(world, board, bram)
    assert leaving(world, sam, board, bram) == "rights.higher_target"


def test_external_account_joins_no_group_that_gives_a_role(world: World, grace: Bearer) -> None:
    """Neither as it is added nor afterwards."""
    desk, carl = group(world, "Desk"), world.add("carl", kind=AccountKind.EXTERNAL)
    give(world, desk, "help-desk")
    new = AddAccount("ext", "Ext", "ext@example.org", kind=AccountKind.EXTERNAL, groups=("Desk",))

    assert code(world.run(adding.add_account, new, grace)) == "rights.internal_only"
    assert joining(world, grace, desk, carl) == "rights.internal_only"


def resetting(world: World, by: Bearer, account: AccountId) -> str:
    """Reset a secret key."""
    return code(world.run(secret_key.reset_secret_key, ResetSecretKey(account, WHY), by))


def test_nobody_is_taken_out_of_a_group_over_which_something_is_denied(world: World, grace: Bearer) -> None:
    """Who may not reset the board does not make somebody leave it first (RIGHT-4)."""
    tina = world.add("tina", factors=1)
    board = group(world, "Board", tina)
    ann = world.add("ann", "administrator", factors=1)
    own_role(world, "keys", KEYS)
    hold(world, ann, "keys", DENY, board)
    asked = world.sign_in(ann)

    assert resetting(world, asked, tina) == "rights.missing"
    assert leaving(world, asked, board, tina) == "rights.gained"
    assert leaving(world, grace, board, tina) == "done"
    assert resetting(world, asked, tina) == "done"


def test_nobody_is_pulled_into_a_group_over_which_more_is_held(world: World) -> None:
    """Who resets keys in South alone does not bring people from North there."""
    tina = world.add("tina", factors=1)
    north, south = group(world, "North", tina), group(world, "South")
    own_role(world, "people", "users:read", "users:modify")
    own_role(world, "keys", KEYS)
    ann = world.add("ann", factors=1)
    for role, over in (("people", north), ("people", south), ("keys", south)):
        hold(world, ann, role, over=over)
    asked = world.sign_in(ann)

    assert joining(world, asked, south, tina) == "rights.gained"
    assert resetting(world, asked, tina) == "rights.missing"


def test_page_of_memberships_says_why_not(world: World) -> None:
    """The button is grey for the reason that the act is refused for (RIGHT-7)."""
    sam, board, bram = world.add_operator("sam", "super-user"), group(world, "Board"), world.add("bram")
    give(world, board, "auditor")
    shown = world.run(grouping.show_memberships, ShowMemberships(bram), sam)

    assert [(one.name, code(refused)) for one, refused in getattr(shown, "outside", ())] == [
        ("Board", "rights.not_held"),
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["gives", "scope of an account", "scope of a group"])
def test_group_that_decides_about_rights_is_not_deleted(world: World, grace: Bearer, how: str) -> None:
    """Whoever had its roles, or roles over it, would lose them by the way."""
    board, other = group(world, "Board"), group(world, "Other")
    if how == "gives":
        give(world, board, "auditor")
    elif how == "scope of an account":
        hold(world, world.add("ann"), "help-desk", over=board)
    else:
        give(world, other, "help-desk", over=board)

    assert code(world.run(grouping.delete_group, DeleteGroup(board, WHY), grace)) == "groups.holds_roles"


def test_group_out_of_reach_is_not_there(world: World) -> None:
    """Neither its roles nor its members are touched, and the answer is that of a group that nobody made (RIGHT-3)."""
    inside, outside = world.add("inside"), world.add("outside")
    north, south = group(world, "North", inside), group(world, "South", outside)
    rights = ("users:read", "users:modify", "user-permissions:read", KEYS)
    ann = scoped(world, "ann", north, *rights)
    new = AddAccount("neu", "Neu", "neu@example.org", groups=("South",))

    asked = {
        setting(world, ann, south),
        joining(world, ann, south, inside),
        leaving(world, ann, south, inside),
        code(world.run(group_roles.show_roles_of_group, ShowRolesOfGroup(south), ann)),
        code(world.run(granting.set_roles, SetRoles(inside, (Wanted("anns", groups=("South",)),), WHY), ann)),
        code(world.run(adding.add_account, new, ann)),
    }
    assert asked == {"groups.not_found"}
    assert joining(world, ann, north, outside) == "accounts.not_found"


def test_group_that_is_denied_is_not_there_either(world: World) -> None:
    """An administrator who is denied the board neither reads nor fills it."""
    world.add("grace", "administrator", factors=1)
    free, tina = world.add("free"), world.add("tina")
    board = group(world, "Board", tina)
    ann = world.add("ann", "administrator", factors=1)
    hold(world, ann, "administrator", DENY, board)
    asked = world.sign_in(ann)
    new = AddAccount("neu", "Neu", "neu@example.org", groups=("Board",))

    assert code(world.run(group_roles.show_roles_of_group, ShowRolesOfGroup(board), asked)) == "groups.not_found"
    assert joining(world, asked, board, free) == "groups.not_found"
    assert code(world.run(adding.add_account, new, asked)) == "groups.not_found"


def test_group_out_of_reach_is_neither_renamed_nor_deleted(world: World) -> None:
    """Who is denied the board does not learn from a refusal that it is there."""
    world.add("grace", "administrator", factors=1)
    board, ann = group(world, "Board"), world.add("ann", "administrator", factors=1)
    hold(world, ann, "administrator", DENY, board)
    asked = world.sign_in(ann)

    assert code(world.run(grouping.edit_group, EditGroup(board, 1, "Bored"), asked)) == "groups.not_found"
    assert code(world.run(grouping.delete_group, DeleteGroup(board, WHY), asked)) == "groups.not_found"
