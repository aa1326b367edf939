from uuid import UUID

import pytest

from doorward.features.administration.actions import adding, grouping
from doorward.features.administration.model import AddAccount
from doorward.features.groups.model import AddMember, RemoveMember, ShowMemberships
from doorward.features.rights.model.facts import Effect
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from tests.features.rights.giving import DENY, KEYS, WHY, code, give, group, hold, own_role
from tests.worlds import OWNER, World

MOVES = {"joins": (grouping.add_member, AddMember), "leaves": (grouping.remove_member, RemoveMember)}
PEOPLE = ("users:read", "users:modify")


def mover(world: World, *over: GroupId, rights: tuple[str, ...] = PEOPLE) -> Bearer:
    """Sign in Mara, who moves people between these groups (between all, where none is said)."""
    own_role(world, "movers", *rights)
    account = world.add("mara", factors=1)
    for one in over or (None,):
        hold(world, account, "movers", over=one)
    return world.sign_in(account)


def moving(world: World, by: Bearer, how: str, group_: GroupId, account: AccountId) -> str:
    """Put an account into a group, or take it out."""
    act, command = MOVES[how]
    return code(world.run(act, command(account, group_, WHY), by))  # type: ignore[arg-type]


@pytest.mark.parametrize("how", MOVES)
@pytest.mark.parametrize("effect", list(Effect))
@pytest.mark.parametrize("by_group", [False, True])
def test_nobody_moves_people_for_holders_of_more(world: World, how: str, effect: Effect, by_group: bool) -> None:
    """Who looks after a group with rights that the mover lacks does not gain or lose anybody by them (RIGHT-4)."""
    tina = world.add("tina")
    keys, seniors = group(world, "Keys", *([tina] if how == "leaves" else [])), group(world, "Seniors")
    own_role(world, "resetters", "users:read", KEYS)
    if by_group:
        give(world, seniors, "resetters", effect, over=keys)
    else:
        hold(world, world.add("sue", factors=1), "resetters", effect, over=keys)
    mara = mover(world)

    assert moving(world, mara, how, keys, tina) == "rights.not_held"
    assert moving(world, world.add_operator("grace", "administrator"), how, keys, tina) == "done"


@pytest.mark.parametrize("how", MOVES)
def test_whoever_holds_as_much_moves_people(world: World, how: str) -> None:
    """Who is in a group is who its operators look after: that is what groups are for (RIGHT-3)."""
    tina = world.add("tina")
    north = group(world, "North", *([tina] if how == "leaves" else []))
    hold(world, world.add("hanna", factors=1), "help-desk", over=north)

    assert moving(world, mover(world, rights=(*PEOPLE, "users:unlock")), how, north, tina) == "done"


def test_people_are_moved_between_the_groups_that_one_looks_after(world: World) -> None:
    """Held over them by the group that they are in, which is enough; not for a role of more (RIGHT-4)."""
    tina = world.add("tina")
    north, south = group(world, "North", tina), group(world, "South")
    hold(world, world.add("hanna", factors=1), "help-desk", over=south)
    mara = mover(world, north, south, rights=(*PEOPLE, "users:unlock"))

    assert moving(world, mara, "joins", south, tina) == "done"
    hold(world, world.add("sue", factors=1), "super-user", over=north)
    assert moving(world, mara, "leaves", north, tina) == "rights.not_held"


def test_a_role_that_reaches_higher_takes_one(world: World) -> None:
    """An administrator holds its rights, and still puts nobody in its reach."""
    tina, north = world.add("tina"), group(world, "North")
    grace = world.add_operator("grace", "administrator")
    own_role(world, "chief", "users:unlock", higher=True)
    hold(world, world.add("sue", factors=1), "chief", over=north)

    assert moving(world, grace, "joins", north, tina) == "rights.not_held"
    assert code(world.run(grouping.add_member, AddMember(tina, north, WHY), OWNER)) == "done"


def test_a_denial_over_the_group_of_others_counts_too(world: World) -> None:
    """Nobody takes somebody out of the group that shields them from an operator without holding as much."""
    tina = world.add("tina")
    board = group(world, "Board", tina)
    hanna = world.add("hanna", "super-user", factors=1)
    hold(world, hanna, "super-user", DENY, board)

    assert moving(world, mover(world), "leaves", board, tina) == "rights.not_held"
    assert moving(world, world.add_operator("grace", "administrator"), "leaves", board, tina) == "done"


def test_somebody_who_is_only_about_to_be_added_is_shielded_by_nobody(world: World) -> None:
    """Whoever adds people to a group that they look after goes around nobody, whoever else looks after it."""
    north = group(world, "North")
    hold(world, world.add("sue", factors=1), "super-user", over=north)
    mara = mover(world, north)

    assert (
        code(world.run(adding.add_account, AddAccount("neu", "Neu", "n@example.org", groups=("North",)), mara))
        == "done"
    )


def test_the_page_says_why_not(world: World) -> None:
    """The button is grey for the reason that the act is refused for (RIGHT-7)."""
    tina = world.add("tina")
    north = group(world, "North", tina)
    group(world, "Open")
    south = group(world, "South")
    for over in (north, south):
        hold(world, world.add(f"sue-{over}", factors=1), "super-user", over=over)
    shown = world.run(grouping.show_memberships, ShowMemberships(tina), mover(world))
    refused = Refused("rights.not_held", {"role": "super-user"})

    assert [(one.name, no) for one, no in getattr(shown, "inside", ())] == [("North", refused)]
    assert [(one.name, no) for one, no in getattr(shown, "outside", ())] == [("Open", None), ("South", refused)]


def test_a_role_that_is_no_more_puts_nobody_in_reach(world: World) -> None:
    """Nothing is held by it."""
    tina, north = world.add("tina"), group(world, "North")
    hold(world, AccountId(UUID(int=7)), "of-yesterday", over=north)

    assert moving(world, mover(world), "joins", north, tina) == "done"
