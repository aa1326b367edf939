import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.passwords import actions as passwords
from doorward.features.second_factor.model import KeyShown
from doorward.features.signin.actions.codes import give_device_code
from doorward.features.signin.actions.new_password import give_new_password
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveDeviceCode,
    GiveNewPassword,
    Next,
    PendingToken,
    ShowSetUp,
    SignedIn,
    SignInGoesOn,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.signin.walking import PASSWORD, Walk, allow, authenticator, token_of
from tests.worlds import World

NEW = "an otter in the river"


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def mark(walk: Walk, account: AccountId) -> None:
    """Ask for a new password at the next sign-in."""
    walk.world.run(edit_account, EditAccount(account, None, must_change_password=True))


def kept(walk: Walk, account: AccountId) -> str:
    """Read the hash that the account has."""
    with walk.world.reading() as call:
        stored = passwords.find(call, account)
    assert stored is not None
    return stored.hash


def sessions(walk: Walk) -> int:
    """Count the sessions there are."""
    with walk.world.database.read() as sql:
        return int(sql.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one())


def set_up(walk: Walk, pending: PendingToken) -> object:
    """Set up a key after the e-mailed code."""
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    key = walk.take(show_set_up(ShowSetUp(pending)))
    assert isinstance(key, KeyShown)
    return walk.take(confirm_set_up(ConfirmSetUp(pending, authenticator(key.secret_key.reveal(), walk.world))))


def test_pass_3_the_new_password_comes_after_the_set_up_and_before_the_session(walk: Walk) -> None:
    """The old one stays valid until then, and the recovery codes are shown with the question."""
    alice = walk.person("alice")
    allow(walk.world, alice)
    mark(walk, alice)
    pending = token_of(walk.give_password("alice"))
    asked = set_up(walk, pending)
    before = (sessions(walk), kept(walk, alice))
    done = walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert isinstance(asked, SignInGoesOn)
    assert asked.next is Next.NEW_PASSWORD
    assert before == (0, f"new${PASSWORD}")
    assert isinstance(done, SignedIn)
    assert len(asked.recovery_codes) == 10
    assert (sessions(walk), kept(walk, alice)) == (1, f"new${NEW}")


def test_pass_3_whoever_breaks_off_signs_in_with_the_old_password(walk: Walk) -> None:
    """And is asked again."""
    key = walk.with_key("alice")
    with walk.world.reading() as call:
        alice = accounts.find(call, "alice")
    assert alice is not None
    mark(walk, alice.account.id)
    walk.code_for(token_of(walk.give_password("alice")), key)
    walk.world.pass_time(minutes=16)
    asked = walk.code_for(token_of(walk.give_password("alice")), key)

    assert isinstance(asked, SignInGoesOn)
    assert asked.next is Next.NEW_PASSWORD


def test_pass_3_an_excluded_account_is_asked_before_its_session_too(walk: Walk) -> None:
    """It has no second factor to come first."""
    robot = walk.person("robot", excluded=True)
    mark(walk, robot)
    asked = walk.give_password("robot")
    before = sessions(walk)
    pending = token_of(asked)
    same = walk.take(give_new_password(GiveNewPassword(pending, Secret(PASSWORD))))
    done = walk.take(give_new_password(GiveNewPassword(pending, Secret(NEW))))

    assert asked.next is Next.NEW_PASSWORD
    assert before == 0
    assert isinstance(same, Refused)
    assert same.code == "passwords.previous"
    assert isinstance(done, SignedIn)
    assert kept(walk, robot) == f"new${NEW}"
