from dataclasses import replace
from itertools import combinations, product
from uuid import UUID

import pytest

from doorward.features.accounts.model import AccountKind
from doorward.features.rights.model.acts.explaining import Reasoning
from doorward.features.rights.model.facts import ActorFacts, Allowed, Assignment, Effect, Role, Scope, TargetFacts
from doorward.features.rights.rules import deciding, reasoning, scopes
from doorward.features.rights.rules.roles import SHIPPED
from doorward.kernel.act import Act, Needs, Who
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

GRACE, BRAM = AccountId(UUID(int=11)), AccountId(UUID(int=12))
NORTH, SOUTH = GroupId(UUID(int=1)), GroupId(UUID(int=2))
SENIOR = Role("senior", "Senior desk", frozenset({"users:unlock"}), reaches_higher=True)
ROLES = {**SHIPPED, "senior": SENIOR}
UNLOCK = Act(
    "unlock_account", Who.OPERATOR, "users:unlock", "lockout.unlocked", frozenset({Needs.ANOTHER}), writes=True
)
RESET = Act(
    "reset_secret_key", Who.OPERATOR, "users:unlock", "second_factor.reset",
    frozenset({Needs.ANOTHER, Needs.SECOND_FACTOR, Needs.ADMINISTRATOR_LEFT}), writes=True,
)  # fmt: skip
LOOK = Act("view_account", Who.OPERATOR, "users:read", "accounts.viewed", frozenset(), writes=True)
DESK, DESK_NORTH = Assignment("help-desk"), Assignment("help-desk", scope=Scope(NORTH))
DESK_SOUTH = Assignment("help-desk", scope=Scope(SOUTH))
ACTOR = ActorFacts(
    account=GRACE, kind=AccountKind.INTERNAL, enabled=True, barred=False, has_factor=True, excluded=False, rights={},
    session_used_second_factor=True, own_page_only=False,
)  # fmt: skip
NO_FACTOR: dict[str, object] = {"has_factor": False, "session_used_second_factor": False}
TARGET = TargetFacts(BRAM, {}, last_administrator=False, groups=frozenset({NORTH}))


def asked(
    act: Act, held: tuple[Assignment, ...], actor: ActorFacts = ACTOR, target: TargetFacts = TARGET
) -> list[tuple[str, bool, str]]:
    """Ask why, of somebody who holds these."""
    about = reasoning.Holdings(held, ROLES, {NORTH: "North"})
    rights = scopes.holdings(held, ROLES)
    told = reasoning.reasoned(replace(actor, rights=rights), act, target, about)
    return [(one.question.partition(" ")[0], one.answer, one.because) for one in told]


@pytest.mark.parametrize(
    ("changed", "answer", "because"),
    [
        ({}, True, "internal, enabled, not locked by hand"),
        ({"kind": AccountKind.EXTERNAL}, False, "it is external"),
        ({"enabled": False}, False, "it is disabled"),
        ({"barred": True}, False, "an operator locked it, or it was reported"),
    ],
)
def test_whether_an_account_may_operate_at_all(changed: dict[str, object], answer: bool, because: str) -> None:
    """External, disabled and barred ones never do (LOCK-8)."""
    actor = replace(ACTOR, **changed)  # type: ignore[arg-type]

    assert asked(LOOK, (DESK,), actor)[0] == ("May", answer, because)


