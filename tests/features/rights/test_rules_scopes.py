from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.rights.model.facts import EVERYTHING as EVERYBODY
from doorward.features.rights.model.facts import Assignment, Effect, HeldRight, Holdings, Role, Scope
from doorward.features.rights.rules import deciding, scopes
from doorward.features.rights.rules.roles import ALL_RIGHTS, SHIPPED
from doorward.kernel.act import Reach
from doorward.kernel.ids import GroupId

NORTH, SOUTH = GroupId(UUID(int=1)), GroupId(UUID(int=2))
IN_NORTH, IN_SOUTH = Scope(NORTH), Scope(SOUTH)
READS = {
    "users:read",
    "user-permissions:read",
    "sign-in-security:read",
    "audit:read",
    "applications:read",
    "system:read",
}
EVERYTHING = READS | {
    "users:modify", "users:unlock", "user-permissions:modify-object-acls", "sign-in-security:modify", "audit:export",
    "applications:modify", "system:modify",
}  # fmt: skip


def holds(*assignments: Assignment) -> Holdings:
    """Add up assignments of shipped roles."""
    return scopes.holdings(assignments, SHIPPED)


def rights_of(*assignments: Assignment) -> set[str]:
    """Say which rights assignments bring over anybody."""
    return {right for right, held in holds(*assignments).items() if scopes.somewhere(held)}


ALLOW_, DENY = Effect.ALLOW, Effect.DENY


@pytest.mark.parametrize(
    ("held", "rights"),
    [
        ([], set()),
        ([("help-desk", ALLOW_)], {"users:read", "users:unlock"}),
        ([("help-desk", ALLOW_), ("auditor", ALLOW_)], READS | {"users:unlock", "audit:export"}),
        ([("help-desk", ALLOW_), ("auditor", DENY)], {"users:unlock"}),
        ([("auditor", DENY), ("help-desk", ALLOW_)], {"users:unlock"}),
        ([("help-desk", ALLOW_), ("help-desk", DENY)], set()),
        ([("administrator", ALLOW_), ("super-user", DENY)],
         {"sign-in-security:modify", "audit:export", "applications:modify", "system:modify"}),
        ([("help-desk", DENY)], set()),
        ([("of-yesterday", ALLOW_), ("help-desk", ALLOW_)], {"users:read", "users:unlock"}),
    ],
)  # fmt: skip
def test_deny_wins(held: list[tuple[str, Effect]], rights: set[str]) -> None:
    """Allowed rights add up; one denial takes a right away, in whatever order; a role that is gone gives nothing."""
    assert rights_of(*(Assignment(role, effect) for role, effect in held)) == rights


@pytest.mark.parametrize(
    ("held", "role", "code"),
    [
        (EVERYTHING, "administrator", None),
        (EVERYTHING, "no-access", None),
        (READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}, "administrator",
         "rights.not_held"),
        (READS | {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}, "help-desk", None),
        ({"user-permissions:modify-object-acls"}, "help-desk", "rights.not_held"),
        (set(), "no-access", None),
    ],
)  # fmt: skip
def test_nobody_hands_on_what_they_do_not_hold(held: set[str], role: str, code: str | None) -> None:
    """A role is given and taken by those who hold all of it (RIGHT-4)."""
    refused = deciding.may_grant(scopes.everywhere(held), SHIPPED[role], Scope())

    assert (refused.code if refused else None) == code


DESK = Assignment("help-desk")
DESK_NORTH = Assignment("help-desk", scope=IN_NORTH)
DENIED = Assignment("help-desk", Effect.DENY)
DENIED_NORTH = Assignment("help-desk", Effect.DENY, IN_NORTH)


@pytest.mark.parametrize(
    ("held", "north", "south", "nobody", "server"),
    [
        ([], False, False, False, False),
        ([DESK], True, True, True, True),
        ([DESK_NORTH], True, False, False, False),
        ([DESK, DENIED_NORTH], False, True, True, True),
        ([DESK, DENIED], False, False, False, False),
        ([DESK_NORTH, DENIED], False, False, False, False),
        ([DESK_NORTH, DENIED_NORTH], False, False, False, False),
        ([DESK_NORTH, Assignment("help-desk", Effect.DENY, IN_SOUTH)], True, False, False, False),
    ],
)
def test_over_whom_a_right_is_held(
    held: list[Assignment], north: bool, south: bool, nobody: bool, server: bool
) -> None:
    """Everybody, members of a group, people in no group, and what belongs to nobody: deny wins (RIGHT-3)."""
    unlock = holds(*held).get("users:unlock")

    assert scopes.over(unlock, frozenset({NORTH})) == north
    assert scopes.over(unlock, frozenset({SOUTH})) == south
    assert scopes.over(unlock, frozenset()) == nobody
    assert scopes.server_wide(unlock) == server


@pytest.mark.parametrize(
    ("held", "reach"),
    [
        ([], Reach(everything=False)),
        ([DESK], Reach()),
        ([DESK_NORTH], Reach(everything=False, groups=frozenset({NORTH}))),
        ([DESK, DENIED_NORTH], Reach(without=frozenset({NORTH}))),
        ([DESK_NORTH, Assignment("help-desk", Effect.DENY, IN_SOUTH)],
         Reach(everything=False, groups=frozenset({NORTH}), without=frozenset({SOUTH}))),
        ([DESK, DENIED], Reach(everything=False)),
    ],
)  # fmt: skip
def test_lists_keep_to_the_reach(held: list[Assignment], reach: Reach) -> None:
    """What a list shows is what the right is held over; nothing where it is denied over everything."""
    assert scopes.reach(holds(*held).get("users:read")) == reach


