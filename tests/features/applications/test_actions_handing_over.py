import threading

import pytest

from doorward.features.applications.actions.handing_over import hand_over, purge, standing_ticket
from doorward.features.applications.actions.hosts import add_host, remove_host
from doorward.features.applications.model import (
    AddHost,
    HandedOver,
    HandOver,
    RemoveHost,
    TakeTicket,
    TicketTaken,
    TicketToken,
)
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer, Nobody
from doorward.kernel.outcome import Refused
from tests.features.applications.entering import HOST, NONCE, register, take, ticket
from tests.worlds import World

OVER = Refused("applications.ticket_over")


@pytest.fixture
def bram(world: World) -> Bearer:
    """Sign somebody in who has no role, at a server with a host."""
    register(world)
    return world.sign_in(world.add("bram", factors=1))


def test_a_session_is_handed_over(world: World, bram: Bearer) -> None:
    """The page that was asked for comes back with the host's token, which is not the session's."""
    taken = take(world, ticket(world, bram))

    assert isinstance(taken, TicketTaken)
    assert taken.page == "/page?x=1"


def test_a_ticket_is_good_once(world: World, bram: Bearer) -> None:
    """Whoever comes with it again is refused."""
    token = ticket(world, bram)
    first, second = take(world, token), take(world, token)

    assert isinstance(first, TicketTaken)
    assert second == OVER


def test_of_two_at_once_one_comes_in(world: World, bram: Bearer) -> None:
    """One ticket in eight hands at the same moment opens one host session."""
    token, start, came = ticket(world, bram), threading.Barrier(8), list[object]()

    def come() -> None:
        start.wait()
        came.append(take(world, token))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(one, TicketTaken) for one in came) == 1
    assert came.count(OVER) == 7


def test_another_browser_takes_nothing_away(world: World, bram: Bearer) -> None:
    """A ticket with a wrong nonce or host is refused, and left to whom it belongs."""
    register(world, "wiki.example.org")
    token = ticket(world, bram)
    elsewhere = take(world, token, nonce=b"x" * 32), take(world, token, host="wiki.example.org")

    assert elsewhere == (OVER, OVER)
    assert isinstance(take(world, token), TicketTaken)


def test_a_ticket_dies_after_a_minute(world: World, bram: Bearer) -> None:
    """And is forgotten."""
    token = ticket(world, bram)
    world.pass_time(seconds=60)

    assert take(world, token) == OVER
    with world.writing() as call:
        assert purge(call) == 1


def test_a_removed_host_takes_no_ticket(world: World, bram: Bearer) -> None:
    """Not even when it is added again."""
    token = ticket(world, bram)
    world.run(remove_host, RemoveHost(HOST))
    gone = take(world, token)
    world.run(add_host, AddHost(HOST))

    assert (gone, take(world, token)) == (OVER, OVER)


def test_an_unknown_ticket_is_over(world: World, bram: Bearer) -> None:
    """Looking for it writes nothing, and says no more."""
    invented = TicketToken(bram.account, b"x" * 32)
    with world.reading() as call:
        found = standing_ticket(call, TakeTicket(invented, HOST, NONCE))

    assert (found, take(world, invented)) == (None, OVER)


def test_a_session_of_a_recovery_code_is_not_handed_over(world: World) -> None:
    """It reaches its own page alone (KEY-1)."""
    register(world)
    ada = world.sign_in(world.add("ada"), OpenedWith.RECOVERY_CODE)

    assert world.run(hand_over, HandOver(HOST, "/", NONCE), ada) == Refused("session.second_factor_required")


def test_only_registered_hosts_are_led_to(world: World, bram: Bearer) -> None:
    """Nobody is sent anywhere else."""
    assert world.run(hand_over, HandOver("evil.example", "/", NONCE), bram) == Refused("applications.not_found")


@pytest.mark.usefixtures("bram")
def test_without_a_session_there_is_no_ticket(world: World) -> None:
    """The owner of the server has none either."""
    command = HandOver(HOST, "/", NONCE)

    assert world.run(hand_over, command, Nobody()) == Refused("session.required")
    assert world.run(hand_over, command) == Refused("session.required")


def test_tickets_have_an_end(world: World, bram: Bearer) -> None:
    """Sixteen stand; after a minute there are more."""
    for _ in range(16):
        ticket(world, bram)
    refused = world.run(hand_over, HandOver(HOST, "/", NONCE), bram)
    world.pass_time(seconds=60)

    assert refused == Refused("applications.too_many_tickets", retry_after=60)
    assert isinstance(world.run(hand_over, HandOver(HOST, "/", NONCE), bram), HandedOver)


def test_going_on_stands_in_ones_history(world: World, bram: Bearer) -> None:
    """With the host, and what was refused."""
    ticket(world, bram)
    world.run(hand_over, HandOver("evil.example", "/", NONCE), bram)
    entries = [(one.act, one.outcome, one.code, one.target_name, one.details["host"]) for one in world.entries()[1:]]

    assert entries == [
        ("applications.entered", "done", None, "bram", HOST),
        ("applications.entered", "refused", "applications.not_found", "bram", "evil.example"),
    ]


def test_a_protected_account_goes_on_without_a_proof(world: World) -> None:
    """Nothing about it is changed (PROT-1)."""
    register(world)
    account = world.add("zoe", factors=1)
    with world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET protected = (1 = 1)")

    assert isinstance(world.run(hand_over, HandOver(HOST, "/", NONCE), world.sign_in(account)), HandedOver)
