from dataclasses import replace
from typing import Any

import pytest

from doorward.features.devices.model import CodeKind
from doorward.features.policy.model import DeviceMethod, PasswordRules
from doorward.features.second_factor.model import FactorState
from doorward.features.signin.rules import admission as rules
from doorward.features.signin.rules.machine import Input

SET_UP, MAY_SET_UP, BLOCKED, EXCLUDED = FactorState
NOTHING_SPECIAL = rules.Admission(
    SET_UP, spared_factor=False, asked_at_sign_in=False, method=DeviceMethod.APP_MANDATORY, remembered=False
)


@pytest.mark.parametrize(
    ("changed", "happened"),
    [
        ({}, Input.HAS_FACTOR),
        ({"remembered": True}, Input.HAS_FACTOR),
        ({"asked_at_sign_in": True}, Input.FACTOR_ELSEWHERE),
        ({"asked_at_sign_in": True, "remembered": True}, Input.HAS_FACTOR),
        ({"factor": MAY_SET_UP}, Input.MAY_SET_UP),
        ({"factor": MAY_SET_UP, "asked_at_sign_in": True, "remembered": True}, Input.MAY_SET_UP),
        ({"factor": BLOCKED, "asked_at_sign_in": True, "remembered": True}, Input.BLOCKED),
        ({"factor": EXCLUDED, "asked_at_sign_in": True}, Input.EXCLUDED),
        ({"factor": BLOCKED, "spared_factor": True}, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True}, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True, "remembered": True}, Input.SPARED_BOTH),
    ],
)
def test_dev_2_what_follows_a_right_password(changed: dict[str, Any], happened: Input) -> None:
    """A remembered device is spared the code of an ordinary sign-in, never the one before a set-up (DEV-3)."""
    assert rules.admitted(replace(NOTHING_SPECIAL, **changed)) is happened


OPT_IN, EMAIL = DeviceMethod.APP_OPT_IN, DeviceMethod.EMAIL
MAILED, TEMPORARY = CodeKind.MAILED, CodeKind.TEMPORARY


@pytest.mark.parametrize(
    ("changed", "kind", "set_up", "happened"),
    [
        ({}, MAILED, False, Input.HAS_FACTOR),
        ({}, TEMPORARY, False, Input.HAS_FACTOR),
        ({}, MAILED, True, Input.HAS_FACTOR),
        ({"factor": MAY_SET_UP}, MAILED, False, Input.MAY_SET_UP),
        ({"factor": BLOCKED}, MAILED, False, Input.BLOCKED),
        ({"factor": EXCLUDED}, MAILED, False, Input.EXCLUDED),
        ({"factor": BLOCKED, "spared_factor": True}, MAILED, False, Input.SPARED_FACTOR),
        ({"factor": BLOCKED, "spared_factor": True}, MAILED, True, Input.SPARED_FACTOR),
        ({"factor": BLOCKED, "spared_factor": True}, TEMPORARY, False, Input.BLOCKED),
        ({"factor": MAY_SET_UP, "spared_factor": True}, MAILED, False, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True, "method": EMAIL}, MAILED, True, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True, "method": OPT_IN}, MAILED, False, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True, "method": OPT_IN}, MAILED, True, Input.MAY_SET_UP),
        ({"factor": BLOCKED, "spared_factor": True, "method": OPT_IN}, MAILED, True, Input.SPARED_FACTOR),
        ({"factor": MAY_SET_UP, "spared_factor": True}, TEMPORARY, False, Input.MAY_SET_UP),
    ],
)
def test_dev_2_what_follows_the_right_code(
    changed: dict[str, Any], kind: CodeKind, happened: Input, *, set_up: bool
) -> None:
    """As the account stands now; what an operator has seen opens the set-up alone (KEY-10)."""
    assert rules.authorized(replace(NOTHING_SPECIAL, **changed), kind, set_up=set_up) is happened


@pytest.mark.parametrize(
    ("changed", "offered"),
    [
        ({"factor": MAY_SET_UP, "spared_factor": True, "method": OPT_IN}, True),
        ({"factor": BLOCKED, "spared_factor": True, "method": OPT_IN}, False),
        ({"factor": MAY_SET_UP, "spared_factor": False, "method": OPT_IN}, False),
        ({"factor": MAY_SET_UP, "spared_factor": True, "method": EMAIL}, False),
        ({}, False),
    ],
)
def test_dev_2_who_may_choose_to_set_up_a_factor(changed: dict[str, Any], *, offered: bool) -> None:
    """Whoever needs none, is on the allowlist, and whose rules welcome apps."""
    assert rules.offers_set_up(replace(NOTHING_SPECIAL, **changed)) is offered


ASKS = PasswordRules(device_code_at_sign_in=True, remember_device_days=30)


@pytest.mark.parametrize(
    ("settings", "wished", "remembered", "days"),
    [
        (ASKS, False, False, 30),
        (ASKS, True, False, 0),
        (ASKS, False, True, 0),
        (replace(ASKS, device_code_at_sign_in=False), False, False, 0),
        (replace(ASKS, device_code_at_sign_in=False, device_method=OPT_IN), False, False, 30),
        (replace(ASKS, device_code_at_sign_in=False, device_method=EMAIL), False, False, 30),
        (replace(ASKS, remember_device_days=0), False, False, 0),
    ],
)
def test_dev_3_for_how_many_days_a_device_may_be_remembered(
    settings: PasswordRules, days: int, *, wished: bool, remembered: bool
) -> None:
    """Not where it spares nothing, was wished already, or is remembered."""
    assert rules.remember_days(settings, wished=wished, remembered=remembered) == days
