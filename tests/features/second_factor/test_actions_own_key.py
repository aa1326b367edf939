import base64
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.otp import actions as otp
from doorward.features.policy import actions as policy
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions import own_key
from doorward.features.second_factor.model import (
    KeyShown,
    ShowNewKey,
)
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.regenerating import (
    NO_NEW_KEY,
    WRONG,
    alive,
    begin,
    begun,
    check,
    key_of,
    save,
)
from tests.keys import SECRET, bind, code
from tests.worlds import NOON, World

FRESH_CODE_REQUIRED = Refused("session.fresh_code_required")


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def test_key_is_shown_to_its_owner(world: World, alice: AccountId) -> None:
    """Base32, the address behind the QR code, the issuer and its end; the old key stays valid (KEY-2)."""
    session = world.sign_in(alice)
    shown = begin(world, session)
    assert isinstance(shown, KeyShown)
    uri = urlsplit(shown.otpauth_uri.reveal())

    assert (len(base64.b32decode(shown.secret_key.reveal())), shown.issuer) == (20, "Doorward")
    assert shown.expires_at == NOON + timedelta(minutes=10)
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Doorward:alice")
    assert parse_qs(uri.query)["secret"] == [shown.secret_key.reveal()]
    assert key_of(world, alice) == SECRET


@pytest.mark.parametrize(
    ("opened_with", "minutes", "expected"),
    [
        (OpenedWith.SECRET_KEY, 4.9, KeyShown),
        (OpenedWith.SECRET_KEY, 5, Refused),
        (OpenedWith.SET_UP, 4.9, KeyShown),
        (OpenedWith.RECOVERY_CODE, 14.9, KeyShown),
        (OpenedWith.RECOVERY_CODE, 15, Refused),
    ],
)
def test_fresh_proof_lasts_by_how_the_session_was_opened(
    world: World, alice: AccountId, opened_with: OpenedWith, minutes: float, expected: type[KeyShown | Refused]
) -> None:
    """5 minutes after a code, 15 after the recovery code (KEY-1, KEY-2)."""
    world.run(policy.change_password_rules, ChangePasswordRules({"idle_minutes": 60}))
    session = world.sign_in(alice, opened_with)
    world.pass_time(minutes=minutes)
    outcome = begin(world, session)

    assert isinstance(outcome, expected)
    assert outcome == FRESH_CODE_REQUIRED or expected is KeyShown


@pytest.fixture
def stale(world: World, alice: AccountId) -> Bearer:
    """Sign Alice in, and let the proof of her session grow old."""
    session = world.sign_in(alice)
    world.pass_time(minutes=10)
    return session


def test_code_of_the_present_key_is_a_proof(world: World, stale: Bearer) -> None:
    """It travels in the same request, and makes the session fresh again for five minutes."""
    first = begin(world, stale, code(SECRET, world.clock.now()))
    world.pass_time(minutes=4)
    again = begin(world, stale)

    assert isinstance(first, KeyShown)
    assert isinstance(again, KeyShown)
    assert first.secret_key != again.secret_key


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (None, FRESH_CODE_REQUIRED),
        ("000000", WRONG),
        ("12345", Refused("otp.malformed")),
        ("１２３４５６", Refused("otp.malformed")),
    ],
)
def test_anything_else_is_no_proof(world: World, stale: Bearer, given: str | None, refused: Refused) -> None:
    """No key is drawn."""
    assert begin(world, stale, given) == refused
    assert world.run(own_key.show_new_key, ShowNewKey(), stale) == NO_NEW_KEY


def test_used_code_is_no_proof(world: World, alice: AccountId, stale: Bearer) -> None:
    """A code that opened something before opens nothing here (KEY-9)."""
    given = code(SECRET, world.clock.now())
    with world.writing() as call:
        otp.check_code(call, alice, given)

    assert begin(world, stale, given) == Refused("otp.used")


def test_account_without_a_key_has_no_proof(world: World) -> None:
    """An excluded account without a factor cannot make itself one."""
    robot = world.add("robot", excluded=True)
    session = world.sign_in(robot, OpenedWith.PASSWORD)

    assert begin(world, session) == FRESH_CODE_REQUIRED
    assert begin(world, session, "000000") == WRONG


def test_wrong_proofs_lock_the_account_and_end_the_session(world: World, alice: AccountId, stale: Bearer) -> None:
    """Ten wrong codes in the session are as many as at a sign-in (PROT-1)."""
    answers = [begin(world, stale, "000000") for _ in range(10)]

    assert answers[:9] == [WRONG] * 9
    assert isinstance(answers[9], Refused)
    assert answers[9].code == "session.required"
    assert not alive(world, stale)
    assert world.standing(alice).state.lock is not None


def test_no_more_than_ten_proofs_are_compared(world: World, alice: AccountId) -> None:
    """Other sessions of the account have no guess left, not even a right one, and end as well."""
    one, other = world.sign_in(alice), world.sign_in(alice)
    world.pass_time(minutes=10)
    for _ in range(10):
        begin(world, one, "000000")
    refused = begin(world, other, code(SECRET, world.clock.now()))

    assert isinstance(refused, Refused)
    assert refused.code == "session.required"
    assert not alive(world, other)


def test_key_begun_before_the_account_is_protected_is_not_saved(world: World) -> None:
    """It was begun without a proof: marking the account forgets it (PROT-1)."""
    bram = world.add("bram")
    bind(world, bram)
    session = world.sign_in(bram)
    secret = begun(world, session)
    check(world, session, code(secret, world.clock.now()))
    world.run(edit_account, EditAccount(bram, None, protected=True))

    assert save(world, session) == Refused("second_factor.not_confirmed")
    assert key_of(world, bram) == SECRET
