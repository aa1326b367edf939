import pytest

from doorward.edges.call import Resumed
from doorward.features.accounts.model import LockReason
from doorward.features.administration.actions.editing import disable_account
from doorward.features.administration.model import DisableAccount
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.model import Next, SignedIn, SignIn, SignInGoesOn
from doorward.kernel.events import Door, Origin
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.signin.walking import PASSWORD, Walk, allow, token_of
from tests.worlds import World

REFUSED = Refused("signin.refused", {"contact": ""})


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def limit(world: World, count: int) -> None:
    """Allow so many failures."""
    world.run(change_password_rules, ChangePasswordRules({"failures_before_lock": count}))


def attempts(world: World) -> list[tuple[str, str | None]]:
    """List what was recorded of passwords."""
    return [(entry.outcome, entry.result) for entry in world.entries() if entry.act == "signin.password"]


def test_lock_11_everything_that_is_wrong_gets_one_answer(walk: Walk) -> None:
    """Unknown, wrong, locked, disabled and passwordless: not a byte apart."""
    world = walk.world
    walk.with_key("alice")
    world.run(lock_account, LockAccount(walk.person("locked"), "left"))
    world.run(disable_account, DisableAccount(walk.person("disabled"), "left"))
    world.add("passwordless")

    answers = [
        walk.give_password("nobody"),
        walk.give_password("no\0body"),
        walk.give_password("alice", "wrong"),
        walk.give_password("locked"),
        walk.give_password("disabled"),
        walk.give_password("passwordless"),
    ]

    assert answers == [REFUSED] * 6


def test_lock_11_only_what_was_compared_is_recorded_as_checked(walk: Walk) -> None:
    """An unknown name is recorded by its keyed hash, never by what was typed."""
    walk.person("alice")

    walk.give_password("alice", "wrong")
    walk.give_password("my p4ssword typed here")

    assert attempts(walk.world) == [("checked", "wrong"), ("refused", None)]
    last = walk.world.entries()[-1]
    assert last.target_name is None
    assert last.details["cause"] == "unknown name"
    assert "p4ssword" not in repr(last)


def test_lock_2_after_the_limit_the_right_password_is_refused_unchecked(walk: Walk) -> None:
    """With the same answer as the wrong ones before."""
    limit(walk.world, 3)
    account = walk.person("bram")

    wrong = [walk.give_password("bram", "wrong") for _ in range(3)]
    right = walk.give_password("bram")

    assert [*wrong, right] == [REFUSED] * 4
    assert attempts(walk.world) == [("checked", "wrong")] * 3 + [("refused", None)]
    lock = walk.world.standing(account).state.lock
    assert lock is not None
    assert lock.reason is LockReason.FAILURES


def test_lock_16_every_spelling_of_a_name_counts_on_the_account(walk: Walk) -> None:
    """Capitals, spaces and full-width letters do not buy more guesses."""
    limit(walk.world, 3)
    walk.person("alice")

    for spelling in ("alice", "ALICE", " alice ", "ａｌｉｃｅ", "Alice"):
        walk.give_password(spelling, "wrong")

    assert attempts(walk.world) == [("checked", "wrong")] * 3 + [("refused", None)] * 2


def test_a_right_password_with_a_key_asks_for_the_code(walk: Walk) -> None:
    """The first row of KEY's table."""
    walk.with_key("alice")

    outcome = walk.give_password("alice")

    assert isinstance(outcome, SignInGoesOn)
    assert outcome.next is Next.CODE


def test_a_right_password_on_the_allowlist_asks_for_the_mailed_code(walk: Walk) -> None:
    """The second row: part of the address is shown, and the code is on its way."""
    allow(walk.world, walk.person("alice"))

    outcome = walk.give_password("alice")

    assert isinstance(outcome, SignInGoesOn)
    assert outcome.next is Next.DEVICE_CODE
    assert outcome.sent_to is not None
    assert outcome.sent_to.endswith("@example.org")
    assert outcome.sent_to != "alice@example.org"
    assert len(walk.mailed_code()) == 6


def test_a_right_password_with_neither_is_told_whom_to_ask(walk: Walk) -> None:
    """The third row: blocked."""
    walk.person("alice")

    outcome = walk.give_password("alice")

    assert isinstance(outcome, Refused)
    assert outcome.code == "signin.set_up_not_available"


def test_an_excluded_account_is_in_by_password_alone(walk: Walk) -> None:
    """The fourth row: such a session was not opened with a second factor."""
    walk.person("robot", excluded=True)

    outcome = walk.give_password("robot")

    assert isinstance(outcome, SignedIn)
    assert walk.world.entries()[-1].details["opened_with"] == "password"


