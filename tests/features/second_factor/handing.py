"""Handing out hardware tokens, and reading their displays."""

from dataclasses import replace
from datetime import timedelta

from doorward.features.otp import actions as otp
from doorward.features.otp.rules.codes import hotp, step_at
from doorward.features.second_factor.actions import hardware_tokens
from doorward.features.tokens.model import (
    AssignToken,
    NewToken,
    ResynchroniseOwnToken,
    ResynchroniseToken,
    Token,
    TokenAssigned,
    TokenHeldAlready,
    TokenResynchronised,
    TokenUnassigned,
    UnassignToken,
)
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.tokens.stock import COUNTING, SEED, TICKING, stock
from tests.worlds import OWNER, World

__all__ = ["COUNTING", "TICKING", "stock"]


def assign(
    world: World, account: AccountId, serial: str, by: Caller = OWNER
) -> TokenAssigned | TokenHeldAlready | Refused:
    """Give somebody the token of a serial number."""
    return world.run(hardware_tokens.assign_token, AssignToken(account, None, serial, reason="new desk"), by)


def unassign(world: World, account: AccountId, by: Caller = OWNER) -> TokenUnassigned | Refused:
    """Take somebody's token."""
    return world.run(hardware_tokens.unassign_token, UnassignToken(account, "left the firm"), by)


def resynchronise(
    world: World, account: AccountId, codes: tuple[str, str], by: Caller = OWNER
) -> TokenResynchronised | Refused:
    """Put somebody's token in step."""
    return world.run(hardware_tokens.resynchronise_token, ResynchroniseToken(account, codes, "called"), by)


def resynchronise_own(world: World, codes: tuple[str, str], by: Bearer) -> TokenResynchronised | Refused:
    """Put one's own token in step."""
    return world.run(hardware_tokens.resynchronise_own_token, ResynchroniseOwnToken(codes), by)


def give(world: World, account: AccountId, code: str) -> Result:
    """Give a code."""
    with world.writing() as call:
        return otp.check_code(call, account, code)


def press(counter: int) -> str:
    """Read the display of the counting token after so many presses."""
    return hotp(SEED, counter)


def display(world: World, minutes: float = 0) -> str:
    """Read the display of the ticking token, whose clock is wrong by so many minutes."""
    return hotp(SEED, step_at(world.clock.now() + timedelta(minutes=minutes)))


def pair(world: World, minutes: float = 0) -> tuple[str, str]:
    """Read the display of the ticking token twice, half a minute apart; its second code is of now."""
    return display(world, minutes - 0.5), display(world, minutes)


def held(world: World, account: AccountId) -> Token | None:
    """Load the token that an account holds."""
    with world.reading() as call:
        return otp.token_of(call, account)


def expiring(token: NewToken, world: World, **units: float) -> NewToken:
    """Let a token's time be over after so long."""
    return replace(token, expires_at=world.clock.now() + timedelta(**units))
