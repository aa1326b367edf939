"""What the account and its device say about the next step: after the password, and after the e-mailed code (DEV-2)."""

from dataclasses import dataclass

from doorward.features.devices.model import CodeKind
from doorward.features.policy.model import DeviceMethod, PasswordRules
from doorward.features.second_factor.model import FactorState
from doorward.features.signin.rules.machine import Input

ADMISSION = {
    FactorState.SET_UP: Input.HAS_FACTOR,
    FactorState.MAY_SET_UP: Input.MAY_SET_UP,
    FactorState.BLOCKED: Input.BLOCKED,
    FactorState.EXCLUDED: Input.EXCLUDED,
}
"""What the account's factor says after a right password."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What the step after a right password depends on."""

    factor: FactorState
    spared_factor: bool
    """The account goes in without a second factor: the method allows it, and none was ever there (DEV-2)."""
    asked_at_sign_in: bool
    """The rules ask for an e-mailed code from a device that is not remembered."""
    method: DeviceMethod
    """What the rules ask of whoever has no second factor yet (DEV-2)."""
    remembered: bool
    """The sign-in comes from a remembered device (DEV-3)."""


def admitted(seen: Admission) -> Input:
    """Return what happens to a sign-in whose password was right.

    A remembered device spares the code of an ordinary sign-in, never the one before a set-up, never a factor (DEV-3).
    """
    if seen.spared_factor:
        return Input.SPARED_BOTH if seen.remembered else Input.SPARED_FACTOR
    if seen.factor is FactorState.SET_UP and seen.asked_at_sign_in and not seen.remembered:
        return Input.FACTOR_ELSEWHERE
    return ADMISSION[seen.factor]


def authorized(seen: Admission, kind: CodeKind, *, set_up: bool) -> Input:
    """Return what happens to a sign-in whose e-mailed or temporary code was right.

    Whoever needs no factor goes in by the mailed code, unless they choose to set one up; a temporary access code, which
    an operator knows, opens the set-up page and nothing else (KEY-10).
    """
    chosen = set_up and offers_set_up(seen)
    if seen.spared_factor and kind is CodeKind.MAILED and not chosen:
        return Input.SPARED_FACTOR
    return ADMISSION[seen.factor]


def offers_set_up(seen: Admission) -> bool:
    """Return whether somebody who needs no factor may choose to set one up: where apps are welcome, by permission."""
    welcome = seen.spared_factor and seen.method is DeviceMethod.APP_OPT_IN
    return welcome and seen.factor is FactorState.MAY_SET_UP


def remember_days(settings: PasswordRules, *, wished: bool, remembered: bool) -> int:
    """Say for how many days the device may be remembered; 0 where that spares nothing, is wished, or is so already."""
    spares = settings.device_code_at_sign_in or settings.device_method is not DeviceMethod.APP_MANDATORY
    return settings.remember_device_days if spares and not wished and not remembered else 0
