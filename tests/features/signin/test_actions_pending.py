from typing import Any

import pytest

from doorward.features.second_factor.model import KeyShown
from doorward.features.signin.actions.codes import give_device_code, resend_device_code
from doorward.features.signin.actions.set_up import show_set_up
from doorward.features.signin.model import GiveDeviceCode, Next, PendingToken, ResendDeviceCode, ShowSetUp
from doorward.kernel.outcome import Refused
from tests.features.signin.remembering import set_rules
from tests.features.signin.walking import Walk, allow, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with Alice, who may set up a key, and codes by e-mail that are valid for an hour."""
    set_rules(world, device_code_minutes=60)
    walk = Walk(world)
    allow(world, walk.person("alice"))
    return walk


@pytest.fixture
def pending(walk: Walk) -> PendingToken:
    """Begin a sign-in that waits for its e-mailed code."""
    return token_of(walk.give_password("alice"))


def typed_after(walk: Walk, pending: PendingToken, minutes: int) -> Any:
    """Type the latest code so long after it was sent."""
    code = walk.mailed_code()
    walk.world.pass_time(minutes=minutes)
    return walk.take(give_device_code(GiveDeviceCode(pending, code)))


@pytest.mark.parametrize(("minutes", "lives"), [(14, True), (16, False)])
def test_a_sign_in_waits_as_long_as_its_mailed_code_is_valid(
    walk: Walk, pending: PendingToken, minutes: int, *, lives: bool
) -> None:
    """And has 15 minutes again from when that was typed, neither less nor more."""
    typed = typed_after(walk, pending, 50)
    walk.world.pass_time(minutes=minutes)
    key = walk.take(show_set_up(ShowSetUp(pending)))

    assert typed.next is Next.SET_UP
    assert isinstance(key, KeyShown) is lives
    assert lives or key == Refused("signin.expired")


def test_a_sign_in_ends_with_its_mailed_code(walk: Walk, pending: PendingToken) -> None:
    """A code that is valid no more leads nowhere."""
    outcome = typed_after(walk, pending, 61)

    assert (outcome.code, outcome.cause) == ("signin.expired", None)


def test_a_resent_code_prolongs_the_sign_in(walk: Walk, pending: PendingToken) -> None:
    """As long as the new one is valid."""
    walk.world.pass_time(minutes=50)
    walk.take(resend_device_code(ResendDeviceCode(pending)))

    assert typed_after(walk, pending, 50).next is Next.SET_UP
