import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.administration.actions.editing import edit_account, enable_account
from doorward.features.administration.model import EditAccount, EnableAccount
from doorward.features.audit.rules.words import sentence
from doorward.features.lockout.actions.locking import lock_account, unlock_account
from doorward.features.lockout.model import LockAccount, UnlockAccount
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import DeleteSecretKey, IssueTemporaryAccessCode, ResetSecretKey
from doorward.features.sessions.actions import show_session
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.features.signin.actions.codes import give_device_code, give_recovery_code
from doorward.features.signin.actions.new_password import open_link
from doorward.features.signin.actions.not_me import say_not_me
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    Disowned,
    GiveDeviceCode,
    GiveRecoveryCode,
    LinkOpened,
    OpenLink,
    PendingToken,
    SayNotMe,
    ShowSetUp,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.signin.forgetting import link_for, token_in, use
from tests.features.signin.walking import Walk, allow, authenticator, token_of
from tests.worlds import NOON, World

DEAD = Refused("signin.expired")


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there but an administrator who stays."""
    world.add("grace", "administrator", factors=1)
    return Walk(world)


def told(world: World) -> dict[str, PendingToken]:
    """Read the links to say *this was not me* from the mail, by recipient."""
    return {
        recipient: token_in(letter, "not_me", "not-me")
        for recipient, letter in world.collect_mail()
        if "not_me" in letter.facts
    }


def disowning(walk: Walk, **state: Any) -> tuple[AccountId, PendingToken]:
    """Reset somebody's key, and read the link that they are mailed."""
    bram = walk.person("bram", factors=1, **state)
    walk.world.run(reset_secret_key, ResetSecretKey(bram, "lost phone"))
    return bram, told(walk.world)["bram@example.org"]


def say(walk: Walk, token: PendingToken) -> Any:
    """Press the button."""
    return walk.take(say_not_me(SayNotMe(token)))


def entries(world: World) -> list[tuple[str, str, str | None, str, object]]:
    """Read what was recorded of the button."""
    return [
        (one.act, one.outcome, one.code, one.actor_name, one.details.get("through"))
        for one in world.entries()
        if one.details.get("through") == "not-me"
    ]


def test_desk_3_the_button_locks_and_ends_sessions(walk: Walk) -> None:
    """`Reported`, the person as actor, told by mail; the link is over."""
    bram = walk.person("bram", factors=1)
    use(walk, link_for(walk))
    token = told(walk.world)["bram@example.org"]
    session = walk.world.sign_in(bram)
    before = walk.world.run(show_session, ShowSession(), session)
    said = say(walk, token)
    lock = walk.world.standing(bram).state.lock

    assert isinstance(before, SessionShown)
    assert said == Disowned("bram", locked=True)
    assert lock is not None
    assert (lock.reason, lock.ends_at) == (LockReason.REPORTED, None)
    assert walk.world.run(show_session, ShowSession(), session) == Refused("session.required")
    assert entries(walk.world) == [("lockout.locked", "done", None, "bram", "not-me")]
    ((recipient, letter),) = walk.world.collect_mail()
    assert (recipient, letter.kind, letter.facts["lock_reason"]) == ("bram@example.org", "account_locked", "Reported")
    assert say(walk, token) == DEAD


def test_desk_3_opening_changes_nothing(walk: Walk) -> None:
    """However often; only the button locks."""
    bram, token = disowning(walk)
    before = walk.world.standing(bram)
    looked = [walk.take(open_link(OpenLink("not-me", token))) for _ in range(3)]

    assert all(isinstance(one, LinkOpened) and one.user_name == "bram" for one in looked)
    assert walk.world.standing(bram) == before
    assert say(walk, token) == Disowned("bram", locked=True)


def test_desk_3_no_later_act_ends_the_link(walk: Walk) -> None:
    """Deleting, another reset, a changed address, a lock and an unlock: all move on without it."""
    bram, token = disowning(walk)
    run = walk.world.run
    run(delete_secret_key, DeleteSecretKey(bram, "x"))
    run(reset_secret_key, ResetSecretKey(bram, "x"))
    run(edit_account, EditAccount(bram, None, email="new@example.org"))
    run(lock_account, LockAccount(bram, "x"))
    run(unlock_account, UnlockAccount(bram, "x"))
    run(enable_account, EnableAccount(bram, "x"))
    walk.world.pass_time(days=6, hours=23)

    assert say(walk, token) == Disowned("bram", locked=True)


def test_desk_3_the_link_lives_seven_days(walk: Walk) -> None:
    """Not a moment longer."""
    _, token = disowning(walk)
    walk.world.pass_time(days=7)

    assert say(walk, token) == DEAD


