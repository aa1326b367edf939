"""When a mail is tried again, when it is given up, and what may be said of a try that failed (DEV-5).

A mail is `queued` until it is delivered, refused for good or tried for 24 hours (`failed`), or until what it carries
has run out (`expired`): that is never sent. A body is kept no longer than until the mail is delivered or expired.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.features.notices.model import MailState
from doorward.kernel.texts import is_control

FIRST_PAUSES = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
LATER_PAUSE = timedelta(hours=1)
TRIED_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=7)
"""For how long a notice without a code or link can still be of use, and be retried by an operator."""

FORMER_TOLD_FOR = timedelta(days=7)
"""For how long a replaced address is told what is done to the account (DESK-3)."""
ROW_KEPT_FOR = timedelta(days=30)
"""For how long operators see what became of a mail; then its row is deleted."""
ERROR = 300
"""How many characters an error holds."""

_SENSITIVE = (
    (re.compile(r"\S+@\S+"), "(address)"),
    (re.compile(r"\S+://\S+"), "(link)"),
    (re.compile(r"[\w-]*\d[\w-]{15,}|[\w-]{24,}"), "(text)"),
    (re.compile(r"\d{5,}"), "(number)"),
)
"""What an error must not show to operators, whatever a mail server echoes: addresses, links, tokens, codes."""


@dataclass(frozen=True, slots=True)
class Try:
    """Which try of a mail it was, and the mail's own times."""

    count: int
    queued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What a mail comes to after a try; `next_attempt_at` also says when a failed one's body is erased."""

    state: MailState
    next_attempt_at: datetime
    error: str | None = None

    @property
    def over(self) -> bool:
        """Return whether no further try is due by itself."""
        return self.state is not MailState.QUEUED

    @property
    def erases(self) -> bool:
        """Return whether the body is erased now."""
        return self.state in {MailState.DELIVERED, MailState.EXPIRED}


def expires(queued_at: datetime, expires_at: datetime | None) -> datetime:
    """Return until when a mail is of use: as long as its code or link, and a plain notice for a week."""
    return queued_at + KEPT_FOR if expires_at is None else expires_at


def delivered(now: datetime) -> Settled:
    """Settle a mail that the other side has taken."""
    return Settled(MailState.DELIVERED, now)


def expired(now: datetime, error: str | None) -> Settled:
    """Settle a mail whose code or link has run out; what the last try met stays readable."""
    return Settled(MailState.EXPIRED, now, error)


def refused(expires_at: datetime, why: str) -> Settled:
    """Settle a mail that was refused for good; its body stays for an operator's retry until it expires."""
    return Settled(MailState.FAILED, expires_at, tellable(why))


def failed(tried: Try, now: datetime, why: str) -> Settled:
    """Settle a try that failed for now: the next one comes after the pause, or not at all after 24 hours.

    A mail that expires before its next try becomes due at that moment, so that its body is erased in time.
    """
    pause = FIRST_PAUSES[tried.count - 1] if tried.count <= len(FIRST_PAUSES) else LATER_PAUSE
    if now + pause > tried.queued_at + TRIED_FOR:
        return refused(tried.expires_at, why)
    return Settled(MailState.QUEUED, min(now + pause, tried.expires_at), tellable(why))


def tellable(why: str) -> str:
    """Make an error fit for operators: no address, link or code that a mail server may have echoed, and no control."""
    for pattern, word in _SENSITIVE:
        why = pattern.sub(word, why)
    return "".join(" " if is_control(c) else c for c in why)[:ERROR].strip()
