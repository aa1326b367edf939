from collections.abc import Callable
from dataclasses import replace

import pytest

from doorward.doors.web.passkey_json import read_assertion
from doorward.features.accounts import actions as accounts
from doorward.features.signin.actions.codes import give_device_code
from doorward.features.signin.actions.passkeys import ask_passkey, give_passkey
from doorward.features.signin.model import (
    AskPasskey,
    GiveDeviceCode,
    GivePasskey,
    Next,
    SignInGoesOn,
)
from doorward.kernel.act import Nobody
from doorward.kernel.outcome import Refused
from tests.authenticators import PRESENT, VERIFIED, Authenticator, new_key, unb64
from tests.features.passkeys.touching import register
from tests.features.second_factor.adding import add
from tests.features.signin.remembering import asking, bearer_of, give_password, tokens
from tests.features.signin.touching import Person, attempts, refused, session_of, set_state
from tests.features.signin.walking import Walk, token_of
from tests.keys import bind
from tests.worlds import NOON, World


@pytest.fixture
def alice(world: World) -> Person:
    """Add Alice."""
    walk = Walk(world)
    account, phone = walk.person("alice"), Authenticator()
    bind(world, account)
    register(world, account, phone, "Phone")
    return Person(walk, account, phone)


def test_lock_15_passkey_is_the_whole_sign_in(alice: Person) -> None:
    """No name and no password; the session was opened with the second factor, and is fresh."""
    session = session_of(alice, alice.sign_in())

    assert (session.account, session.used_second_factor, session.own_page_only) == (alice.account, True, False)
    assert session.fresh_at == alice.walk.world.clock.now()
    assert [(one.act, one.result, one.details.get("opened_with")) for one in alice.walk.world.entries()] == [
        ("signin.passkey", "right", None),
        ("signin.completed", None, "passkey"),
    ]
    assert alice.walk.world.standing(alice.account).state.last_sign_in_at == session.opened_at


def test_lock_11_whole_sign_in_tells_no_name(alice: Person) -> None:
    """Nothing about any account is in what is asked, and asking leaves nothing behind."""
    options, sign_in = alice.ask()
    with alice.walk.world.database.read() as sql:
        rows = sql.exec_driver_sql("SELECT count(*) FROM pending_sign_ins").scalar_one()

    assert (options["allowCredentials"], options["userVerification"], rows) == ([], "required", 0)
    assert sign_in.account.int == 0


def test_key_17_passkey_is_the_second_factor(alice: Person) -> None:
    """After the right password, whose answer says that a passkey does; it is named then."""
    goes_on = alice.walk.give_password("alice")
    assert isinstance(goes_on, SignInGoesOn)
    options, sign_in = alice.ask(token_of(goes_on))
    session = session_of(alice, alice.give(options, sign_in))

    assert (goes_on.next, goes_on.passkey) == (Next.CODE, True)
    assert [unb64(one["id"]) for one in options["allowCredentials"]] == [alice.phone.credential_id]
    assert session.used_second_factor
    assert alice.walk.world.entries()[-1].details["opened_with"] == "password_and_passkey"


def test_account_without_passkeys_is_not_offered_one(world: World) -> None:
    """The answer to its password is as it ever was."""
    walk = Walk(world)
    bind(world, walk.person("bram"))
    goes_on = walk.give_password("bram")
    assert isinstance(goes_on, SignInGoesOn)

    assert not goes_on.passkey
    assert world.run(ask_passkey, AskPasskey(token_of(goes_on)), Nobody()) == Refused("passkeys.none")


def test_security_key_is_a_second_factor_and_never_the_whole(world: World) -> None:
    """It verifies nobody."""
    walk = Walk(world)
    person = Person(walk, walk.person("alice"), Authenticator(flags=PRESENT))
    register(world, person.account, person.phone)

    assert session_of(person, person.beside_password()).used_second_factor
    assert refused(person.sign_in()) == "passkeys.refused"
    person.phone.flags = PRESENT | VERIFIED
    assert refused(person.sign_in()) == "passkeys.refused"
    assert attempts(person)[1:] == [
        ("refused", None, "the person was not verified"),
        ("refused", None, "the person was not verified when it was added"),
    ]


