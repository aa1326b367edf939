from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.rights.model.facts import (
    ActorFacts,
    Assignment,
    Effect,
    Holdings,
    Membership,
    Role,
    Scope,
    Touched,
)
from doorward.features.rights.rules import membership, scopes
from doorward.features.rights.rules.roles import SHIPPED
from doorward.features.rights.rules.scopes import everywhere
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused
from tests.features.rights.test_rules_deciding import EVERYTHING, OPERATOR

NORTH, SOUTH = GroupId(UUID(int=1)), GroupId(UUID(int=2))
IN_NORTH, IN_SOUTH = Scope(NORTH), Scope(SOUTH)
DESK = SHIPPED["help-desk"]
SENIOR = Role("senior", "Senior desk", frozenset({"users:unlock"}), reaches_higher=True)
KEEPER = Role("keeper", "Keeper", frozenset({"user-permissions:modify-object-acls"}))
ROLES: Mapping[str, Role] = {**SHIPPED, "senior": SENIOR, "keeper": KEEPER}
ADMINISTRATOR, DENIED = Assignment("administrator"), Assignment("help-desk", Effect.DENY, IN_NORTH)


def holding(*held: Assignment) -> Holdings:
    """Add up assignments."""
    return scopes.holdings(held, ROLES)


def mover(*held: Assignment) -> ActorFacts:
    """Let an operator hold these and nothing else."""
    return replace(OPERATOR, rights=holding(*held))


def change(*given_: Assignment, inside: frozenset[GroupId] = frozenset(), over: tuple[str, ...] = ()) -> Membership:
    """Describe a change of whether somebody is in the group North."""
    return Membership(NORTH, inside, given_, over, ROLES)


def code_of(refused: Refused | None) -> str | None:
    """Name the refusal."""
    return None if refused is None else refused.code


@pytest.mark.parametrize(
    ("held", "role", "groups", "code"),
    [
        ([Assignment("help-desk")], DESK, set(), None),
        ([Assignment("help-desk", scope=Scope(NORTH))], DESK, {NORTH}, None),
        ([Assignment("help-desk", scope=Scope(NORTH))], DESK, set(), "rights.not_held"),
        ([Assignment("auditor")], DESK, set(), "rights.not_held"),
        (
            [Assignment("help-desk"), Assignment("help-desk", Effect.DENY, Scope(NORTH))],
            DESK,
            {NORTH},
            "rights.not_held",
        ),
        ([Assignment("help-desk"), Assignment("help-desk", Effect.DENY, Scope(NORTH))], DESK, set(), None),
        ([], SHIPPED["no-access"], set(), None),
        ([Assignment("help-desk")], SENIOR, set(), "rights.not_held"),
        ([Assignment("senior")], SENIOR, set(), None),
    ],
)
def test_who_may_put_somebody_in_reach_of_a_role(
    held: list[Assignment], role: Role, groups: set[GroupId], code: str | None
) -> None:
    """Whoever holds its rights over them already, as their groups stand (RIGHT-4)."""
    own = holding(*held)
    refused = membership.may_put_in_reach(own, role, frozenset(groups))

    assert (refused.code if refused else None) == code


def test_an_account_that_only_signs_in_joins_no_group_that_gives_a_role() -> None:
    """Whoever puts it there, the owner too; a group that gives nothing takes everybody, and anybody leaves."""
    for by in (None, mover(ADMINISTRATOR)):
        assert (
            code_of(membership.may_join(by, change(Assignment("no-access")), external=True)) == "rights.internal_only"
        )
        assert membership.may_join(by, change(), external=True) is None
        assert membership.may_leave(by, change(Assignment("no-access"), inside=frozenset({NORTH}))) is None


GIVES_DESK, KEEPS = Assignment("help-desk", scope=IN_SOUTH), Assignment("keeper")