def test_lock_3_a_right_password_alone_clears_no_counter(walk: Walk) -> None:
    """Nine failures, a right password without its code, one more failure: locked."""
    limit(walk.world, 3)
    walk.with_key("alice")

    walk.give_password("alice", "wrong")
    walk.give_password("alice", "wrong")
    walk.give_password("alice")
    walk.give_password("alice", "wrong")

    assert walk.give_password("alice") == REFUSED


def test_pass_4_an_older_hash_is_upgraded_at_the_right_password(walk: Walk) -> None:
    """And at a wrong one it is left alone."""
    account = walk.world.add("alice", excluded=True)
    with walk.world.writing() as call:
        passwords.put(call, account, f"old${PASSWORD}")

    walk.give_password("alice", "wrong")
    with walk.world.reading() as call:
        before = passwords.find(call, account)
    walk.give_password("alice")
    with walk.world.reading() as call:
        after = passwords.find(call, account)

    assert before is not None
    assert after is not None
    assert (before.hash, after.hash) == (f"old${PASSWORD}", f"new${PASSWORD}")


def test_lock_11_a_known_browser_sees_that_the_account_is_locked(walk: Walk) -> None:
    """Since when and whom to ask; another browser of the same person learns nothing."""
    limit(walk.world, 1)
    walk.person("robot", excluded=True)
    browser = Origin(Door.CONSOLE, address="192.0.2.7", browser=b"b" * 32)
    walk.give_password("robot", origin=browser)

    walk.give_password("robot", "wrong")
    known = walk.give_password("robot", "wrong", origin=browser)
    unknown = walk.give_password("robot", "wrong")

    assert isinstance(known, Refused)
    assert (known.code, known.facts["locked_at"]) == ("signin.locked", "2026-05-04T12:00:00Z")
    assert unknown == REFUSED


def test_lock_11_a_site_may_show_the_locked_page_to_everybody(walk: Walk) -> None:
    """A setting that tells names, and says so."""
    limit(walk.world, 1)
    walk.world.run(change_password_rules, ChangePasswordRules({"show_locked_page_to_everybody": True}))
    walk.person("bram")
    walk.give_password("bram", "wrong")

    outcome = walk.give_password("bram")

    assert isinstance(outcome, Refused)
    assert outcome.code == "signin.locked"


def test_a_browser_cookie_is_made_for_a_browser_that_has_none(walk: Walk) -> None:
    """And a program that calls the API gets none."""
    walk.person("robot", excluded=True)

    in_browser = walk.give_password("robot", origin=Origin(Door.CONSOLE))
    by_api = walk.give_password("robot")

    assert isinstance(in_browser, SignedIn)
    assert isinstance(by_api, SignedIn)
    assert (in_browser.browser is None, by_api.browser is None) == (False, True)


def test_a_sign_in_token_names_its_account(walk: Walk) -> None:
    """So that every look-up knows its account."""
    walk.with_key("alice")

    pending = token_of(walk.give_password("alice"))

    with walk.world.reading() as call:
        assert passwords.find(call, pending.account) is not None


@pytest.mark.parametrize("kind", ["nobody", "disabled", "passwordless", "open"])
def test_lock_11_every_name_fills_up_alike(walk: Walk, kind: str) -> None:
    """Whatever may not be compared is counted all the same: two guesses at once, and the third waits."""
    world = walk.world
    limit(world, 2)
    if kind == "disabled":
        world.run(disable_account, DisableAccount(walk.person("bram"), "left"))
    elif kind == "passwordless":
        world.add("bram")
    elif kind == "open":
        walk.person("bram")
    under_way = []
    for _ in range(3):
        steps = sign_in(SignIn("bram", Secret("wrong")))
        next(steps)
        with world.writing() as call:
            under_way.append(type(steps.send(Resumed(call, answer=True))).__name__)

    assert under_way == ["Hash", "Hash", "Wait"]


@pytest.mark.parametrize(("seconds", "still_waits"), [(4.9, True), (5, False)])
def test_lock_2_an_attempt_waits_five_seconds_however_long_each_look_takes(
    walk: Walk, seconds: float, *, still_waits: bool
) -> None:
    """Behind a hundred others a look takes longer than the pause between two; then there are fewer looks."""
    world = walk.world
    walk.person("bram")
    limit(world, 1)
    in_flight, second = (sign_in(SignIn("bram", Secret("wrong"))) for _ in range(2))
    for steps in (in_flight, second):
        next(steps)
        with world.writing() as call:
            steps.send(Resumed(call, answer=True))
    world.pass_time(seconds=seconds)
    refused = None
    try:
        with world.writing() as call:
            second.send(Resumed(call, answer=True))
    except StopIteration as end:
        refused = end.value.code

    assert refused == (None if still_waits else "signin.busy")
