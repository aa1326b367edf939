from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.first_password import hash_first_password
from doorward.features.administration.actions.grouping import add_group, add_member, delete_group, remove_member
from doorward.features.administration.actions.rule_sets import (
    assign_password_rules,
    delete_password_rules,
    list_password_rules,
    rank_password_rules,
)
from doorward.features.administration.model import AccountAdded, AddAccount
from doorward.features.groups import actions as groups
from doorward.features.groups.model import (
    AddGroup,
    AddMember,
    AssignPasswordRules,
    DeleteGroup,
    GroupAdded,
    GroupUnchanged,
    RemoveMember,
    RulesAssigned,
)
from doorward.features.policy.actions import add_password_rules
from doorward.features.policy.model import (
    AddPasswordRules,
    DeletePasswordRules,
    ListPasswordRules,
    PolicyChanged,
    RankPasswordRules,
    RulesDeleted,
    RuleSet,
    RuleSetsListed,
)
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.signin.walking import Walk
from tests.worlds import World

NOWHERE = GroupId(UUID(int=99))


def a_set(world: World, name: str, **changes: Any) -> None:
    """Make a set, behind the others."""
    world.run(add_password_rules, AddPasswordRules(name, changes))


def a_group(world: World, name: str, rules: str | None = None, *members: AccountId) -> GroupId:
    """Make a group of these accounts, served by these rules."""
    outcome = world.run(add_group, AddGroup(name))
    assert isinstance(outcome, GroupAdded)
    if rules is not None:
        world.run(assign_password_rules, AssignPasswordRules(outcome.group, rules))
    for account in members:
        world.run(add_member, AddMember(account, outcome.group))
    return outcome.group


def serving(world: World, account: AccountId) -> str:
    """Say which rules serve an account, as sign-in finds it."""
    return world.standing(account).state.password_rules


def test_a_set_serves_the_members_of_its_groups(world: World) -> None:
    """Those who are in it already, those who come, and no longer those who leave."""
    bram, carl = world.add("bram"), world.add("carl")
    a_set(world, "strict")
    group = a_group(world, "North", None, bram)
    before = serving(world, bram)
    assigned = world.run(assign_password_rules, AssignPasswordRules(group, "strict", "the works council"))
    world.run(add_member, AddMember(carl, group))
    with_it = (serving(world, bram), serving(world, carl))
    world.run(remove_member, RemoveMember(bram, group))

    assert (before, assigned, with_it) == ("default", RulesAssigned(), ("strict", "strict"))
    assert (serving(world, bram), serving(world, carl)) == ("default", "strict")
    entry = next(one for one in world.entries() if one.act == "policy.assigned")
    assert (entry.reason, entry.details) == (
        "the works council", {"group": "North", "password_rules": "default → strict"},
    )  # fmt: skip


@pytest.mark.parametrize("none", [None, "default"])
def test_rules_are_taken_from_a_group(world: World, none: str | None) -> None:
    """Its members are served as if it had never named any."""
    bram = world.add("bram")
    a_set(world, "strict")
    group = a_group(world, "North", "strict", bram)
    taken = world.run(assign_password_rules, AssignPasswordRules(group, none))
    again = world.run(assign_password_rules, AssignPasswordRules(group, none))

    assert (taken, again, serving(world, bram)) == (RulesAssigned(), GroupUnchanged(), "default")


def test_of_several_sets_the_lowest_rank_serves(world: World) -> None:
    """And whoever moves a set serves everybody accordingly, at once."""
    bram = world.add("bram")
    for name in ("first", "second"):
        a_set(world, name)
        a_group(world, f"Group {name}", name, bram)
    before = serving(world, bram)
    moved = world.run(rank_password_rules, RankPasswordRules("first", 9, "second thoughts"))

    assert (before, moved, serving(world, bram)) == ("first", PolicyChanged(2, {"rank": "1 → 9"}), "second")
    entry = world.entries()[-1]
    assert (entry.act, entry.details) == (
        "policy.changed", {"settings": "password-rules:first", "rank": "1 → 9"},
    )  # fmt: skip


def test_sets_of_one_rank_serve_by_name(world: World) -> None:
    """So that nobody's rules hang on chance."""
    bram = world.add("bram")
    for name in ("zebra", "ape"):
        a_set(world, name)
        a_group(world, f"Group {name}", name, bram)
    world.run(rank_password_rules, RankPasswordRules("ape", 1))

    assert serving(world, bram) == "ape"


def test_a_large_group_is_served_in_parts(world: World) -> None:
    """More members than one statement takes."""
    people = [world.add(f"person{number}") for number in range(501)]
    a_set(world, "strict")
    group = a_group(world, "North")
    with world.writing() as call:
        for account in people:
            groups.add_member(call, group, account)
    world.run(assign_password_rules, AssignPasswordRules(group, "strict"))

    assert {serving(world, account) for account in people} == {"strict"}


