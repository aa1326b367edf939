from typing import Any

import pytest

from doorward.features.devices import actions as devices
from doorward.features.devices.model import (
    RevokeOwnDevices,
)
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.passwords import store as passwords_store
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions.secret_key import delete_secret_key, reset_secret_key
from doorward.features.second_factor.model import DeleteSecretKey, ResetSecretKey
from doorward.features.signin.actions.codes import give_code, give_device_code, give_recovery_code
from doorward.features.signin.actions.new_password import give_new_password
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ChangeOwnPassword,
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    GiveNewPassword,
    GiveRecoveryCode,
    ShowSetUp,
    SignedIn,
)
from doorward.kernel.ports import Secret
from tests.features.signin.remembering import (
    account_of,
    asking,
    bearer_of,
    complete,
    give_password,
    listed,
    set_rules,
    tokens,
)
from tests.features.signin.walking import PASSWORD, Walk, allow, authenticator, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin where every sign-in asks for a code by e-mail, and devices are remembered for 30 days."""
    return asking(world)


def _reset(walk: Walk, _: SignedIn) -> None:
    walk.world.run(reset_secret_key, ResetSecretKey(account_of(walk), "lost"))


def _delete(walk: Walk, _: SignedIn) -> None:
    walk.world.run(delete_secret_key, DeleteSecretKey(account_of(walk), "left"))


def _lock(walk: Walk, _: SignedIn) -> None:
    walk.world.run(lock_account, LockAccount(account_of(walk), "stolen"))


def _own_password(walk: Walk, done: SignedIn) -> None:
    walk.take(change_own_password(ChangeOwnPassword(bearer_of(done), Secret(PASSWORD), Secret("another walk at sea"))))


def _revoke(walk: Walk, done: SignedIn) -> None:
    walk.world.run(devices.revoke_own_devices, RevokeOwnDevices(), bearer_of(done))


@pytest.mark.parametrize("event", [_reset, _delete, _lock, _own_password, _revoke], ids=lambda one: one.__name__)
def test_t13_a_remembered_device_is_dead_after(walk: Walk, event: Any) -> None:
    """Any change of the factor or of the password, a lock by hand, a revocation."""
    done = complete(walk, walk.with_key("bram"))
    before = len(listed(walk))
    event(walk, done)

    assert before == 1
    with walk.world.reading() as call:
        assert devices.knows_device(call, walk.world.standing(account_of(walk)), tokens(done)) is None


def test_dev_3_a_new_password_at_sign_in_forgets_the_old_devices(walk: Walk) -> None:
    """And remembers the one that it was given on, if that is wished (PASS-3)."""
    key = walk.with_key("bram")
    old = complete(walk, key)
    account = account_of(walk)
    with walk.world.writing() as call:
        passwords_store.mark(call.sql, account, must_change=True)
    walk.world.pass_time(minutes=16)
    pending = token_of(give_password(walk, *tokens(old)))
    walk.take(give_code(GiveCode(pending, authenticator(key, walk.world), remember_device=True)))
    done = walk.take(give_new_password(GiveNewPassword(pending, Secret("another walk at sea"))))

    assert isinstance(done, SignedIn)
    with walk.world.reading() as call:
        standing = walk.world.standing(account)
        assert devices.knows_device(call, standing, tokens(old)) is None
        assert devices.knows_device(call, standing, tokens(done)) is not None


def test_dev_3_a_set_up_forgets_the_devices_of_before(walk: Walk) -> None:
    """A device that was remembered when there was no factor is not one that a factor has vouched for."""
    set_rules(walk.world, device_method="app opt-in")
    allow(walk.world, walk.person("bram"))
    pending = token_of(give_password(walk))
    first = walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code(), remember_device=True)))
    assert isinstance(first, SignedIn)
    other = token_of(give_password(walk))
    walk.take(give_device_code(GiveDeviceCode(other, walk.mailed_code(), set_up=True)))
    key = walk.take(show_set_up(ShowSetUp(other))).secret_key.reveal()
    done = walk.take(confirm_set_up(ConfirmSetUp(other, authenticator(key, walk.world), remember_device=True)))

    assert isinstance(done, SignedIn)
    with walk.world.reading() as call:
        standing = walk.world.standing(account_of(walk))
        assert devices.knows_device(call, standing, tokens(first)) is None
        assert devices.knows_device(call, standing, tokens(done)) is not None


def test_dev_3_a_recovery_code_remembers_nothing(walk: Walk) -> None:
    """It leads to a new key, with which everything of before ends."""
    walk.with_key("bram")
    with walk.world.writing() as call:
        codes = recovery_codes.make_codes(call, account_of(walk))
    walk.world.pass_time(minutes=16)
    pending = token_of(give_password(walk))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code(), remember_device=True)))
    done = walk.take(give_recovery_code(GiveRecoveryCode(pending, codes[0])))

    assert isinstance(done, SignedIn)
    assert (done.own_page_only, done.device, listed(walk)) == (True, None, ())