@pytest.mark.parametrize(
    ("held", "groups", "answer", "because"),
    [
        ((), {NORTH}, False, "no role of theirs has it"),
        ((DESK,), set(), True, "by Help desk over everything"),
        ((DESK_NORTH,), {NORTH}, True, "by Help desk over the group North"),
        ((DESK_NORTH,), set(), False, "only by Help desk over the group North"),
        ((DESK_SOUTH,), set(), False, "only by Help desk over a group outside your scope"),
        ((replace(DESK, through=SOUTH),), set(), True,
         "by Help desk over everything, through a group outside your scope"),
        ((replace(DESK, through=NORTH),), set(), True, "by Help desk over everything, through the group North"),
        ((DESK, Assignment("help-desk", Effect.DENY, Scope(NORTH))), {NORTH}, False,
         "denied by Help desk over the group North; deny wins"),
        ((Assignment("help-desk", Effect.DENY),), set(), False, "denied by Help desk over everything; deny wins"),
        ((Assignment("of-yesterday"),), set(), False, "no role of theirs has it"),
    ],
)  # fmt: skip
def test_over_whom_the_right_is_held_is_said(
    held: tuple[Assignment, ...], groups: set[GroupId], answer: bool, because: str
) -> None:
    """By which role, over whom, through which group; and what denies it (RIGHT-3)."""
    target = replace(TARGET, groups=frozenset(groups))

    assert asked(LOOK, held, target=target)[1] == ("Does", answer, because)


