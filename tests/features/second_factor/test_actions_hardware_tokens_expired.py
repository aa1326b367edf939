from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.otp.actions import token_expired_at
from doorward.features.rights.actions.administrators import able_administrators
from doorward.features.tokens.model import TokenResynchronised
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.handing import (
    TICKING,
    assign,
    display,
    expiring,
    give,
    pair,
    resynchronise,
    stock,
    unassign,
)
from tests.keys import OTHER_SECRET, bind
from tests.worlds import NOON, World

LAST = Refused("rights.last_administrator")


@pytest.fixture
def ada(world: World) -> AccountId:
    """Add Ada, an administrator whose only factor is a token that has an hour left."""
    stock(world, expiring(TICKING, world, hours=1))
    account = world.add("ada", "administrator")
    assign(world, account, "200")
    return account


@pytest.fixture
def bea(world: World) -> AccountId:
    """Add Bea, an administrator with a key of an app."""
    account = world.add("bea", "administrator")
    bind(world, account, OTHER_SECRET)
    return account


def able(world: World) -> set[AccountId]:
    """List who could administer today."""
    with world.reading() as call:
        return set(able_administrators(call))


def disable(world: World, account: AccountId) -> object:
    """Disable somebody as the server's owner, whom RIGHT-5 binds too."""
    return world.run(disable_account, DisableAccount(account, "left"))


def test_right_5_an_expired_token_makes_no_able_administrator(world: World, ada: AccountId, bea: AccountId) -> None:
    """So the other one is the last, and stays."""
    before = able(world)
    world.pass_time(hours=1)

    assert (before, able(world)) == ({ada, bea}, {bea})
    assert disable(world, bea) == LAST
    assert give(world, ada, display(world)) is Result.WRONG


def test_right_5_expiry_does_not_take_away_the_last_able_administrator(world: World, ada: AccountId) -> None:
    """Where nobody else could administer the token goes on: it is right, found again, and cannot be taken."""
    world.pass_time(hours=1)

    assert able(world) == {ada}
    assert give(world, ada, display(world)) is Result.RIGHT
    world.pass_time(minutes=5)
    assert isinstance(resynchronise(world, ada, pair(world)), TokenResynchronised)
    assert unassign(world, ada) == LAST
    with world.reading() as call:
        assert token_expired_at(call, ada) is None


def test_right_5_the_token_is_over_as_soon_as_somebody_else_could_administer(world: World, ada: AccountId) -> None:
    """From that very instant on."""
    world.pass_time(hours=2)
    right = give(world, ada, display(world))
    bea = world.add("bea", "administrator")
    bind(world, bea, OTHER_SECRET)
    world.pass_time(minutes=1)

    assert (right, give(world, ada, display(world))) == (Result.RIGHT, Result.WRONG)
    assert able(world) == {bea}
    with world.reading() as call:
        assert token_expired_at(call, ada) == NOON + timedelta(hours=1)


def test_right_5_another_key_in_the_tokens_place_does_not_expire(world: World, ada: AccountId) -> None:
    """What was noted of the token goes with it."""
    bind(world, ada, OTHER_SECRET)
    world.add("cyd", "administrator", factors=1)
    world.pass_time(hours=2)

    assert ada in able(world)


def test_an_expired_token_of_anybody_else_is_over(world: World, ada: AccountId) -> None:
    """That nobody could administer is no reason for whoever does not."""
    stock(world, replace(expiring(TICKING, world, hours=1), serial="300"))
    dora = world.add("dora")
    assign(world, dora, "300")
    world.pass_time(hours=2)

    assert give(world, dora, display(world)) is Result.WRONG
    assert able(world) == {ada}
