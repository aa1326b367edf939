from dataclasses import replace

import pytest

from doorward.features.notices import actions as notices
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.features.signin.actions.codes import give_code, give_device_code, give_recovery_code
from doorward.features.signin.model import GiveCode, GiveDeviceCode, GiveRecoveryCode, SignedIn
from doorward.kernel.events import Door, Entry, Origin
from doorward.kernel.time import rfc3339
from tests.features.signin.remembering import account_of, set_rules
from tests.features.signin.walking import Walk, authenticator, token_of
from tests.worlds import API, World

LAPTOP = Origin(Door.CONSOLE, address="198.51.100.9", user_agent="laptop/1", browser=b"l" * 32)
CAFE = replace(LAPTOP, address="203.0.113.5", user_agent="phone/2", browser=b"c" * 32)
PROGRAM = replace(CAFE, door=Door.API)


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    set_rules(world, idle_minutes=600)
    return Walk(world)


def sign_in(walk: Walk, key: str, origin: Origin, *, remember: bool = False) -> SignedIn:
    """Sign Alice in with password and code, all the way."""
    walk.world.pass_time(seconds=60)
    pending = token_of(walk.give_password("alice", origin=origin))
    if "device_code" in {letter.kind for _, letter in walk.world.collect_mail()}:
        raise AssertionError("no code by e-mail is asked for here")
    outcome = walk.take(give_code(GiveCode(pending, authenticator(key, walk.world), remember)), origin)
    assert isinstance(outcome, SignedIn)
    return outcome


def completed(walk: Walk) -> Entry:
    """Give the entry of the newest complete sign-in."""
    return [one for one in walk.world.entries() if one.act == "signin.completed"][-1]


def told(walk: Walk) -> list[str]:
    """Tell which letters have come since it was asked last."""
    return [letter.kind for _, letter in walk.world.collect_mail()]


def test_desk_3_a_new_browser_is_recorded_and_told(walk: Walk) -> None:
    """With time, browser, address, and a link to say that it was somebody else."""
    key = walk.with_key("alice")
    set_rules(walk.world, lock_contact="the help desk, room 3")
    sign_in(walk, key, CAFE)
    ((recipient, letter),) = walk.world.collect_mail()

    assert (recipient, letter.kind) == ("alice@example.org", "new_browser")
    assert {name: letter.facts[name] for name in ("user_name", "at", "address", "user_agent", "contact")} == {
        "user_name": "alice",
        "at": rfc3339(completed(walk).at),
        "address": "203.0.113.5",
        "user_agent": "phone/2",
        "contact": "the help desk, room 3",
    }
    assert str(letter.facts["not_me"]).startswith("https://login.example.org/not-me/")
    assert completed(walk).details["new_browser"] is True


def test_desk_3_a_known_browser_is_told_once(walk: Walk) -> None:
    """From wherever it comes after that."""
    key = walk.with_key("alice")
    sign_in(walk, key, CAFE)
    first = told(walk)
    sign_in(walk, key, CAFE)
    sign_in(walk, key, replace(CAFE, address="192.0.2.99"))

    assert (first, told(walk)) == (["new_browser"], [])
    assert "new_browser" not in completed(walk).details


def test_desk_3_a_browser_without_a_cookie_gets_one_and_is_told(walk: Walk) -> None:
    """One that keeps none comes as a new one each time, and is not told again from the same place."""
    key = walk.with_key("alice")
    bare = replace(CAFE, browser=None)
    first = sign_in(walk, key, bare)
    letters = told(walk)
    second = sign_in(walk, key, bare)

    assert (letters, told(walk)) == (["new_browser"], [])
    assert first.browser is not None
    assert second.browser is not None
    assert completed(walk).details["new_browser"] is True


def test_desk_3_the_first_sign_in_ever_is_not_told(walk: Walk) -> None:
    """Each browser would be new; from the second on a new one is told."""
    account = walk.person("alice")
    walk.world.run(exclude_account, ExcludeAccount(account, "a machine"))
    told(walk)
    walk.give_password("alice", origin=LAPTOP)
    first = told(walk), completed(walk).details["new_browser"]
    walk.give_password("alice", origin=CAFE)

    assert first == ([], True)
    assert told(walk) == ["new_browser"]


def test_desk_3_a_remembered_device_is_told_once(walk: Walk) -> None:
    """By the letter that says until when; the browser is known from then on."""
    set_rules(walk.world, remember_device_days=30)
    key = walk.with_key("alice")
    sign_in(walk, key, CAFE, remember=True)
    first = told(walk)
    sign_in(walk, key, CAFE)

    assert (first, told(walk)) == (["device_remembered"], [])