@pytest.mark.parametrize(
    ("held", "targets", "answer", "because"),
    [
        ((DESK,), {}, True, ""),
        ((DESK,), scopes.everywhere({"audit:read"}), False, "it lacks audit:read"),
        ((Assignment("senior"),), scopes.everywhere({"audit:read"}), True,
         "a role says that it reaches accounts of more rights"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_named(
    held: tuple[Assignment, ...], targets: dict[str, object], answer: bool, because: str
) -> None:
    """Nobody acts on somebody who holds more, unless a role says so (RIGHT-4)."""
    target = replace(TARGET, rights=targets)  # type: ignore[arg-type]

    assert asked(UNLOCK, held, target=target)[4] == ("Does", answer, because)


def test_ones_own_account_is_nobody_elses() -> None:
    """The question of higher rights has no meaning there (LOCK-8)."""
    target = TargetFacts(GRACE, scopes.everywhere({"audit:read"}), last_administrator=False)

    assert asked(UNLOCK, (DESK,), target=target)[3:] == [("Is", False, "it is their own"), ("Does", True, "")]


@pytest.mark.parametrize(
    ("changed", "last", "told"),
    [
        ({}, False, [("Has", True, ""), ("Would", True, "")]),
        (NO_FACTOR, False,
         [("Has", False, "it has none, or is excluded from having one"), ("Would", True, "")]),
        ({"excluded": True}, True,
         [("Has", False, "it has none, or is excluded from having one"), ("Would", False, "this is the last one")]),
    ],
)  # fmt: skip
def test_factor_and_the_last_administrator_are_asked_where_the_act_asks(
    changed: dict[str, object], last: bool, told: list[tuple[str, bool, str]]
) -> None:
    """KEY-7 and RIGHT-5 stand where the decision asks them."""
    actor, target = replace(ACTOR, **changed), replace(TARGET, last_administrator=last)  # type: ignore[arg-type]

    assert [asked(RESET, (DESK,), actor, target)[at] for at in (2, 5)] == told


@pytest.mark.parametrize(
    ("one", "brings"),
    [
        (DESK, True),
        (DESK_NORTH, True),
        (Assignment("help-desk", scope=Scope(GroupId(UUID(int=2)))), False),
        (Assignment("help-desk", Effect.DENY), False),
        (Assignment("auditor"), False),
        (Assignment("of-yesterday"), False),
    ],
)
def test_which_assignments_bring_a_right(one: Assignment, brings: bool) -> None:
    """Allowed, by a role that has it, over this account."""
    assert reasoning.brings(one, "users:unlock", frozenset({NORTH}), ROLES) == brings


@pytest.mark.parametrize(
    ("act", "changed", "told"),
    [
        (LOOK, NO_FACTOR, []),
        (UNLOCK, {}, [("Has", True, "")]),
        (UNLOCK, NO_FACTOR, [("Has", False, "it has none, or is excluded from having one")]),
        (UNLOCK, {"excluded": True}, [("Has", False, "it has none, or is excluded from having one")]),
    ],
)
def test_whoever_has_no_factor_reads_why_they_only_look(
    act: Act, changed: dict[str, object], told: list[tuple[str, bool, str]]
) -> None:
    """No session without one does more than read, and the explanation says so where the decision does."""
    actor = replace(ACTOR, **changed)  # type: ignore[arg-type]

    assert [one for one in asked(act, (DESK,), actor) if one[0] == "Has"] == told


LIFT = replace(UNLOCK, needs=UNLOCK.needs | {Needs.LIFTABLE_LOCK})
DELETE = replace(RESET, needs=frozenset({Needs.DELETABLE_KEY}))


@pytest.mark.parametrize(("role", "answer"), [("help-desk", False), ("administrator", True)])
def test_a_lock_set_by_hand_is_asked_about(role: str, answer: bool) -> None:
    """Where there is one (LOCK-12)."""
    by_hand = replace(TARGET, locked_by_hand=True)

    assert asked(LIFT, (Assignment(role),), target=by_hand)[-1] == ("Does", answer, "")
    assert len(asked(LIFT, (DESK,))) == len(asked(LIFT, (DESK,), target=by_hand)) - 1


@pytest.mark.parametrize(
    ("state", "because"),
    [({}, ""), ({"external": True}, "it is external"), ({"excluded": True}, "it is excluded")],
)
def test_a_key_that_is_not_to_be_deleted_is_asked_about(state: dict[str, bool], because: str) -> None:
    """Of an external account, and of an excluded one (KEY-4)."""
    target = replace(TARGET, **state)  # type: ignore[arg-type]

    assert asked(DELETE, (DESK,), target=target)[-1] == ("Is", not because, because)


def test_the_state_of_an_account_is_the_last_question() -> None:
    """In the words of the refusal."""
    no = reasoning.of_state(Refused("tokens.none_assigned"))

    assert reasoning.of_state(None) == Reasoning("Does the state of the account allow it?", True, "")
    assert (no.answer, no.because) == (False, sentence(Refused("tokens.none_assigned")))


OF_ACTOR: list[dict[str, object]] = [
    {"kind": AccountKind.EXTERNAL}, {"enabled": False}, {"barred": True}, NO_FACTOR, {"excluded": True},
]  # fmt: skip
OF_TARGET: list[dict[str, object]] = [
    {"account": GRACE}, {"rights": scopes.everywhere({"audit:read"})}, {"last_administrator": True},
    {"groups": frozenset({SOUTH})}, {"locked_by_hand": True}, {"external": True}, {"excluded": True},
]  # fmt: skip
HELD = [(DESK,), (DESK_NORTH,), (Assignment("administrator"),), (Assignment("senior"),), ()]


@pytest.mark.parametrize("right", ["users:read", "users:unlock"])
@pytest.mark.parametrize("held", HELD)
def test_right_7_the_explanation_says_what_the_decision_does(right: str, held: tuple[Assignment, ...]) -> None:
    """Whatever an act needs: there is a no among the answers exactly where it is refused."""
    rights, about = scopes.holdings(held, ROLES), reasoning.Holdings(held, ROLES, {})
    usual = replace(ACTOR, rights=rights)
    facts = [(usual, TARGET), *((replace(usual, **one), TARGET) for one in OF_ACTOR)]  # type: ignore[arg-type]
    facts += [(usual, replace(TARGET, **one)) for one in OF_TARGET]  # type: ignore[arg-type]
    needs = [frozenset(each) for several in range(len(Needs) + 1) for each in combinations(Needs, several)]
    for needed, (actor, target) in product(needs, facts):
        act = Act("some_act", Who.OPERATOR, right, "some.happened", needed, writes=True)
        told = reasoning.reasoned(actor, act, target, about)
        verdict = deciding.may(actor, act, target)

        assert all(one.answer for one in told) is isinstance(verdict, Allowed), (act, actor, target)
