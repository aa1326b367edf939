from dataclasses import replace

import pytest

from doorward.features.rights.actions import roles
from doorward.features.rights.model.acts.roles import (
    AddRole,
    DeleteRole,
    EditRole,
    ListRoles,
    RoleAdded,
    RoleEdited,
    RoleShown,
    RolesListed,
    RoleUnchanged,
    ShowRole,
)
from doorward.features.rights.model.facts import Effect, Role
from doorward.features.rights.rules.roles import ALL_RIGHTS
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from tests.features.rights.giving import DENY, KEYS, code, give, group, hold, own_role, protect, scoped
from tests.worlds import OWNER, World

NIGHT = Role("night-desk", "Night desk", frozenset({"users:read", "users:unlock"}))
READERS = frozenset({"users:read"})


@pytest.fixture
def grace(world: World) -> Bearer:
    """Grace, an administrator who signed in with her factor."""
    return world.add_operator("grace", "administrator")


def test_role_of_ones_own_is_there_and_recorded(world: World, grace: Bearer) -> None:
    """It begins at version 1, and its entry says what it holds."""
    added = world.run(roles.add_role, AddRole(NIGHT, "nights"), grace)
    listed, shown = world.run(roles.list_roles, ListRoles(), grace), world.run(roles.show_role, ShowRole(NIGHT.name))
    entry = world.entries()[-1]

    assert added == RoleAdded(replace(NIGHT, version=1))
    assert isinstance(listed, RolesListed)
    assert listed.roles[-1] == replace(NIGHT, version=1)
    assert shown == RoleShown(replace(NIGHT, version=1), 0, 0)
    assert (entry.act, entry.reason, entry.details) == (
        "rights.role_added", "nights", {"role": "night-desk", "rights": "users:read users:unlock"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (replace(NIGHT, name="administrator"), "rights.shipped_role"),
        (replace(NIGHT, name="day-desk"), "rights.role_taken"),
        (replace(NIGHT, name="Night"), "rights.role_malformed"),
        (replace(NIGHT, title="  "), "rights.role_malformed"),
        (replace(NIGHT, rights=frozenset({"users:rule"})), "rights.unknown_right"),
    ],
)
def test_role_that_cannot_be_is_not_added(world: World, grace: Bearer, role: Role, refused: str) -> None:
    """Shipped names, names that are taken, and what no role can say."""
    own_role(world, "day-desk", "users:read")

    assert code(world.run(roles.add_role, AddRole(role), grace)) == refused
    assert code(world.run(roles.add_role, AddRole(role))) == refused


@pytest.mark.parametrize("rights", [{"audit:export"}, {"users:read", "system:modify"}])
def test_nobody_makes_a_role_of_more_than_they_hold(world: World, rights: set[str]) -> None:
    """Else they would have somebody give it to a friend (RIGHT-4)."""
    sam = world.add_operator("sam", "super-user")

    assert code(world.run(roles.add_role, AddRole(replace(NIGHT, rights=frozenset(rights))), sam)) == "rights.not_held"
    assert code(world.run(roles.add_role, AddRole(NIGHT), sam)) == "done"


def test_only_who_reaches_higher_makes_a_role_that_does(world: World, grace: Bearer) -> None:
    """An administrator holds every right, and still no role that says so explicitly (RIGHT-4)."""
    higher = replace(NIGHT, reaches_higher=True)
    hugo = world.add_operator("hugo", "administrator")
    own_role(world, "chief", *ALL_RIGHTS, higher=True)
    hold(world, hugo.account, "chief")

    assert code(world.run(roles.add_role, AddRole(higher), grace)) == "rights.reaches_higher"
    assert code(world.run(roles.add_role, AddRole(higher), hugo)) == "done"


def test_who_hands_on_over_a_group_makes_no_role(world: World) -> None:
    """A role is there for everybody, so that making it takes its rights over everything."""
    anna = scoped(world, "anna", group(world, "North"), "users:read", "users:unlock", KEYS)

    assert code(world.run(roles.add_role, AddRole(NIGHT), anna)) == "rights.missing"


def test_editing_counts_as_granting(world: World) -> None:
    """Before and after: neither may hold what the editor lacks (RIGHT-4)."""
    sam = world.add_operator("sam", "super-user")
    own_role(world, "mine", "users:read")
    own_role(world, "theirs", "audit:export")

    assert code(world.run(roles.edit_role, EditRole("mine", rights=frozenset({"audit:export"})), sam)) == (
        "rights.not_held"
    )
    assert code(world.run(roles.edit_role, EditRole("theirs", rights=READERS), sam)) == "rights.not_held"
    assert code(world.run(roles.edit_role, EditRole("mine", rights=frozenset({"users:unlock"})), sam)) == "done"


def test_editing_a_role_that_one_holds_gives_nothing_more(world: World) -> None:
    """The editor would be the first whom it serves (T20)."""
    sam = world.add_operator("sam", "super-user")
    own_role(world, "mine", "users:read")
    hold(world, sam.account, "mine")

    assert code(world.run(roles.edit_role, EditRole("mine", rights=ALL_RIGHTS), sam)) == "rights.not_held"


@pytest.mark.parametrize("effect", ["allow", "deny"])
@pytest.mark.parametrize("through", [False, True])
def test_role_of_somebody_higher_is_not_edited(world: World, effect: str, through: bool) -> None:
    """Whoever holds it or is denied it would be changed, which is refused on their own page too (RIGHT-4)."""
    grace = world.add("grace", "administrator", factors=1)
    own_role(world, "trim", "users:read")
    which = DENY if effect == "deny" else type(DENY).ALLOW
    if through:
        give(world, group(world, "North", grace), "trim", which)
    else:
        hold(world, grace, "trim", which)
    sam = world.add_operator("sam", "super-user")

    edit = EditRole("trim", rights=frozenset({"users:read", "users:unlock"}))
    assert code(world.run(roles.edit_role, edit, sam)) == "rights.higher_target"


