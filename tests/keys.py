"""Secret keys for tests, with pyotp as the authenticator app."""

import base64
from datetime import datetime, timedelta

import pyotp

from doorward.features.otp import actions as otp
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

SECRET = b"12345678901234567890"
"""The key of the test vectors of RFC 4226."""
OTHER_SECRET = b"abcdefghijklmnopqrst"
NOON_STEP = 59263200
"""Which 30-second step since 1970 begins when worlds begin."""


def code(secret: bytes, at: datetime = NOON, steps: int = 0) -> str:
    """Read the app's display: so many steps after an instant."""
    return pyotp.TOTP(base64.b32encode(secret).decode()).at(at + timedelta(seconds=30 * steps))


def bind(world: World, account: AccountId, secret: bytes = SECRET, step: int = NOON_STEP - 100) -> None:
    """Make a key the account's, as one set up a while ago."""
    with world.writing() as call:
        otp.bind_key(call, account, secret, step)
