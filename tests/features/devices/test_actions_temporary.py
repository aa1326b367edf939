import re
from uuid import UUID

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions
from doorward.features.devices.model import CodeIssued
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.devices.asking import (
    HERE,
    MINUTE,
    THERE,
    check,
    issue,
    mailed_code,
    temporary_code,
)
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, whose address is an old one."""
    return world.add("alice")


def test_temporary_code_stands_in_for_the_mailed_one(world: World, alice: AccountId) -> None:
    """It is right in any pending sign-in of the account, once, however it is typed (KEY-10)."""
    code = temporary_code(world, alice)

    assert re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){2}", code)
    assert check(world, alice, code.lower().replace("-", ""), THERE) is Result.RIGHT
    assert check(world, alice, code, THERE) is Result.WRONG


@pytest.mark.parametrize(("seconds", "result"), [(899, Result.RIGHT), (900, Result.WRONG)])
def test_temporary_code_is_good_for_15_minutes(world: World, alice: AccountId, seconds: int, result: Result) -> None:
    """At its end it is wrong."""
    code = temporary_code(world, alice)
    world.pass_time(seconds=seconds)

    assert check(world, alice, code) is result


def test_temporary_code_dies_with_the_epoch(world: World, alice: AccountId) -> None:
    """Whatever moves the epoch ends it (KEY-6)."""
    code = temporary_code(world, alice)
    with world.writing() as call:
        accounts.move_epoch(call, alice)

    assert check(world, alice, code) is Result.WRONG


def test_temporary_code_of_another_account_is_wrong(world: World, alice: AccountId) -> None:
    """Also when the other account has one itself, and when there is no such account."""
    bob = world.add("bob")
    code = temporary_code(world, alice)
    temporary_code(world, bob)

    assert check(world, bob, code) is Result.WRONG
    assert check(world, AccountId(UUID(int=5)), code) is Result.WRONG


def test_second_temporary_code_voids_the_first(world: World, alice: AccountId) -> None:
    """An account has one at most."""
    first, second = temporary_code(world, alice), temporary_code(world, alice)

    assert (check(world, alice, first), check(world, alice, second)) == (Result.WRONG, Result.RIGHT)


def test_codes_of_an_account_are_ended_together(world: World, alice: AccountId) -> None:
    """Both kinds are wrong, and the mails that went out are not forgiven."""
    for _ in range(3):
        issue(world, alice)
    mailed, temporary = mailed_code(world), temporary_code(world, alice)
    with world.writing() as call:
        actions.delete_codes_of(call, alice)

    assert (check(world, alice, mailed), check(world, alice, temporary)) == (Result.WRONG, Result.WRONG)
    assert issue(world, alice) == CodeIssued(None, NOON + 15 * MINUTE, None)


@pytest.mark.parametrize(("days", "known"), [(0, [True]), (399, [True]), (400, [False])])
def test_browser_is_known_for_400_days(world: World, alice: AccountId, days: int, known: list[bool]) -> None:
    """As long as its cookie lives (LOCK-11)."""
    with world.writing() as call:
        actions.know_browser(call, alice, HERE)
    world.pass_time(days=days)

    with world.reading() as call:
        assert [actions.knows_browser(call, alice, HERE)] == known


def test_browser_is_known_to_its_account_only(world: World, alice: AccountId) -> None:
    """Another account, or another browser, is a stranger."""
    bob = world.add("bob")
    with world.writing() as call:
        actions.know_browser(call, alice, HERE)

    with world.reading() as call:
        assert not actions.knows_browser(call, bob, HERE)
        assert not actions.knows_browser(call, alice, THERE)


def test_purge_forgets_old_browsers(world: World, alice: AccountId) -> None:
    """Those whose cookie has run out go."""
    with world.writing() as call:
        actions.know_browser(call, alice, HERE)
    world.pass_time(days=400)
    with world.writing() as call:
        actions.know_browser(call, alice, THERE)
        count = actions.purge(call)

    assert count == 1
