"""What the tests of remembered devices share."""

from dataclasses import replace
from typing import Any

from doorward.features.accounts import store as accounts_store
from doorward.features.devices import actions as devices
from doorward.features.devices.model import (
    DevicesListed,
    DeviceToken,
    ListDevicesOf,
    RememberedDevice,
)
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.signin.actions.codes import give_code, give_device_code
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.model import (
    GiveCode,
    GiveDeviceCode,
    SignedIn,
    SignIn,
)
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import PASSWORD, Walk, authenticator, token_of
from tests.worlds import API, World

PHONE = replace(API, user_agent="phone/1", address="198.51.100.9")


def asking(world: World) -> Walk:
    """Begin where every sign-in asks for a code by e-mail, and devices are remembered for 30 days."""
    set_rules(world, device_code_at_sign_in=True, remember_device_days=30, idle_minutes=600)
    return Walk(world)


def set_rules(world: World, **changes: Fact) -> None:
    """Set password rules."""
    world.run(change_password_rules, ChangePasswordRules(changes))


def account_of(walk: Walk, name: str = "bram") -> AccountId:
    """Give the id of an account."""
    with walk.world.reading() as call:
        found = accounts_store.by_name(call.sql, name)
    assert found is not None
    return found.account.id


def tokens(*outcomes: SignedIn) -> tuple[DeviceToken, ...]:
    """Read the tokens of remembered devices."""
    parsed = [parse_token(one.device.reveal()) for one in outcomes if one.device is not None]
    return tuple(DeviceToken(*one) for one in parsed if one is not None)


def bearer_of(outcome: SignedIn) -> Bearer:
    """Read the token of the session."""
    parsed = parse_token(outcome.token.reveal())
    assert parsed is not None
    return Bearer(*parsed)


def give_password(walk: Walk, *given: DeviceToken, name: str = "bram") -> Any:
    """Take the first step from a device that says by what it is remembered."""
    return walk.take(sign_in(SignIn(name, Secret(PASSWORD), given)))


def complete(walk: Walk, key: str, *, remember: bool = True, name: str = "bram") -> SignedIn:
    """Go all the way, with the box ticked at the last step."""
    walk.world.pass_time(minutes=16)
    pending = token_of(give_password(walk, name=name))
    walk.take(give_device_code(GiveDeviceCode(pending, walk.mailed_code())))
    done = walk.take(give_code(GiveCode(pending, authenticator(key, walk.world), remember)), PHONE)
    assert isinstance(done, SignedIn), done
    return done


def listed(walk: Walk) -> tuple[RememberedDevice, ...]:
    """List the devices that are remembered for Bram."""
    found = walk.world.run(devices.list_devices_of, ListDevicesOf(account_of(walk)))
    assert isinstance(found, DevicesListed)
    return found.devices
