"""Steps that the tests of applications share: a registered host, and somebody who goes on to it."""

from hashlib import sha256

from doorward.features.applications.actions.handing_over import hand_over, take_ticket
from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import (
    AddHost,
    HandedOver,
    HandOver,
    HostBearer,
    TakeTicket,
    TicketTaken,
    TicketToken,
)
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.worlds import World

HOST = "app.example.org"
NONCE = sha256(b"a nonce").digest()


def register(world: World, host: str = HOST) -> None:
    """Register a host."""
    assert not isinstance(world.run(add_host, AddHost(host)), Refused)


def ticket(world: World, by: Bearer, host: str = HOST) -> TicketToken:
    """Make somebody a ticket."""
    outcome = world.run(hand_over, HandOver(host, "/page?x=1", NONCE), by)
    assert isinstance(outcome, HandedOver)
    named = parse_token(outcome.ticket.reveal())
    assert named is not None
    return TicketToken(*named)


def take(world: World, token: TicketToken, host: str = HOST, nonce: bytes = NONCE) -> TicketTaken | Refused:
    """Come back with a ticket."""
    return world.run(take_ticket, TakeTicket(token, host, nonce))


def enter(world: World, by: Bearer, host: str = HOST) -> HostBearer:
    """Go on to a host, and give who is signed in there now."""
    taken = take(world, ticket(world, by, host), host)
    assert isinstance(taken, TicketTaken)
    named = parse_token(taken.token.reveal())
    assert named is not None
    return HostBearer(*named, host)
