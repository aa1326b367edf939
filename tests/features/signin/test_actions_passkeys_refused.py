from dataclasses import replace

import pytest

from doorward.doors.web.passkey_json import read_assertion
from doorward.features.accounts import actions as accounts
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Factor
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.signin.actions.new_password import give_new_password
from doorward.features.signin.actions.passkeys import ask_passkey, give_passkey
from doorward.features.signin.model import (
    AskPasskey,
    GiveNewPassword,
    GivePasskey,
    Next,
    PendingToken,
    SignedIn,
    SignInGoesOn,
)
from doorward.kernel.act import Nobody
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.authenticators import Authenticator
from tests.features.passkeys.touching import register
from tests.features.signin.touching import Person, attempts, refused, session_of, set_state
from tests.features.signin.walking import Walk, token_of
from tests.keys import SECRET, bind
from tests.worlds import NOON, World

EXPIRED = Refused("signin.expired")


@pytest.fixture
def alice(world: World) -> Person:
    """Add Alice."""
    walk = Walk(world)
    account, phone = walk.person("alice"), Authenticator()
    bind(world, account)
    register(world, account, phone, "Phone")
    return Person(walk, account, phone)


def test_t39_relayed_sign_in_fails(alice: Person) -> None:
    """Twenty origins between the person and the server, and none is ours."""
    names = ["login.example.org.evil.example", "login-example.org", "1ogin.example.org", "example.org",
             "login.example.org:444"]  # fmt: skip
    right, codes = alice.phone, []
    for scheme in ("https", "http"):
        for name in names:
            alice.phone = replace(right, origin=f"{scheme}://{name}")
            codes += [refused(alice.sign_in()), refused(alice.beside_password())]

    assert codes == ["passkeys.refused"] * 20


def test_answer_is_good_once(alice: Person) -> None:
    """Of two copies one comes in."""
    options, sign_in = alice.ask()
    given = read_assertion(alice.phone.get(options))
    assert not isinstance(given, Refused)
    first, second = (alice.walk.take(give_passkey(GivePasskey(sign_in, given))) for _ in range(2))

    assert isinstance(first, SignedIn)
    assert refused(second) == "passkeys.expired"
    assert attempts(alice)[-1] == ("checked", "used", "the challenge was answered already")


def test_answer_belongs_to_its_sign_in(alice: Person) -> None:
    """What was signed for one is nothing in another, and what is for the second factor is not the whole."""
    (options, _), (_, other) = alice.ask(), alice.ask()
    pending = token_of(alice.walk.give_password("alice"))
    beside, _ = alice.ask(pending)

    assert refused(alice.give(options, other)) == "passkeys.refused"
    assert refused(alice.give(options, pending)) == "passkeys.refused"
    assert refused(alice.give(beside, other)) == "passkeys.refused"


def test_answer_is_too_late_after_five_minutes(alice: Person) -> None:
    """It is said, so that the person tries again."""
    options, sign_in = alice.ask()
    alice.walk.world.pass_time(minutes=5)

    assert refused(alice.give(options, sign_in)) == "passkeys.expired"


@pytest.mark.parametrize("spoil", ["epoch", "time", "step"])
def test_pending_sign_in_that_is_over_takes_no_passkey(alice: Person, spoil: str) -> None:
    """Neither asking nor giving."""
    pending = token_of(alice.walk.give_password("alice"))
    options, _ = alice.ask(pending)
    with alice.walk.world.writing() as call:
        if spoil == "epoch":
            accounts.move_epoch(call, alice.account)
        if spoil == "step":
            call.sql.exec_driver_sql("UPDATE pending_sign_ins SET step = 'set_up'")
    if spoil == "time":
        alice.walk.world.pass_time(minutes=16)
    asked = alice.walk.world.run(ask_passkey, AskPasskey(pending), Nobody())

    assert refused(asked) == refused(alice.give(options, pending)) == "signin.expired"