@pytest.mark.parametrize(
    ("held", "given_", "code"),
    [
        ([ADMINISTRATOR], [GIVES_DESK], None),
        ([KEEPS, Assignment("help-desk")], [GIVES_DESK], None),
        ([KEEPS, Assignment("help-desk", scope=IN_SOUTH)], [GIVES_DESK], None),
        ([KEEPS, Assignment("help-desk", scope=IN_NORTH)], [GIVES_DESK], "rights.not_held"),
        ([KEEPS, Assignment("help-desk")], [GIVES_DESK, Assignment("auditor")], "rights.not_held"),
        ([KEEPS, Assignment("help-desk")], [replace(GIVES_DESK, effect=Effect.DENY)], None),
        ([KEEPS], [replace(GIVES_DESK, effect=Effect.DENY)], "rights.not_held"),
        ([Assignment("help-desk")], [GIVES_DESK], "rights.missing"),
        ([Assignment("help-desk")], [], None),
        ([ADMINISTRATOR], [Assignment("of-yesterday")], "rights.unknown_role"),
    ],
)
def test_a_membership_hands_on_what_the_group_gives(
    held: list[Assignment], given_: list[Assignment], code: str | None
) -> None:
    """Joining, leaving and being added ask of each assignment what giving it by hand asks, a denial too."""
    by, inside = mover(*held), frozenset({NORTH, SOUTH})

    assert code_of(membership.may_hand_on_all(by, given_, ROLES)) == code
    assert code_of(membership.may_join(by, change(*given_, inside=inside), external=False)) == code
    assert code_of(membership.may_leave(by, change(*given_, inside=frozenset({SOUTH})))) == code


@pytest.mark.parametrize(
    ("held", "joining", "leaving"),
    [
        ([], None, None),
        ([Assignment("help-desk")], None, None),
        ([Assignment("help-desk", scope=IN_SOUTH)], None, None),
        ([Assignment("help-desk", scope=IN_NORTH)], "rights.gained", None),
        ([Assignment("help-desk"), DENIED], None, "rights.gained"),
        ([DENIED], None, None),
        ([Assignment("help-desk"), Assignment("help-desk", scope=IN_NORTH)], None, None),
        ([Assignment("help-desk"), Assignment("senior", scope=IN_NORTH)], "rights.gained", None),
        ([Assignment("help-desk", scope=IN_NORTH), DENIED], None, None),
    ],
)
def test_nobody_gains_a_right_over_whom_they_move(
    held: list[Assignment], joining: str | None, leaving: str | None
) -> None:
    """Neither by joining what one looks after, nor by leaving where one is denied; a higher reach is a gain too."""
    by = mover(*held)

    assert code_of(membership.may_join(by, change(), external=False)) == joining
    assert code_of(membership.may_leave(by, change(inside=frozenset({NORTH})))) == leaving


def test_nobody_moves_people_for_holders_of_more() -> None:
    """Each role that is held over the group counts, in whatever order; one that is no more reaches nobody."""
    desk = mover(Assignment("help-desk"))
    for over, code in [
        ((), None),
        (("help-desk",), None),
        (("help-desk", "auditor"), "rights.not_held"),
        (("auditor", "help-desk"), "rights.not_held"),
        (("senior",), "rights.not_held"),
        (("of-yesterday",), None),
    ]:
        assert code_of(membership.may_join(desk, change(over=over), external=False)) == code
        assert code_of(membership.may_leave(desk, change(inside=frozenset({NORTH}), over=over))) == code


def test_reach_is_asked_as_the_groups_stand_before_the_change() -> None:
    """Whoever looks after North moves its people out, and pulls nobody in for those who look after it as well."""
    north = mover(Assignment("help-desk", scope=IN_NORTH))

    assert membership.may_leave(north, change(inside=frozenset({NORTH}), over=("help-desk",))) is None
    assert code_of(membership.may_put_in_reach(north.rights, DESK, frozenset())) == "rights.not_held"


def test_first_no_is_told() -> None:
    """What the group gives comes before what the mover gains, and that before what others do."""
    by, over = mover(Assignment("help-desk", scope=IN_NORTH)), ("auditor",)
    denied = mover(Assignment("help-desk"), DENIED)

    assert code_of(membership.may_join(by, change(GIVES_DESK, over=over), external=False)) == "rights.missing"
    assert code_of(membership.may_join(by, change(over=over), external=False)) == "rights.gained"
    assert code_of(membership.may_leave(denied, change(inside=frozenset({NORTH}), over=over))) == "rights.gained"


