"""Who holds which hardware token: assign, unassign, and put one in step again."""

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, NAME, REASON, YES
from doorward.doors.cli.tokens import MANUFACTURER, SERIAL, token
from doorward.features.second_factor.actions.hardware_tokens import assign_token, resynchronise_token, unassign_token
from doorward.features.tokens.model import AssignToken, ResynchroniseToken, TokenAssigned, UnassignToken


@token.command("assign", short_help="Give NAME a token from stock.")
@NAME
@SERIAL
@MANUFACTURER
@REASON
@YES
@DRY_RUN
@with_desk
def assign(  # noqa: PLR0913 - each is an option of the command
    desk: Desk, name: str, serial: str, manufacturer: str | None, reason: str | None, *, yes: bool
) -> None:
    """Give NAME the token SERIAL from stock, in place of the secret key that NAME had; hand over the device."""
    account = desk.account(name)
    desk.confirm(f"Assign {serial} to {name}? The present secret key stops working and all sessions end.", yes=yes)
    outcome = desk.run(assign_token, AssignToken(account, None, serial, manufacturer, reason))
    news = isinstance(outcome, TokenAssigned)
    said = f"{name} signs in with the hardware token {serial} now." if news else f"{name} held that token already."
    desk.tell_of(outcome, said, account)


@token.command("unassign", short_help="Put the token of NAME back in stock.")
@NAME
@REASON
@YES
@DRY_RUN
@with_desk
def unassign(desk: Desk, name: str, reason: str | None, *, yes: bool) -> None:
    """Put the token of NAME back in stock; without another factor NAME is blocked until somebody allows a set-up."""
    account = desk.account(name)
    desk.confirm(f"Take the token from {name}? Without another factor {name} cannot sign in then.", yes=yes)
    outcome = desk.run(unassign_token, UnassignToken(account, reason))
    blocked = f" {name} is blocked until `doorward allowlist add {name}`." if outcome.blocked else ""
    desk.tell_of(outcome, f"The hardware token {outcome.serial} is in stock.{blocked}", account)


@token.command("resync", short_help="Put the token of NAME in step again.")
@NAME
@click.argument("codes", nargs=2, metavar="CODE CODE")
@REASON
@DRY_RUN
@with_desk
def resync(desk: Desk, name: str, codes: tuple[str, str], reason: str | None) -> None:
    """Put the token of NAME in step again by two CODEs that it has shown one after the other; both are used up."""
    account = desk.account(name)
    outcome = desk.run(resynchronise_token, ResynchroniseToken(account, codes, reason))
    minutes = outcome.offset_minutes or 0
    clock = f" Its clock is about {abs(minutes)} min {'slow' if minutes < 0 else 'fast'}." if minutes else ""
    said = f"The hardware token {outcome.serial} is in step again.{clock} The code that it shows next is right."
    desk.tell(outcome, said, serial=outcome.serial, offset_minutes=outcome.offset_minutes)