def test_unknown_pending_sign_in_is_over(alice: Person) -> None:
    """Nobody's token names none."""
    pending = PendingToken(alice.account, b"h" * 32)
    options, _ = alice.ask()

    assert alice.walk.world.run(ask_passkey, AskPasskey(pending), Nobody()) == EXPIRED
    assert refused(alice.give(options, pending)) == "signin.expired"


def test_lock_11_no_second_factor_is_looked_at_behind_a_lock(alice: Person) -> None:
    """A passkey beside the password is a second factor like a code."""
    pending = token_of(alice.walk.give_password("alice"))
    asked = alice.ask(pending)
    set_state(alice, locked_at=NOON, lock_reason="Failures")

    assert refused(alice.give(*asked)) == "signin.refused"
    assert attempts(alice) == [("refused", None, "locked")]


def test_lock_4_counters_are_cleared_by_what_they_count(alice: Person) -> None:
    """A passkey alone leaves what strangers have failed at; beside the password both counters go to 0."""
    factors = (Factor.PASSWORD, Factor.SECOND_FACTOR)
    with alice.walk.world.writing() as call:
        for factor in factors:
            lockout.count_failures(call, alice.account, factor, alice.walk.world.standing(alice.account), count=3)

    def counted() -> list[int]:
        with alice.walk.world.reading() as call:
            return [lockout.failures_of(call, alice.account, factor)[0] for factor in factors]

    alone = [isinstance(alice.sign_in(), SignedIn), counted()]
    beside = [isinstance(alice.beside_password(), SignedIn), counted()]

    assert (alone, beside) == ([True, [3, 3]], [True, [0, 0]])


@pytest.mark.parametrize("alone", [True, False])
def test_pass_3_due_password_is_asked_after_the_passkey(alice: Person, alone: bool) -> None:
    """And before a session; during an automatic lock too, where the passkey stood alone."""
    with alice.walk.world.writing() as call:
        passwords.mark(call, alice.account, must_change=True)
    if alone:
        set_state(alice, locked_at=NOON, lock_reason="Failures")
        goes_on = alice.sign_in()
        pending = token_of(goes_on)
    else:
        pending = token_of(alice.walk.give_password("alice"))
        goes_on = alice.give(*alice.ask(pending))
    assert isinstance(goes_on, SignInGoesOn)
    outcome = alice.walk.take(give_new_password(GiveNewPassword(pending, Secret("an entirely new one"))))

    assert goes_on.next is Next.NEW_PASSWORD
    assert session_of(alice, outcome).used_second_factor


def test_lock_14_passkey_is_left_when_the_key_is_disabled(alice: Person) -> None:
    """The account goes on with it: beside the password, and alone."""
    with alice.walk.world.writing() as call:
        otp.disable_key(call, alice.account)

    assert isinstance(alice.beside_password(), SignedIn)
    assert isinstance(alice.sign_in(), SignedIn)


def test_copied_passkey_is_refused_and_told(world: World) -> None:
    """The owner hears of it by mail."""
    walk = Walk(world)
    person = Person(walk, walk.person("alice"), Authenticator(count=9))
    bind(world, person.account, SECRET)
    register(world, person.account, person.phone, "Phone")
    world.collect_mail()
    person.phone = replace(person.phone, count=3)
    answers = [refused(person.sign_in()), refused(person.beside_password())]

    assert answers == ["passkeys.refused"] * 2
    assert attempts(person) == [("checked", "wrong", "its count went backwards")] * 2
    assert [letter.kind for _, letter in world.collect_mail()] == ["passkey_doubted"]


def test_lapsed_lock_is_cleared_on_the_way(alice: Person) -> None:
    """By whoever meets it first (LOCK-9)."""
    set_state(alice, locked_at=NOON, lock_reason="Failures", lock_ends_at=NOON)

    assert isinstance(alice.sign_in(), SignedIn)
    assert alice.walk.world.standing(alice.account).state.lock is None