def test_desk_3_a_wish_that_the_rules_do_not_grant_hides_no_browser(walk: Walk) -> None:
    """A ticked box is a field of a form; where no device is remembered, the new browser is told."""
    set_rules(walk.world, remember_device_days=0)
    sign_in(walk, walk.with_key("alice"), CAFE, remember=True)

    assert told(walk) == ["new_browser"]


def test_desk_3_whoever_goes_in_by_mail_is_told_too(walk: Walk) -> None:
    """Whoever reads the mailbox may have sent for the code, and finds the letter there as well."""
    set_rules(walk.world, device_method="email")
    walk.person("alice")
    kinds = []
    for origin in (LAPTOP, CAFE):
        walk.world.pass_time(minutes=16)
        pending = token_of(walk.give_password("alice", origin=origin))
        walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())), origin)
        kinds.append(told(walk))

    assert kinds == [[], ["new_browser"]]


def test_desk_3_a_recovery_code_is_told_once(walk: Walk) -> None:
    """By its own letter, which has browser, address and link as well."""
    walk.with_key("alice")
    with walk.world.writing() as call:
        code = recovery_codes.make_codes(call, account_of(walk, "alice"))[0]
    pending = token_of(walk.give_password("alice", origin=CAFE))
    outcome = walk.take(give_recovery_code(GiveRecoveryCode(pending, code)), CAFE)

    assert isinstance(outcome, SignedIn)
    assert told(walk) == ["recovery_code_used"]
    assert completed(walk).details["new_browser"] is True


def test_desk_3_the_former_address_is_told_as_well(walk: Walk) -> None:
    """Each letter has a link of its own."""
    key = walk.with_key("alice")
    with walk.world.writing() as call:
        notices.note_former_address(call, account_of(walk, "alice"), "old@example.org")
    sign_in(walk, key, CAFE)
    letters = [(to, letter.kind, letter.facts["not_me"]) for to, letter in walk.world.collect_mail()]

    assert sorted((to, kind) for to, kind, _ in letters) == [
        ("alice@example.org", "new_browser"),
        ("old@example.org", "new_browser"),
    ]
    assert len({link for _, _, link in letters}) == 2


def test_desk_3_a_new_program_is_recorded_and_told(walk: Walk) -> None:
    """Who signs in by the API has been given everything that is asked for as well."""
    sign_in(walk, walk.with_key("alice"), PROGRAM)
    ((recipient, letter),) = walk.world.collect_mail()

    assert (recipient, letter.kind) == ("alice@example.org", "new_browser")
    assert {name: letter.facts[name] for name in ("address", "user_agent", "program")} == {
        "address": "203.0.113.5",
        "user_agent": "phone/2",
        "program": True,
    }
    assert str(letter.facts["not_me"]).startswith("https://login.example.org/not-me/")
    assert completed(walk).details["new_program"] is True
    assert "new_browser" not in completed(walk).details


def test_desk_3_a_program_is_known_by_its_place(walk: Walk) -> None:
    """Told of once, whatever cookie it sends; anew under another name, and from another network."""
    key = walk.with_key("alice")
    kinds = []
    for origin in (
        PROGRAM,
        replace(PROGRAM, browser=b"x" * 32),
        replace(PROGRAM, user_agent="phone/3"),
        replace(PROGRAM, address="2001:db8::1"),
        replace(PROGRAM, address="2001:db8::2"),
        replace(PROGRAM, address="2001:db8:0:1::1"),
    ):
        sign_in(walk, key, origin)
        kinds.append(told(walk))

    new = ["new_browser"]
    assert kinds == [new, [], new, new, [], new]


def test_desk_3_a_program_that_set_the_account_up_is_known(walk: Walk) -> None:
    """The first sign-in ever tells of nothing, and the next one from there is by a known program."""
    key = walk.with_key("alice")
    told(walk)
    sign_in(walk, key, API)

    assert told(walk) == []
    assert "new_program" not in completed(walk).details


def test_desk_3_a_known_program_is_not_told_of_the_next_day(walk: Walk) -> None:
    """Else whoever signs in each day would be told each day."""
    key = walk.with_key("alice")
    sign_in(walk, key, PROGRAM)
    told(walk)
    walk.world.pass_time(days=3)
    sign_in(walk, key, PROGRAM)

    assert told(walk) == []
