from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.applications.model import Host, HostName, TakeTicket, Ticket, TicketToken
from doorward.features.applications.rules import tickets as rules
from doorward.kernel.act import SessionFacts
from doorward.kernel.ids import AccountId, HostId, SessionId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

TOKEN = TicketToken(AccountId(UUID(int=1)), b"t" * 32)
APP = Host(HostId(UUID(int=5)), HostName("app.example.org", "app.example.org"), NOON, "olga")
END = NOON + timedelta(seconds=60)
TICKET = Ticket(TOKEN, APP.id, SessionId(UUID(int=3)), b"n" * 32, "/", END, NOON + timedelta(hours=12))
TAKEN = TakeTicket(TOKEN, "app.example.org", b"n" * 32)
SESSION = SessionFacts(
    SessionId(UUID(int=3)), AccountId(UUID(int=1)), "bram", used_second_factor=True, own_page_only=False, fresh_at=None,
    opened_at=NOON, expires_at=NOON + timedelta(hours=12),
)  # fmt: skip


def test_a_ticket_fits_where_it_was_made_for() -> None:
    """Its host, its browser, until its minute is over."""
    assert rules.fits(TICKET, APP, TAKEN, NOON)
    assert rules.fits(TICKET, APP, TAKEN, END - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        (None, TAKEN),
        (replace(APP, id=HostId(UUID(int=6))), TAKEN),
        (APP, replace(TAKEN, host="wiki.example.org")),
        (APP, replace(TAKEN, nonce_hash=b"m" * 32)),
    ],
    ids=["host removed", "host added anew", "another host", "another browser"],
)
def test_a_ticket_fits_nowhere_else(host: Host | None, taken: TakeTicket) -> None:
    """A host that was removed and added again is another one."""
    assert not rules.fits(TICKET, host, taken, NOON)


def test_a_ticket_is_over_after_a_minute() -> None:
    """To the microsecond."""
    assert not rules.fits(TICKET, APP, TAKEN, END)


def test_a_session_of_a_recovery_code_goes_nowhere() -> None:
    """It reaches the own account page alone (KEY-1)."""
    assert rules.judge_session(SESSION) is None
    assert rules.judge_session(replace(SESSION, own_page_only=True)) == Refused("session.second_factor_required")


def test_tickets_have_a_most() -> None:
    """Sixteen stand at once."""
    assert rules.judge_count(15) is None
    assert rules.judge_count(16) == Refused("applications.too_many_tickets", retry_after=60)