def test_a_set_in_use_is_not_deleted(world: World) -> None:
    """The groups that name it are named; without them it goes, and `default` never."""
    a_set(world, "strict")
    group = a_group(world, "North", "strict")
    a_group(world, "East", "strict")
    outcomes = [world.run(delete_password_rules, DeletePasswordRules("strict", "tidying"))]
    for name in ("North", "East"):
        with world.reading() as call:
            found = groups.find(call, name)
        assert found is not None
        world.run(assign_password_rules, AssignPasswordRules(found.id, None))
    outcomes += [
        world.run(delete_password_rules, DeletePasswordRules(name)) for name in ("strict", "strict", "default")
    ]

    assert outcomes == [
        Refused("policy.in_use", {"groups": "East, North"}), RulesDeleted(), Refused("policy.not_found"),
        Refused("policy.default_stays"),
    ]  # fmt: skip
    deleted = [one.details for one in world.entries() if (one.act, one.outcome) == ("policy.deleted", "done")]
    assert deleted == [{"settings": "password-rules:strict"}]
    assert world.run(delete_group, DeleteGroup(group)).status == "done"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (AssignPasswordRules(NOWHERE, "strict"), "groups.not_found"),
        (AssignPasswordRules(NOWHERE, None), "groups.not_found"),
    ],
)
def test_assigning_to_no_group(world: World, command: AssignPasswordRules, code: str) -> None:
    """Whatever the rules."""
    assert world.run(assign_password_rules, command) == Refused(code)


def test_assigning_rules_that_are_not_there(world: World) -> None:
    """Nothing is made in passing."""
    group = a_group(world, "North")

    assert world.run(assign_password_rules, AssignPasswordRules(group, "gone")) == Refused("policy.not_found")


def test_sets_are_listed_in_their_order(world: World) -> None:
    """With their groups, and how many accounts each serves; `default` is the last."""
    bram, _ = world.add("bram"), world.add("carl")
    a_set(world, "second")
    a_set(world, "first")
    world.run(rank_password_rules, RankPasswordRules("second", 5))
    a_group(world, "South", "first", bram)
    a_group(world, "North", "first", bram)

    assert world.run(list_password_rules, ListPasswordRules()) == RuleSetsListed(
        (RuleSet("first", 2, ("North", "South"), 1), RuleSet("second", 5, (), 0), RuleSet("default", None, (), 1))
    )


def code_of(outcome: object) -> str:
    """Give the code of a refusal."""
    assert isinstance(outcome, Refused)
    return outcome.code


def test_sets_are_changed_by_whoever_changes_sign_in_security(world: World) -> None:
    """Assigning rules is changing them for people, and takes more than editing a group (RIGHT-1)."""
    a_set(world, "strict")
    group = a_group(world, "North")
    hugo = world.add_operator("hugo", "super-user")
    refused = [
        world.run(assign_password_rules, AssignPasswordRules(group, "strict"), hugo),
        world.run(rank_password_rules, RankPasswordRules("strict", 2), hugo),
        world.run(delete_password_rules, DeletePasswordRules("strict"), hugo),
    ]

    assert [code_of(one) for one in refused] == ["rights.missing"] * 3
    assert world.run(list_password_rules, ListPasswordRules(), hugo).status == "done"


def test_a_first_password_is_judged_by_the_rules_of_its_groups(world: World) -> None:
    """An account that begins in a group is served by its rules from its first password on."""
    a_set(world, "strict", min_length=30)
    a_group(world, "North", "strict")
    walk = Walk(world)
    person = AddAccount("bram", "Bram", "bram@example.org", groups=("North", "nowhere"))
    refused = walk.take(hash_first_password(person, Secret("an otter in the river")))
    other = walk.take(hash_first_password(AddAccount("carl", "Carl", None), Secret("an otter in the river")))
    added = world.run(add_account, AddAccount("dora", "Dora", "dora@example.org", groups=("North",)))

    assert refused == Refused("passwords.min_length", {"least": 30})
    assert other == "new$an otter in the river"
    assert isinstance(added, AccountAdded)
    assert serving(world, added.account) == "strict"


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.integers(0, 1), st.integers(0, 2)),
        st.tuples(st.just("leave"), st.integers(0, 1), st.integers(0, 2)),
        st.tuples(st.just("assign"), st.integers(0, 2), st.sampled_from(["a", "b", None])),
        st.tuples(st.just("rank"), st.sampled_from(["a", "b"]), st.integers(1, 3)),
    ),
    max_size=12,
)  # fmt: skip


@given(moves=MOVES)
def test_whatever_is_changed_everybody_is_served_as_their_groups_stand(
    tmp_path_factory: pytest.TempPathFactory, moves: list[Any]
) -> None:
    """The name in the narrow state is at every moment what the groups say (one writer after another)."""
    world = World.begin(tmp_path_factory.mktemp("served"))
    people = [world.add("bram"), world.add("carl")]
    there = [a_group(world, f"Group {number}") for number in range(3)]
    inside: list[set[int]] = [set(), set()]
    named: list[str | None] = [None, None, None]
    ranks = {"a": 1, "b": 2}
    a_set(world, "a")
    a_set(world, "b")
    for move in moves:
        match move:
            case ("join", who, which):
                world.run(add_member, AddMember(people[who], there[which]))
                inside[who].add(which)
            case ("leave", who, which):
                world.run(remove_member, RemoveMember(people[who], there[which]))
                inside[who].discard(which)
            case ("assign", which, name):
                world.run(assign_password_rules, AssignPasswordRules(there[which], name))
                named[which] = name
            case ("rank", name, rank):
                world.run(rank_password_rules, RankPasswordRules(name, rank))
                ranks[name] = rank
            case _:
                raise AssertionError(move)

        wanted = [
            min(((ranks[name], name) for name in (named[one] for one in mine) if name), default=(0, "default"))[1]
            for mine in inside
        ]
        assert [serving(world, account) for account in people] == wanted
    world.database.close()