@pytest.mark.parametrize("reason", ["Failures", "Inactivity"])
def test_lock_15_passkey_signs_in_during_an_automatic_lock(alice: Person, reason: str) -> None:
    """It lifts no lock: the password stays barred, and the lock is as it was."""
    set_state(alice, locked_at=NOON, lock_reason=reason)
    session = session_of(alice, alice.sign_in())
    lock = alice.walk.world.standing(alice.account).state.lock

    assert session.used_second_factor
    assert lock is not None
    assert (lock.reason, refused(alice.walk.give_password("alice"))) == (reason, "signin.refused")


def lock(reason: str) -> Callable[[Person], None]:
    """Lock an account."""
    return lambda person: set_state(person, locked_at=NOON, lock_reason=reason)


def exclude(person: Person) -> None:
    """Let an account sign in by password alone."""
    set_state(person, excluded=True)


def disable(person: Person) -> None:
    """Disable an account."""
    with person.walk.world.writing() as call:
        accounts.set_enabled(call, person.walk.world.standing(person.account).account, enabled=False)


@pytest.mark.parametrize("bar", [lock("Administrator"), lock("Reported"), exclude, disable],
                         ids=["Administrator", "Reported", "excluded", "disabled"])  # fmt: skip
def test_whoever_is_barred_does_not_come_in(alice: Person, bar: Callable[[Person], None]) -> None:
    """The passkey is right, and opens nothing; the answer is that to a wrong one."""
    bar(alice)
    barred = alice.sign_in()
    alice.phone.key = new_key()
    wrong = alice.sign_in()

    assert isinstance(barred, Refused)
    assert isinstance(wrong, Refused)
    assert (barred.code, barred.facts) == (wrong.code, wrong.facts)
    assert refused(barred) == "passkeys.refused"


def test_unknown_passkey_and_wrong_signature_are_one_answer(alice: Person) -> None:
    """Whoever tries learns nothing; the trail knows."""
    answers = []
    for change in (
        {"key": new_key()},
        {"credential_id": b"nobody's"},
        {"user_handle": b"x" * 16},
        {"user_handle": None},
    ):
        alice.phone = replace(alice.phone, **change)
        answers.append(alice.sign_in())

    assert {(one.code, tuple(one.facts.items())) for one in answers} == {("passkeys.refused", (("contact", ""),))}
    assert attempts(alice) == [
        ("checked", "wrong", "wrong signature"),
        ("refused", None, "unknown passkey"),
        ("refused", None, "unknown passkey"),
        ("refused", None, "unknown passkey"),
    ]


def test_wrong_assertions_lock_nobody(alice: Person) -> None:
    """Thirty of them, in both ways: no counter knows of it."""
    right = alice.phone
    alice.phone = replace(right, key=new_key())
    for _ in range(15):
        alice.sign_in()
        alice.beside_password()
    alice.phone = right

    assert alice.walk.world.standing(alice.account).state.lock is None
    assert session_of(alice, alice.sign_in()).account == alice.account


def test_lock_17_address_that_names_many_unknown_passkeys_is_refused(alice: Person) -> None:
    """The 21st within the hour; whoever tries one again and again is one name."""
    right, codes = alice.phone, []
    for number in range(22):
        alice.phone = replace(right, credential_id=bytes([number]), user_handle=None)
        codes.append(refused(alice.sign_in()))

    assert codes == ["passkeys.refused"] * 20 + ["signin.throttled"] * 2


def test_dev_3_device_is_remembered_beside_the_passkey(alice: Person) -> None:
    """As with a code, where it is wished; adding another passkey forgets it."""
    walk = asking(alice.walk.world)
    pending = token_of(walk.give_password("alice"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    options, _ = alice.ask(pending)
    given = read_assertion(alice.phone.get(options))
    assert not isinstance(given, Refused)
    done = walk.take(give_passkey(GivePasskey(pending, given, remember_device=True)))
    spared = give_password(walk, *tokens(done), name="alice")
    add(walk.world, bearer_of(done), Authenticator(credential_id=b"another"))

    assert spared.next is Next.CODE
    assert give_password(walk, *tokens(done), name="alice").next is Next.DEVICE_CODE