@pytest.mark.parametrize(
    ("reason", "ends_at", "stands"),
    [
        ("Failures", None, LockReason.REPORTED),
        ("Failures", NOON - timedelta(hours=1), LockReason.REPORTED),
        ("Inactivity", None, LockReason.REPORTED),
        ("Administrator", None, LockReason.ADMINISTRATOR),
        ("Reported", None, LockReason.REPORTED),
    ],
)
def test_desk_3_which_lock_stands_afterwards(walk: Walk, reason: str, ends_at: object, stands: LockReason) -> None:
    """It takes the place of an automatic lock, and never of an operator's (LOCK-5)."""
    bram, token = disowning(walk, locked_at=NOON - timedelta(hours=2), lock_reason=reason, lock_ends_at=ends_at)
    said = say(walk, token)
    lock = walk.world.standing(bram).state.lock

    assert said == Disowned("bram", locked=True)
    assert lock is not None
    assert lock.reason is stands
    done = "done" if reason in {"Failures", "Inactivity"} else "unchanged"
    assert entries(walk.world) == [("lockout.locked", done, None, "bram", "not-me")]


def test_right_5_the_last_administrator_is_not_locked(world: World) -> None:
    """The sessions end, and that is all; the page names `rescue`."""
    walk = Walk(world)
    walk.with_key("grace", "administrator")
    account = token_of(walk.give_password("grace")).account
    world.run(edit_account, EditAccount(account, None, email="new@example.org"))
    bearer = world.sign_in(account)
    said = say(walk, told(world)["grace@example.org"])
    (ended,) = [one for one in world.entries() if one.act == "sessions.ended"]

    assert said == Disowned("grace", locked=False)
    assert world.standing(account).state.lock is None
    assert world.run(show_session, ShowSession(), bearer) == Refused("session.required")
    assert entries(world) == [
        ("sessions.ended", "done", None, "grace", "not-me"),
        ("lockout.locked", "refused", "rights.last_administrator", "grace", "not-me"),
    ]
    assert sentence(ended) == "Sessions ended by *this was not me*"
    assert ended.details["count"] == 2


def test_desk_3_both_addresses_are_told_of_a_change(walk: Walk) -> None:
    """Each with a link of its own."""
    bram = walk.person("bram", factors=1)
    walk.world.run(edit_account, EditAccount(bram, None, email="new@example.org"))
    tokens = told(walk.world)

    assert sorted(tokens) == ["bram@example.org", "new@example.org"]
    assert say(walk, tokens["bram@example.org"]) == Disowned("bram", locked=True)
    assert say(walk, tokens["new@example.org"]) == Disowned("bram", locked=True)


def by_reset(walk: Walk, bram: AccountId) -> None:
    """Reset the key."""
    walk.world.run(reset_secret_key, ResetSecretKey(bram, "x"))


def by_delete(walk: Walk, bram: AccountId) -> None:
    """Delete the key."""
    walk.world.run(delete_secret_key, DeleteSecretKey(bram, "x"))


def by_temporary_code(walk: Walk, bram: AccountId) -> None:
    """Issue a temporary access code, where there is no usable address; the person is told at the one on record."""
    walk.world.run(edit_account, EditAccount(bram, None, email="bram@example.com"))
    by_reset(walk, bram)
    walk.world.collect_mail()
    walk.world.run(issue_temporary_access_code, IssueTemporaryAccessCode(bram, "x"))


@pytest.mark.parametrize(
    ("act", "recipients"),
    [
        (by_reset, ["bram@example.org"]),
        (by_delete, ["bram@example.org"]),
        (by_temporary_code, ["bram@example.org", "bram@example.com"]),
    ],
)
def test_desk_3_the_person_is_told_with_a_link(
    walk: Walk, act: Callable[[Walk, AccountId], None], recipients: list[str]
) -> None:
    """Whatever weakens an account can be disowned; for seven days at a replaced address, too."""
    act(walk, walk.person("bram", factors=1))

    assert sorted(told(walk.world)) == sorted(recipients)


def test_desk_3_a_set_up_and_a_recovery_code_are_told_with_a_link(walk: Walk) -> None:
    """A stranger who got that far is not alone with the account."""
    bram = walk.person("bram")
    allow(walk.world, bram)
    pending = token_of(walk.give_password("bram"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    key = walk.take(show_set_up(ShowSetUp(pending)))
    code = authenticator(key.secret_key.reveal(), walk.world)
    done = walk.take(confirm_set_up(ConfirmSetUp(pending, code)))
    after_set_up = told(walk.world)
    walk.take(give_recovery_code(GiveRecoveryCode(token_of(walk.give_password("bram")), done.recovery_codes[0])))

    assert list(after_set_up) == list(told(walk.world)) == ["bram@example.org"]


def test_desk_3_of_two_buttons_pressed_at_once_one_counts(walk: Walk) -> None:
    """One lock, one entry; the second finds the link used."""
    _, token = disowning(walk)
    both, said = threading.Barrier(2), list[Any]()

    def press() -> None:
        both.wait()
        said.append(Walk(walk.world).take(say_not_me(SayNotMe(token))))

    racing = [threading.Thread(target=press) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(map(str, said)) == sorted([str(Disowned("bram", locked=True)), str(DEAD)])
    assert len(entries(walk.world)) == 1


def test_desk_3_a_link_of_another_kind_says_nothing(walk: Walk) -> None:
    """A password's link does not lock, and the token of nobody does nothing."""
    walk.person("bram", factors=1)
    token = link_for(walk)

    assert say(walk, token) == DEAD
    assert say(walk, PendingToken(AccountId(token.account), b"0" * 32)) == DEAD
