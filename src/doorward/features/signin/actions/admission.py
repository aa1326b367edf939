"""Looking at what the account and its device say about the next step (DEV-2)."""

from collections.abc import Sequence

from doorward.edges.call import Call
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.devices.model import DeviceToken
from doorward.features.policy import actions as policy
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.sessions import rules as session_rules
from doorward.features.signin.actions.pending import UnderWay
from doorward.features.signin.rules import admission as rules
from doorward.features.signin.rules.machine import Input


def look(call: Call, standing: Standing, *, remembered: bool = False) -> rules.Admission:
    """Look at an account as it stands now."""
    settings = policy.password_rules(call, standing.state.password_rules)
    return rules.Admission(
        factor=second_factor.factor_state(call, standing),
        spared_factor=spared_factor(call, standing),
        asked_at_sign_in=settings.device_code_at_sign_in,
        method=settings.device_method,
        remembered=remembered,
    )


def after_password(call: Call, standing: Standing, given: Sequence[DeviceToken]) -> Input:
    """Return what happens to a sign-in whose password was right, and note the use of a device that is remembered."""
    device = devices.knows_device(call, standing, given)
    if device is not None:
        devices.note_use(call, standing.account.id, device)
    return rules.admitted(look(call, standing, remembered=device is not None))


def spared_factor(call: Call, standing: Standing) -> bool:
    """Return whether the rules let the account in without a second factor."""
    return session_rules.spared_factor(
        standing.state, policy.password_rules(call, standing.state.password_rules).device_method
    )


def remember_days(call: Call, found: UnderWay, given: Sequence[DeviceToken]) -> int:
    """Say for how many days the device may be remembered; 0 where that is not offered (DEV-3)."""
    return rules.remember_days(
        policy.password_rules(call, found.standing.state.password_rules),
        wished=found.pending.remember_device,
        remembered=devices.knows_device(call, found.standing, given) is not None,
    )
