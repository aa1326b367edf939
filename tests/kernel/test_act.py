from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from doorward.kernel import act as kernel
from doorward.kernel.act import NOBODY, Act, Denied, Granted, Needs, Reach, Who, act, unproven
from doorward.kernel.ids import AccountId, GroupId
from doorward.kernel.outcome import Refused

BRAM = AccountId(UUID(int=11))


@dataclass(frozen=True, slots=True)
class Ring:
    """A command about an account, with a reason."""

    account: AccountId
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A command about nobody."""


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """Leave the registry as it was: what is declared here is no act of the product."""
    before = len(kernel.registry)
    yield
    del kernel.registry[before:]


def ring_bell(call: object, command: Ring) -> str:
    """Ring at somebody's door."""
    return f"{call} rings for {command.reason}"


def test_act_with_a_right_is_an_operators() -> None:
    """The declaration says all that the guard and the recorder need."""
    action = act("users:unlock", event="doors.rung", needs=(Needs.ANOTHER,))(ring_bell)

    assert action.act == Act(
        "ring_bell", Who.OPERATOR, "users:unlock", "doors.rung", frozenset({Needs.ANOTHER}), writes=True, changes=True
    )


def test_act_without_a_right_says_who_may() -> None:
    """A list writes nothing and has no entry."""
    action = act(who=Who.SELF, event=None, writes=False)(ring_bell)

    assert action.act == Act("ring_bell", Who.SELF, None, None, frozenset(), writes=False)


@pytest.mark.parametrize(
    ("declared", "changes"),
    [
        ({"right": "users:modify", "event": "doors.rung"}, True),
        ({"who": Who.SELF, "event": "doors.rung"}, True),
        ({"who": Who.SELF, "event": "doors.rung", "changes": False}, False),
        ({"right": "users:read", "event": "doors.rung"}, False),
        ({"right": "users:modify", "event": None, "writes": False}, False),
        ({"who": Who.ANYBODY, "event": "doors.rung"}, False),
        ({"who": Who.SERVER, "event": "doors.rung"}, False),
    ],
)
def test_act_that_writes_in_a_session_is_a_change(declared: dict[str, Any], *, changes: bool) -> None:
    """Unless it says otherwise, or stands under a right to read: so no act forgets protection (PROT-1)."""
    assert act(**declared)(ring_bell).act.changes is changes


@pytest.mark.parametrize(
    ("verdict", "left"),
    [
        (Granted(NOBODY, None), Granted(NOBODY, None)),
        (Granted(NOBODY, None, protected=True), Denied(NOBODY, None, Refused("protection.required"))),
        (Denied(NOBODY, None, Refused("rights.missing")), Denied(NOBODY, None, Refused("rights.missing"))),
    ],
)
def test_change_without_a_proof(verdict: Granted | Denied, left: Granted | Denied) -> None:
    """A protected account asks for one; whatever else the guard has said stands (PROT-2)."""
    assert unproven(None, verdict) == left


def test_act_is_registered() -> None:
    """Nothing that can be run hides from the tests that walk all acts."""
    action = act(who=Who.SELF, event=None)(ring_bell)

    assert kernel.registry[-1] is action


def test_act_performs_its_function() -> None:
    """An action is called with the call and the command, and keeps the sentence of its function."""
    action = act(who=Who.SELF, event=None)(ring_bell)

    assert action("call", Ring(BRAM, "supper")) == "call rings for supper"
    assert action.__doc__ == "Ring at somebody's door."


@pytest.mark.parametrize(("right", "who"), [(None, None), ("users:read", Who.SELF)])
def test_act_names_either_its_right_or_who(right: str | None, who: Who | None) -> None:
    """An act that named neither would be anybody's; one with both would not say which is asked."""
    with pytest.raises(TypeError, match="either its right or who may ask"):
        act(right, event=None, who=who)


def test_act_with_an_entry_writes() -> None:
    """An entry cannot be written in a transaction that only reads."""
    with pytest.raises(TypeError, match="an act with an entry writes"):
        act("users:read", event="accounts.viewed", writes=False)


def test_command_names_its_target_and_reason() -> None:
    """Identity comes from the call; the target and the reason come from the command."""
    assert (kernel.target_of(Ring(BRAM)), kernel.reason_of(Ring(BRAM, "supper"))) == (BRAM, "supper")


def test_command_about_nobody_has_neither() -> None:
    """A list has no target, and asks for no reason."""
    assert (kernel.target_of(Look()), kernel.reason_of(Look())) == (None, None)


def test_nobody_is_no_owner() -> None:
    """The server acts as its own owner; a caller without a session does not."""
    assert (kernel.NOBODY.owner, kernel.SYSTEM.owner, kernel.SYSTEM.name) == (False, True, "system")


NORTH, SOUTH = GroupId(UUID(int=1)), GroupId(UUID(int=2))


@pytest.mark.parametrize(
    ("reach", "inside", "covered"),
    [
        (Reach(), set(), True),
        (Reach(), {NORTH}, True),
        (Reach(without=frozenset({NORTH})), {NORTH, SOUTH}, False),
        (Reach(without=frozenset({NORTH})), {SOUTH}, True),
        (Reach(everything=False, groups=frozenset({NORTH})), set(), False),
        (Reach(everything=False, groups=frozenset({NORTH})), {NORTH, SOUTH}, True),
        (Reach(everything=False, groups=frozenset({NORTH}), without=frozenset({SOUTH})), {NORTH, SOUTH}, False),
        (Reach(everything=False), {NORTH}, False),
    ],
)
def test_a_reach_covers_members_of_its_groups(reach: Reach, inside: set[GroupId], covered: bool) -> None:
    """Everybody or the members of some groups, less whoever is in a denied one (RIGHT-3)."""
    assert reach.covers(inside) == covered