def test_owner_moves_anybody() -> None:
    """The server's owner is bound by none of this (RIGHT-8), and gives no role that is not there."""
    asked = change(ADMINISTRATOR, over=("administrator",))

    assert membership.may_join(None, asked, external=False) is None
    assert membership.may_leave(None, asked) is None
    assert code_of(membership.may_leave(None, change(Assignment("of-yesterday")))) == "rights.unknown_role"


@pytest.mark.parametrize(
    ("touched", "own", "group", "rights", "title"),
    [
        (Touched(protected=False, higher=False), False, None, None, None),
        (Touched(protected=True, higher=False), False, "groups.protected_member", "rights.protected_holder", None),
        (Touched(protected=False, higher=True), False, "rights.higher_target", "rights.higher_target",
         "rights.higher_target"),
        (Touched(protected=True, higher=True), False, "groups.protected_member", "rights.higher_target",
         "rights.higher_target"),
        (Touched(protected=True, higher=True), True, "rights.self", "rights.higher_target", "rights.higher_target"),
    ],
)  # fmt: skip
def test_nobody_changes_for_all_what_they_could_not_for_each(
    touched: Touched, own: bool, group: str | None, rights: str | None, title: str | None
) -> None:
    """A new title of a role changes nobody's rights, so that it asks for no proof."""
    assert code_of(membership.may_change_group(touched, own=own)) == group
    assert code_of(membership.may_change_role(DESK, replace(DESK, rights=frozenset()), touched)) == rights
    assert code_of(membership.may_change_role(DESK, replace(DESK, reaches_higher=True), touched)) == rights
    assert code_of(membership.may_change_role(DESK, replace(DESK, title="Front desk"), touched)) == title


ASSIGNMENTS = st.lists(
    st.builds(
        Assignment,
        st.sampled_from(sorted(ROLES)),
        st.sampled_from(Effect),
        st.sampled_from([Scope(), IN_NORTH, IN_SOUTH]),
    ),
    max_size=5,
)
GROUPS = st.frozensets(st.sampled_from([NORTH, SOUTH]))


@given(held=ASSIGNMENTS, others=st.lists(ASSIGNMENTS, max_size=3))
def test_higher_is_whoever_holds_what_one_lacks(held: list[Assignment], others: list[list[Assignment]]) -> None:
    """Of many at once as of each; nobody is higher than themselves, nor than whoever holds everything."""
    own, touched = holding(*held), [holding(*one) for one in others]

    assert membership.any_higher(own, touched) == any(scopes.lacking(own, one) for one in touched)
    assert not membership.any_higher(own, [own])
    assert not membership.any_higher(everywhere(EVERYTHING), touched)


@given(held=ASSIGNMENTS, given_=ASSIGNMENTS, over=st.lists(st.sampled_from(sorted(ROLES)), max_size=3), inside=GROUPS)
def test_who_may_move_gains_nothing(
    held: list[Assignment], given_: list[Assignment], over: list[str], inside: frozenset[GroupId]
) -> None:
    """Whoever may put somebody in, or take them out, holds over them afterwards no right that was not held before."""
    by, asked = mover(*held), change(*given_, inside=inside, over=tuple(over))
    moves = [
        (membership.may_join(by, asked, external=False), inside | {NORTH}),
        (membership.may_leave(by, asked), inside - {NORTH}),
    ]

    for refused, after in moves:
        if refused is None:
            for one in by.rights.values():
                assert scopes.over(one, inside) or not scopes.over(one, after)
                assert scopes.over_higher(one, inside) or not scopes.over_higher(one, after)
            for name in over:
                assert all(scopes.over(by.rights.get(right), inside) for right in ROLES[name].rights)


@given(held=ASSIGNMENTS, given_=ASSIGNMENTS, over=st.lists(st.sampled_from(sorted(ROLES)), max_size=3))
def test_a_move_that_changes_nothing_gains_nothing(
    held: list[Assignment], given_: list[Assignment], over: list[str]
) -> None:
    """To join where one is, and to leave where one is not, is refused for what is handed on alone."""
    by = mover(*held)
    inside, outside = change(*given_, inside=frozenset({NORTH})), change(*given_)

    assert code_of(membership.may_join(by, inside, external=False)) != "rights.gained"
    assert code_of(membership.may_leave(by, replace(outside, over=over))) != "rights.gained"
