"""Who is given a ticket, and where it fits.

Laws: a ticket fits one host, one browser, sixty seconds, once; a session that reaches its own page alone gets none.
"""

from datetime import datetime, timedelta

from doorward.features.applications.model import Host, TakeTicket, Ticket
from doorward.kernel.act import SessionFacts
from doorward.kernel.outcome import Refused

LASTS = timedelta(seconds=60)
MOST = 16
"""At most this many tickets of one account stand at once: more pages than anybody opens in a minute."""


def judge_session(session: SessionFacts) -> Refused | None:
    """Refuse a session of a recovery code: it reaches the own account page and nothing else (KEY-1)."""
    return Refused("session.second_factor_required") if session.own_page_only else None


def judge_count(present: int) -> Refused | None:
    """Refuse one ticket more than stand at once."""
    return Refused("applications.too_many_tickets", retry_after=60) if present >= MOST else None


def fits(ticket: Ticket, host: Host | None, taken: TakeTicket, now: datetime) -> bool:
    """Return whether a ticket is taken where it was made for: this host, this browser, in time."""
    return (
        host is not None
        and host.id == ticket.host_id
        and host.named.host == taken.host
        and ticket.nonce_hash == taken.nonce_hash
        and now < ticket.expires_at
    )
