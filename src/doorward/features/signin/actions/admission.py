"""What the account and its device say about the next step: after the password, and after the e-mailed code (DEV-2)."""

from collections.abc import Sequence

from doorward.edges.call import Call
from doorward.features.accounts import rules as account_rules
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.devices.model import CodeKind, DeviceToken
from doorward.features.policy import actions as policy
from doorward.features.policy.model import DeviceMethod
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.second_factor.model import FactorState
from doorward.features.signin.actions.pending import UnderWay
from doorward.features.signin.rules import machine


def after_password(call: Call, standing: Standing, given: Sequence[DeviceToken]) -> machine.Input:
    """Say what happens to a sign-in whose password was right, and note the use of a device that is remembered."""
    device = devices.knows_device(call, standing, given)
    if device is not None:
        devices.note_use(call, standing.account.id, device)
    return machine.admitted(_seen(call, standing, remembered=device is not None))


def after_device_code(call: Call, standing: Standing, kind: CodeKind, *, set_up: bool) -> machine.State:
    """Say where a right code by e-mail, or a temporary one, leads as the account stands now."""
    happened = machine.authorized(_seen(call, standing), kind, set_up=set_up and offers_set_up(call, standing))
    return machine.after(machine.State.AUTHORIZED, happened)


def spared_factor(call: Call, standing: Standing) -> bool:
    """Tell whether the rules let the account in without a second factor."""
    return account_rules.spared_factor(
        standing.state, policy.password_rules(call, standing.state.password_rules).device_method
    )


def offers_set_up(call: Call, standing: Standing) -> bool:
    """Tell whether somebody who needs no factor may choose to set one up: where apps are welcome, by permission."""
    if policy.password_rules(
        call, standing.state.password_rules
    ).device_method is not DeviceMethod.APP_OPT_IN or not spared_factor(call, standing):
        return False
    return second_factor.factor_state(call, standing) is FactorState.MAY_SET_UP


def remember_days(call: Call, found: UnderWay, given: Sequence[DeviceToken]) -> int:
    """Say for how many days the device may be remembered; 0 where that spares nothing, is wished, or is so already."""
    settings = policy.password_rules(call, found.standing.state.password_rules)
    spares = settings.device_code_at_sign_in or settings.device_method is not DeviceMethod.APP_MANDATORY
    if not spares or found.pending.remember_device or devices.knows_device(call, found.standing, given) is not None:
        return 0
    return settings.remember_device_days


def _seen(call: Call, standing: Standing, *, remembered: bool = False) -> machine.Admission:
    return machine.Admission(
        factor=second_factor.factor_state(call, standing),
        spared_factor=spared_factor(call, standing),
        asked_at_sign_in=policy.password_rules(call, standing.state.password_rules).device_code_at_sign_in,
        remembered=remembered,
    )
