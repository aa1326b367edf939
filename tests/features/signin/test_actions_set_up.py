import pytest

from doorward.features.audit.rules import words
from doorward.features.otp.rules.codes import hotp
from doorward.features.signin.actions.codes import give_code, give_device_code
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import ConfirmSetUp, GiveCode, GiveDeviceCode, PendingToken, ShowSetUp, SignedIn
from doorward.kernel.events import Entry
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import clock_sentence
from tests.features.signin.walking import Walk, allow, authenticator, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


@pytest.fixture
def setting_up(walk: Walk) -> tuple[PendingToken, str]:
    """Bring Alice to her set-up page; give her sign-in and the key that she is shown."""
    allow(walk.world, walk.person("alice"))
    pending = token_of(walk.give_password("alice"))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    return pending, walk.take(show_set_up(ShowSetUp(pending))).secret_key.reveal()


def attempts(walk: Walk) -> list[Entry]:
    """Give the entries of the codes that were given."""
    return [one for one in walk.world.entries() if one.act == "signin.code"]


def code_of(outcome: object) -> str:
    """Give the code of a refusal."""
    assert isinstance(outcome, Refused)
    return outcome.code


def confirm(walk: Walk, pending: PendingToken, key: str, steps: int) -> SignedIn | Refused:
    """Give a code of an app whose clock is so many steps wrong."""
    outcome = walk.take(confirm_set_up(ConfirmSetUp(pending, authenticator(key, walk.world, steps=steps))))
    assert isinstance(outcome, SignedIn | Refused)
    return outcome


@pytest.mark.parametrize(("steps", "wrong"), [(-8, "4 minutes slow"), (8, "4 minutes fast")])
def test_key_15_a_set_up_tells_of_a_wrong_clock(
    walk: Walk, setting_up: tuple[PendingToken, str], steps: int, wrong: str
) -> None:
    """Two codes of one offset: the second answer says so, the entry tells operators, and both are failures."""
    pending, key = setting_up
    first = confirm(walk, pending, key, steps)
    walk.world.pass_time(seconds=30)
    second = confirm(walk, pending, key, steps)

    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert (first.code, clock_sentence(first)) == ("otp.wrong", "")
    assert (second.code, clock_sentence(second)) == ("otp.wrong", f"Your device's clock is about {wrong}.")
    assert [one.result for one in attempts(walk)] == ["wrong", "wrong"]
    assert words.sentence(attempts(walk)[-1]) == f"Wrong code from 192.0.2.7, by a clock about {wrong}"


def test_key_15_the_codes_of_a_fast_clock_are_spent_at_a_set_up(
    walk: Walk, setting_up: tuple[PendingToken, str]
) -> None:
    """They prove no key when their time has come, which is no failure, and open nothing afterwards either."""
    pending, key = setting_up
    for _ in range(2):
        confirm(walk, pending, key, 8)
        walk.world.pass_time(seconds=30)
    walk.world.pass_time(seconds=30 * 6)
    used = confirm(walk, pending, key, 0)
    done = confirm(walk, pending, key, -1)
    again = token_of(walk.give_password("alice"))
    spent = [walk.take(give_code(GiveCode(again, authenticator(key, walk.world, steps=step)))) for step in (0, 1)]

    assert code_of(used) == "otp.used"
    assert isinstance(done, SignedIn)
    assert [code_of(one) for one in spent] == ["otp.used", "otp.used"]
    assert [one.result for one in attempts(walk)] == ["wrong", "wrong", "used", "right", "used", "used"]


def test_key_15_codes_of_no_clock_tell_nothing_at_a_set_up(walk: Walk, setting_up: tuple[PendingToken, str]) -> None:
    """And spend nothing: the right one goes in after them."""
    pending, key = setting_up
    off = hotp(b"another key", 1)
    refused = [walk.take(confirm_set_up(ConfirmSetUp(pending, off))) for _ in range(2)]
    done = confirm(walk, pending, key, 0)

    assert refused == [Refused("otp.wrong")] * 2
    assert isinstance(done, SignedIn)
    assert "clock_error_minutes" not in attempts(walk)[1].details