@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("through", [False, True])
def test_prot_1_role_of_somebody_protected_keeps_its_rights(
    world: World, grace: Bearer, effect: Effect, through: bool
) -> None:
    """Whoever holds it or is denied it would be changed without the proof that their own page asks for."""
    pat = world.add("pat")
    own_role(world, "desk", "users:read")
    if through:
        give(world, group(world, "North", pat), "desk", effect)
    else:
        hold(world, pat, "desk", effect)
    protect(world, pat)
    edits = [
        EditRole("desk", rights=frozenset({"users:read", "users:unlock"})),
        EditRole("desk", title="Front desk"),
    ]

    assert [code(world.run(roles.edit_role, edit, grace)) for edit in edits] == [
        "rights.protected_holder", "done",
    ]  # fmt: skip
    assert code(world.run(roles.edit_role, edits[0], OWNER)) == "done"


def test_edited_role_serves_whoever_holds_it_at_once(world: World, grace: Bearer) -> None:
    """The version goes up, and the entry says before and after."""
    own_role(world, "desk", "users:read")
    bram = world.add_operator("bram", "desk")
    before = code(world.run(roles.list_roles, ListRoles(), bram))
    edited = world.run(roles.edit_role, EditRole("desk", " Desk ", frozenset({"user-permissions:read"})), grace)
    entry = world.entries()[-1]

    assert before == "rights.missing"
    assert edited == RoleEdited(Role("desk", "Desk", frozenset({"user-permissions:read"}), version=2))
    assert code(world.run(roles.list_roles, ListRoles(), bram)) == "done"
    assert entry.details == {"role": "desk", "rights": "users:read → user-permissions:read"}


def test_role_that_says_so_already_is_not_written(world: World, grace: Bearer) -> None:
    """Nor is its version another."""
    role = own_role(world, "desk", "users:read")

    assert world.run(roles.edit_role, EditRole("desk", rights=READERS), grace) == RoleUnchanged(role)


@pytest.mark.parametrize(
    ("edit", "refused"),
    [
        (EditRole("administrator", rights=READERS), "rights.shipped_role"),
        (EditRole("nobodys", rights=READERS), "rights.unknown_role"),
        (EditRole("desk", rights=READERS, if_version=7), "rights.role_version_lost"),
        (EditRole("desk", title=""), "rights.role_malformed"),
        (EditRole("desk", rights=frozenset({"users:rule"})), "rights.unknown_right"),
        (EditRole("desk", reaches_higher=True), "rights.reaches_higher"),
    ],
)
def test_edit_that_cannot_be_is_refused(world: World, grace: Bearer, edit: EditRole, refused: str) -> None:
    """Shipped, unknown, changed meanwhile, malformed, or more than the editor holds."""
    own_role(world, "desk", "users:read")

    assert code(world.run(roles.edit_role, edit, grace)) == refused


def test_role_that_somebody_holds_is_not_deleted(world: World, grace: Bearer) -> None:
    """By themselves, through a group, or as a denial; else it would be taken from them by the way."""
    for name in ("held", "through", "denied", "free"):
        own_role(world, name, "users:read")
    bram = world.add("bram", "held")
    hold(world, bram, "denied", DENY)
    give(world, group(world, "North"), "through")

    deleted = {name: code(world.run(roles.delete_role, DeleteRole(name), grace)) for name in (
        "held", "through", "denied", "free", "auditor", "nobodys",
    )}  # fmt: skip
    assert deleted == {
        "held": "rights.role_held", "through": "rights.role_held", "denied": "rights.role_held", "free": "done",
        "auditor": "rights.shipped_role", "nobodys": "rights.unknown_role",
    }  # fmt: skip
    assert code(world.run(roles.show_role, ShowRole("free"), grace)) == "rights.unknown_role"


def test_nobody_deletes_a_role_of_more_than_they_hold(world: World) -> None:
    """Deleting is taking it from whoever would have got it."""
    own_role(world, "export", "audit:export")

    refused = world.run(roles.delete_role, DeleteRole("export"), world.add_operator("sam", "super-user"))
    assert refused == Refused("rights.not_held", {"role": "export"})


def test_roles_are_made_with_the_second_factor_alone(world: World) -> None:
    """An excluded administrator makes, changes and deletes none (KEY-7)."""
    robin = world.sign_in(world.add("robin", "administrator", excluded=True), OpenedWith.PASSWORD)
    own_role(world, "desk", "users:read")

    asked = (
        world.run(roles.add_role, AddRole(NIGHT), robin),
        world.run(roles.edit_role, EditRole("desk", title="Desks"), robin),
        world.run(roles.delete_role, DeleteRole("desk"), robin),
    )
    assert {code(one) for one in asked} == {"session.second_factor_required"}


def test_edit_that_would_deny_the_last_administrator_is_taken_back(world: World) -> None:
    """A role that is denied to an administrator comes to deny a right: nobody able would be left (RIGHT-5)."""
    grace = world.add("grace", "administrator", factors=1)
    role = own_role(world, "nothing")
    hold(world, grace, "nothing", DENY)

    refused = world.run(roles.edit_role, EditRole("nothing", rights=READERS), OWNER)
    shown = world.run(roles.show_role, ShowRole("nothing"))

    assert code(refused) == "rights.last_administrator"
    assert isinstance(shown, RoleShown)
    assert shown.role == role