@pytest.mark.parametrize(
    ("held", "scope", "covered"),
    [
        ([], IN_NORTH, False),
        ([DESK], EVERYBODY, True),
        ([DESK], IN_NORTH, True),
        ([DESK_NORTH], IN_NORTH, True),
        ([DESK_NORTH], IN_SOUTH, False),
        ([DESK_NORTH], EVERYBODY, False),
        ([DESK, DENIED_NORTH], IN_SOUTH, False),
    ],
)
def test_who_grants_over_a_scope_holds_all_of_it(held: list[Assignment], scope: Scope, covered: bool) -> None:
    """A denial over some members leaves nobody sure of covering a group: they may share one (RIGHT-4)."""
    assert scopes.covers(holds(*held).get("users:read"), scope) == covered


@pytest.mark.parametrize(
    ("actor", "target", "lacks"),
    [
        ([DESK], [], set()),
        ([DESK], [DESK], set()),
        ([DESK], [DESK_NORTH], set()),
        ([DESK_NORTH], [DESK_NORTH], set()),
        ([DESK_NORTH], [DESK], {"users:read", "users:unlock"}),
        ([DESK_NORTH], [Assignment("help-desk", scope=IN_SOUTH)], {"users:read", "users:unlock"}),
        ([DESK, DENIED_NORTH], [DESK], {"users:read", "users:unlock"}),
        ([DESK, DENIED_NORTH], [DESK, DENIED_NORTH], set()),
        ([], [DESK, DENIED], set()),
        ([Assignment("auditor")], [Assignment("super-user")],
         {"users:modify", "users:unlock", "user-permissions:modify-object-acls"}),
    ],
)  # fmt: skip
def test_what_an_actor_lacks_of_a_target(actor: list[Assignment], target: list[Assignment], lacks: set[str]) -> None:
    """Right by right and as widely; what is denied to the target anyway is nothing that it holds (RIGHT-4)."""
    assert scopes.lacking(holds(*actor), holds(*target)) == lacks


@pytest.mark.parametrize(
    ("assignments", "administers"),
    [
        ([Assignment("administrator")], True),
        ([Assignment("administrator", scope=IN_NORTH)], False),
        ([Assignment("administrator"), DENIED_NORTH], False),
        ([Assignment("super-user")], False),
    ],
)
def test_who_administers_everything(assignments: list[Assignment], administers: bool) -> None:
    """Everything over everybody, with nothing denied (RIGHT-5)."""
    assert scopes.administers(holds(*assignments), ALL_RIGHTS) == administers


SENIOR = Role("senior-desk", "Senior desk", frozenset({"users:unlock"}), reaches_higher=True)


@pytest.mark.parametrize(
    ("scope", "groups", "reaches", "hands_on_north"),
    [(EVERYBODY, set(), True, True), (IN_NORTH, {NORTH}, True, True), (IN_NORTH, {SOUTH}, False, True),
     (IN_SOUTH, {NORTH}, False, False)],
)  # fmt: skip
def test_a_role_may_say_that_it_reaches_higher(
    scope: Scope, groups: set[GroupId], reaches: bool, hands_on_north: bool
) -> None:
    """Explicitly, over its scope; only whoever holds such a role hands one on (RIGHT-4)."""
    held = scopes.holdings([Assignment("senior-desk", scope=scope)], {"senior-desk": SENIOR})
    plain = scopes.holdings([Assignment("help-desk")], SHIPPED)

    assert scopes.over_higher(held.get("users:unlock"), frozenset(groups)) == reaches
    assert (deciding.may_grant(held, SENIOR, IN_NORTH) is None) == hands_on_north
    assert deciding.may_grant(plain, SENIOR, IN_NORTH) is not None


SCOPES = st.sampled_from([EVERYBODY, IN_NORTH, IN_SOUTH])
HELD = st.builds(HeldRight, st.frozensets(SCOPES), st.frozensets(SCOPES))
PLACES = st.frozensets(st.sampled_from([NORTH, SOUTH]))


@given(HELD, HELD, PLACES)
def test_whoever_lacks_nothing_reaches_all_that_the_other_reaches(
    actor: HeldRight, target: HeldRight, groups: object
) -> None:
    """The comparison is safe: where it says yes, no account is reached by the target alone (RIGHT-4)."""
    assert isinstance(groups, frozenset)
    if not scopes.lacking({"users:read": actor}, {"users:read": target}) and scopes.over(target, groups):
        assert scopes.over(actor, groups)


@given(HELD, SCOPES, PLACES)
def test_whoever_covers_a_scope_reaches_everybody_in_it(held: HeldRight, scope: Scope, groups: object) -> None:
    """Granting never reaches further than the granter (RIGHT-4)."""
    assert isinstance(groups, frozenset)
    if scopes.covers(held, scope) and (scope.group is None or scope.group in groups):
        assert scopes.over(held, groups)
