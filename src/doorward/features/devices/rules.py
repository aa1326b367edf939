"""Making e-mailed and temporary access codes, judging them, and bounding the mail (DEV-1, KEY-10)."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from doorward.features.accounts.model import Account
from doorward.features.devices.model import CodeKind, CodeRight, GivenCode, RememberedDevice, StoredCode
from doorward.features.policy.rules import BOUNDS
from doorward.kernel import symbols
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Entropy

DIGITS = 6
SYMBOLS = 12
GROUP = 4
TEMPORARY_LIFETIME = timedelta(minutes=15)
MAILS = 3
MAILS_WITHIN = timedelta(minutes=15)
ADDRESS_REST = timedelta(hours=72)
"""How long a changed address gets no code (DESK-4)."""
SEEN_AGAIN = timedelta(days=1)
"""How old its last sign-in must be for the next one to be noted: what signs in often costs no write."""
MOST_TOLD = 5
"""Of how many new browsers the owner of an account is told within a while (DESK-3)."""
TOLD_WITHIN = timedelta(hours=24)
MOST_DEVICES = 20
"""How many devices of an account are remembered; one more, and the oldest is forgotten."""
PURPOSE = "device code"
"""The purpose under which the sealer hashes both kinds of code."""
PLACE = "place of a browser"
"""The purpose under which it hashes where a browser came from."""


def make_mailed_code(entropy: Entropy) -> str:
    """Draw the six digits of an e-mailed code."""
    return f"{entropy.below(10**DIGITS):0{DIGITS}d}"


def make_temporary_code(entropy: Entropy) -> str:
    """Draw a temporary access code: twelve base32 symbols, 60 bits."""
    return symbols.draw(entropy, SYMBOLS, GROUP)


def parse(text: str) -> GivenCode | None:
    """Read what was typed as one of the two kinds; None for what can be neither.

    Spaces are forgiven, because people copy the code from a mail.
    """
    digits = "".join(text.split())
    if len(digits) == DIGITS and digits.isascii() and digits.isdigit():
        return GivenCode(CodeKind.MAILED, digits)
    code = symbols.read(text, SYMBOLS, GROUP)
    return None if code is None else GivenCode(CodeKind.TEMPORARY, code)


def ends_at(issued_at: datetime, minutes: int) -> datetime:
    """Return the end of an e-mailed code; a lifetime out of bounds is a bug, for the settings keep them (DEV-1)."""
    least, most = BOUNDS["device_code_minutes"]
    if not least <= minutes <= most:
        raise ValueError(f"an e-mailed code lives {least} to {most} minutes, not {minutes}")
    return issued_at + timedelta(minutes=minutes)


def judge(stored: StoredCode | None, given_hash: bytes, now: datetime) -> CodeRight | Refused:
    """Decide whether a code lets the sign-in go on; every no is `devices.wrong_code`, with its cause for the trail."""
    if stored is None:
        return _wrong("none was issued")
    if not hmac.compare_digest(stored.hash, given_hash):
        return _wrong("wrong")
    if stored.ended_at is not None:
        return _wrong("used or replaced")
    if now >= stored.expires_at:
        return _wrong("expired")
    return CodeRight()


def next_mail_at(sent: Sequence[datetime], now: datetime) -> datetime | None:
    """Say from when the account may be sent another code; None means now (three mails in 15 minutes, DEV-1)."""
    recent = sorted(at for at in sent if at + MAILS_WITHIN > now)
    return recent[-MAILS] + MAILS_WITHIN if len(recent) >= MAILS else None


def usable_address(account: Account, now: datetime) -> str | None:
    """Return the address that codes may be sent to: none was changed within 72 hours (DESK-4)."""
    changed_at = account.email_changed_at
    rests = changed_at is not None and now < changed_at + ADDRESS_REST
    return None if rests else account.email or None


def remembered_until(now: datetime, days: int) -> datetime:
    """Return the end of a device that is being remembered; it is fixed then (DEV-3)."""
    return now + timedelta(days=days)


def remembered(device: RememberedDevice, account_epoch: int, days: int, now: datetime) -> bool:
    """Return whether a device is still remembered: in time, by the rules of today too, and not ended by the epoch.

    Rules that were tightened hold for devices that are remembered already; whoever sets 0 days forgets them all.
    """
    in_time = now < device.expires_at and now < remembered_until(device.created_at, days)
    return in_time and device.epoch == account_epoch


def concerns_owner(last_sign_in_at: datetime | None, *, told_otherwise: bool) -> bool:
    """Return whether the owner should hear of a new browser: no other letter tells of it, nor is it the first ever.

    Of whoever has never signed in no browser is known, and each would be new (DESK-3).
    """
    return last_sign_in_at is not None and not told_otherwise


def tells_of_browser(told: Sequence[bytes], place: bytes) -> bool:
    """Decide whether the owner is told of a new browser, by the places that they were told of lately (DESK-3).

    A place is a network with the name that a browser or program gives itself: one that keeps no cookie is told of once,
    and hides no other.
    """
    return len(told) < MOST_TOLD and place not in told


def in_part(address: str) -> str:
    """Show an address as far as its owner needs to recognise it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def _wrong(cause: str) -> Refused:
    return Refused("devices.wrong_code", cause=cause)
