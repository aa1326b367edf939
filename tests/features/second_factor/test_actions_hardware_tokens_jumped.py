from collections.abc import Callable

import pytest

from doorward.features.otp import actions as otp
from doorward.features.tokens.model import TokenResynchronised
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.second_factor.handing import (
    TICKING,
    assign,
    display,
    give,
    pair,
    resynchronise,
    resynchronise_own,
    stock,
    unassign,
)
from tests.features.second_factor.operating import reset
from tests.worlds import World

JUMP = 30
"""Days that the server's clock was ahead for a while."""
Mend = Callable[[World, AccountId, Bearer], object]


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, an operator who may do all that a super user may, with her second factor."""
    return world.add_operator("grace", "super-user")


@pytest.fixture
def bram(world: World) -> AccountId:
    """Add Bram, who holds the token with a clock and has used it."""
    stock(world, TICKING)
    account = world.add("bram")
    assign(world, account, "200")
    assert give(world, account, display(world)) is Result.RIGHT
    return account


def jump(world: World, bram: AccountId) -> list[str]:
    """Let the clock jump, let Bram sign in three times meanwhile, and put it right; give the codes that were used."""
    world.pass_time(days=JUMP)
    used = []
    for _ in range(3):
        used.append(display(world))
        assert give(world, bram, used[-1]) is Result.RIGHT
        world.pass_time(minutes=1)
    world.pass_time(days=-JUMP, minutes=5)
    return used


def jumped(world: World, bram: AccountId) -> bool:
    """Tell whether operators are shown that the clock has jumped."""
    with world.reading() as call:
        facts = otp.key_facts(call, bram)
    assert facts is not None
    return facts.clock_jumped


def by_reset(world: World, bram: AccountId, grace: Bearer) -> object:
    """Reset the account, and give it the token again."""
    reset(world, bram, grace)
    return assign(world, bram, "200", grace)


def by_unassigning(world: World, bram: AccountId, grace: Bearer) -> object:
    """Take the token, and give it again."""
    unassign(world, bram, grace)
    return assign(world, bram, "200", grace)


def by_two_codes(world: World, bram: AccountId, grace: Bearer) -> object:
    """Let an operator resynchronise it."""
    return resynchronise(world, bram, pair(world), grace)


def by_two_codes_of_their_own(world: World, bram: AccountId, grace: Bearer) -> object:
    """Let the person resynchronise it."""
    del grace
    return resynchronise_own(world, pair(world), world.sign_in(bram))


MENDS = pytest.mark.parametrize("mend", [by_reset, by_unassigning, by_two_codes, by_two_codes_of_their_own])


def test_key_9_a_jumped_clock_is_shown_and_shuts_a_token_out(world: World, bram: AccountId) -> None:
    """Until somebody mends it."""
    jump(world, bram)

    assert jumped(world, bram)
    assert give(world, bram, display(world)) is Result.USED


@MENDS
def test_key_9_a_token_goes_on_after_a_clock_that_jumped(
    world: World, bram: AccountId, grace: Bearer, mend: Mend
) -> None:
    """Given again, or put in step."""
    jump(world, bram)
    mend(world, bram, grace)
    world.pass_time(minutes=1)

    assert not jumped(world, bram)
    assert give(world, bram, display(world)) is Result.RIGHT


@MENDS
def test_key_9_what_the_jumped_clock_let_in_is_never_let_in_again(
    world: World, bram: AccountId, grace: Bearer, mend: Mend
) -> None:
    """When its time comes each of the codes is refused as used, and those around them are right."""
    before = display(world)
    used = jump(world, bram)
    mend(world, bram, grace)
    assert give(world, bram, before) is not Result.RIGHT
    world.pass_time(days=JUMP, minutes=-8)

    answers = []
    for _ in range(16):
        code = display(world)
        answers.append((code in used, give(world, bram, code)))
        world.pass_time(seconds=30)

    assert answers.count((True, Result.USED)) == 3
    assert answers.count((False, Result.RIGHT)) == 13


def test_key_9_a_token_that_was_used_too_often_meanwhile_stays_shut_out(world: World, bram: AccountId) -> None:
    """Where it is not known any more what was used up, nothing is let in on a guess."""
    world.pass_time(days=JUMP)
    for _ in range(65):
        give(world, bram, display(world))
        world.pass_time(minutes=1)
    world.pass_time(days=-JUMP)
    unassign(world, bram)
    assign(world, bram, "200")

    assert give(world, bram, display(world)) is Result.USED
    assert not isinstance(resynchronise(world, bram, pair(world)), TokenResynchronised)
