import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.devices import actions
from doorward.features.devices.model import CodeIssued
from doorward.features.notices.model import Kind
from doorward.features.policy import actions as policy
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from tests.features.devices.asking import (
    HERE,
    MINUTE,
    NOTHING,
    THERE,
    change_address,
    check,
    issue,
    letters,
    mailed_code,
    show,
)
from tests.worlds import API, NOON, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, whose address is an old one."""
    return world.add("alice")


def test_code_goes_to_the_address(world: World, alice: AccountId) -> None:
    """The answer shows the address in part, when another one may be asked for, and until when this one is good."""
    issued = issue(world, alice)

    assert issued == CodeIssued("a•••@example.org", NOON, NOON + 10 * MINUTE)
    assert [(mail.recipient, mail.kind) for mail in world.mails()] == [("alice@example.org", Kind.DEVICE_CODE)]


def test_mail_tells_where_the_request_came_from(world: World, alice: AccountId) -> None:
    """Account, time, browser and address stand beside the code, and whom to ask (DEV-4)."""
    world.run(policy.change_password_rules, ChangePasswordRules({"lock_contact": "the help desk, room 3"}))
    issue(world, alice)
    (letter,) = letters(world)
    code = letter.facts["code"]

    assert isinstance(code, str)
    assert re.fullmatch(r"[0-9]{6}", code)
    assert letter.facts == {
        "user_name": "alice",
        "code": code,
        "at": "2026-05-04T12:00:00Z",
        "address": "192.0.2.7",
        "user_agent": "tests/1",
        "contact": "the help desk, room 3",
        "expires_at": "2026-05-04T12:10:00Z",
    }


def test_expired_code_is_never_sent(world: World, alice: AccountId) -> None:
    """The mail expires with its code (DEV-5)."""
    issue(world, alice)
    world.pass_time(minutes=10)

    assert world.collect_mail() == []


def test_code_is_right_once(world: World, alice: AccountId) -> None:
    """A second use is wrong, and the sign-in has no code any more."""
    issue(world, alice)
    code = mailed_code(world)

    assert [check(world, alice, code) for _ in range(2)] == [Result.RIGHT, Result.WRONG]
    assert show(world, alice) == CodeIssued(None, NOON, None)


def test_code_is_forgiven_its_spaces(world: World, alice: AccountId) -> None:
    """People copy it from a mail."""
    issue(world, alice)
    code = mailed_code(world)

    assert check(world, alice, f" {code[:3]} {code[3:]}\n") is Result.RIGHT


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "AAAA-BBBB-CCCC"])
def test_anything_else_is_wrong(world: World, alice: AccountId, typed: str) -> None:
    """What is no code, and what was not issued, are wrong alike."""
    issue(world, alice)

    assert check(world, alice, typed) is Result.WRONG


def test_code_belongs_to_the_sign_in_that_asked(world: World, alice: AccountId) -> None:
    """In another pending sign-in of the same account it is wrong, even when that one has a code too (DEV-1)."""
    issue(world, alice, HERE)
    code = mailed_code(world)
    issue(world, alice, THERE)

    assert check(world, alice, code, THERE) is Result.WRONG
    assert check(world, alice, code, HERE) is Result.RIGHT


def test_code_of_another_account_is_wrong(world: World, alice: AccountId) -> None:
    """The same pending hash under another account has nothing."""
    bob = world.add("bob")
    issue(world, alice)

    assert check(world, bob, mailed_code(world)) is Result.WRONG


@pytest.mark.parametrize(("seconds", "result"), [(599, Result.RIGHT), (600, Result.WRONG)])
def test_code_is_good_for_10_minutes(world: World, alice: AccountId, seconds: int, result: Result) -> None:
    """At its end it is wrong."""
    issue(world, alice)
    code = mailed_code(world)
    world.pass_time(seconds=seconds)

    assert check(world, alice, code) is result


def test_code_is_good_for_as_long_as_the_rules_say(world: World, alice: AccountId) -> None:
    """The setting holds for the next code."""
    world.run(policy.change_password_rules, ChangePasswordRules({"device_code_minutes": 30}))

    assert issue(world, alice).expires_at == NOON + 30 * MINUTE


def test_resend_voids_the_code_before(world: World, alice: AccountId) -> None:
    """Only the newest is right."""
    issue(world, alice)
    first = mailed_code(world)
    issue(world, alice)
    second = mailed_code(world)

    assert first != second
    assert (check(world, alice, first), check(world, alice, second)) == (Result.WRONG, Result.RIGHT)


def test_fourth_mail_is_not_sent(world: World, alice: AccountId) -> None:
    """Beyond 3 in 15 minutes nothing goes out, the last code stays good, and the answer says when (DEV-1)."""
    code = ""
    for _ in range(3):
        issue(world, alice)
        code = mailed_code(world)
        world.pass_time(minutes=1)
    refused = issue(world, alice)

    assert refused == CodeIssued("a•••@example.org", NOON + 15 * MINUTE, NOON + 12 * MINUTE)
    assert world.collect_mail() == []
    assert check(world, alice, code) is Result.RIGHT


def test_allowance_is_the_accounts(world: World, alice: AccountId) -> None:
    """Another sign-in of the account is answered without a mail, and told from when one works."""
    for _ in range(3):
        issue(world, alice, HERE)
    answered = issue(world, alice, THERE)

    assert answered == CodeIssued(None, NOON + 15 * MINUTE, None)
    assert len(world.mails()) == 3


def test_another_mail_is_sent_from_the_moment_that_was_told(world: World, alice: AccountId) -> None:
    """Who waits is served."""
    for _ in range(4):
        issue(world, alice)
    world.pass_time(minutes=15)

    assert issue(world, alice) == CodeIssued("a•••@example.org", NOON + 15 * MINUTE, NOON + 25 * MINUTE)


def test_third_mail_tells_when_the_fourth_works(world: World, alice: AccountId) -> None:
    """The page can count down from the beginning."""
    told = [issue(world, alice).resend_at for _ in range(3)]

    assert told == [NOON, NOON, NOON + 15 * MINUTE]


@pytest.mark.parametrize(
    "fields", [{"email": None}, {"email": "new@example.org", "email_changed_at": NOON - timedelta(hours=71)}]
)
def test_nothing_is_sent_without_a_usable_address(world: World, alice: AccountId, fields: dict[str, object]) -> None:
    """No address, or one that was changed within 72 hours (DESK-4): no mail, and no time to wait for."""
    change_address(world, alice, **fields)

    assert issue(world, alice) == NOTHING
    assert world.mails() == []


def test_address_is_usable_after_72_hours(world: World, alice: AccountId) -> None:
    """The new address then gets its codes."""
    change_address(world, alice, email="new@example.org", email_changed_at=NOON - timedelta(hours=72))
    issue(world, alice)

    assert [mail.recipient for mail in world.mails()] == ["new@example.org"]


def test_code_is_not_stored(world: World, alice: AccountId) -> None:
    """Neither table nor outbox holds the digits."""
    issue(world, alice)
    stored = world.stored()
    code = mailed_code(world)

    assert code.encode() not in stored


def test_one_code_typed_twice_at_once_is_right_once(world: World, alice: AccountId) -> None:
    """Two processes at the same moment: one goes on."""
    issue(world, alice)
    code, start, results = mailed_code(world), threading.Barrier(2), []
    databases = [world.database, world.another_process()]

    def give(number: int) -> None:
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(API) as call:
            results.append(actions.check_device_code(call, alice, HERE, code))

    threads = [threading.Thread(target=give, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    assert sorted(results) == [Result.RIGHT, Result.WRONG]
