"""Carrying a session over to a registered host: a ticket is made at Doorward, and taken at the host."""

from doorward.edges.call import Call
from doorward.features.applications import store
from doorward.features.applications.model import (
    HandedOver,
    HandOver,
    TakeTicket,
    Ticket,
    TicketTaken,
    TicketToken,
)
from doorward.features.applications.rules import tickets as rules
from doorward.kernel.act import Who, act
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import make_token

_OVER = Refused("applications.ticket_over")


@act(who=Who.SELF, event="applications.entered", changes=False)
def hand_over(call: Call, command: HandOver) -> HandedOver | Refused:
    """Go on, signed in, to a registered host: make the ticket by which it is given a token of its own."""
    session = call.own_session
    call.note.target, call.note.target_name = session.account, session.user_name
    call.note.details["host"] = command.host
    host = store.by_host(call.sql, command.host)
    if host is None:
        return Refused("applications.not_found")
    present = store.count_tickets(call.sql, session.account, call.now)
    if refused := rules.judge_session(session) or rules.judge_count(present):
        return refused
    token, token_hash = make_token(session.account, call.entropy)
    store.add_ticket(
        call.sql,
        Ticket(
            TicketToken(session.account, token_hash), host.id, session.id, command.nonce_hash,
            command.page, call.now + rules.LASTS, session.expires_at,
        ),
    )  # fmt: skip
    return HandedOver(token, host.named.host)


@act(who=Who.ANYBODY, event=None)
def take_ticket(call: Call, command: TakeTicket) -> TicketTaken | Refused:
    """Take a ticket at its host, once: the host is given its own token of the session."""
    found = standing_ticket(call, command)
    if found is None or not store.take_ticket(call.sql, command.ticket):
        return _OVER
    token, token_hash = make_token(command.ticket.account, call.entropy)
    store.enter(call.sql, found, token_hash)
    return TicketTaken(token, found.page)


def standing_ticket(call: Call, command: TakeTicket) -> Ticket | None:
    """Find the ticket that somebody comes back with, if it fits; it is left as it is.

    Asked by reading first, so that invented tickets never wait for the writers' lane.
    """
    found = store.ticket(call.sql, command.ticket)
    if found is None or not rules.fits(found, store.by_host(call.sql, command.host), command, call.now):
        return None
    return found


def purge(call: Call) -> int:
    """Forget tickets and host sessions that are over by time."""
    return store.forget_expired(call.sql, call.now)
