import threading
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from doorward.features.applications import store
from doorward.features.applications.model import Host, HostName, Ticket, TicketToken
from doorward.kernel.ids import AccountId, HostId, SessionId
from tests.worlds import NOON, World

APP = Host(HostId(UUID(int=5)), HostName("app.example.org", "app.example.org:8443"), NOON, "olga")
WIKI = Host(HostId(UUID(int=6)), HostName("wiki.example.org", "wiki.example.org"), NOON, "olga")
TOKEN = TicketToken(AccountId(UUID(int=1)), b"t" * 32)
END = NOON + timedelta(seconds=60)
LATER = NOON + timedelta(hours=12)
TICKET = Ticket(TOKEN, APP.id, SessionId(UUID(int=3)), b"n" * 32, "/p?q=1", END, LATER)


def race(work: list[object]) -> list[object]:
    """Run two pieces of work at the same moment, and give what came of them."""
    start, came = threading.Barrier(2), []

    def run(one: object) -> None:
        start.wait()
        assert callable(one)
        came.append(one())

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_hosts_are_read_as_they_were_written(world: World) -> None:
    """By name, by name and port, and all of them in order."""
    with world.database.write() as sql:
        store.add_host(sql, WIKI)
        store.add_host(sql, APP)
        found = store.by_name(sql, "app.example.org"), store.by_host(sql, "app.example.org:8443")
        missing = store.by_name(sql, "app.example.org:8443"), store.by_host(sql, "app.example.org")
        listed, count = store.hosts(sql), store.count_hosts(sql)

    assert found == (APP, APP)
    assert missing == (None, None)
    assert (listed, count) == ([APP, WIKI], 2)


def test_a_host_is_removed_once(world: World) -> None:
    """What is not there is not removed."""
    with world.database.write() as sql:
        store.add_host(sql, APP)
        removed = store.remove_host(sql, APP.id), store.remove_host(sql, APP.id)

    assert removed == (True, False)


def test_of_two_racing_additions_one_stands(world: World) -> None:
    """Two of one name at the same moment: the key lets one in."""

    def add(id_: int) -> str:
        try:
            with world.database.write() as sql:
                store.add_host(sql, Host(HostId(UUID(int=id_)), APP.named, NOON, "olga"))
        except IntegrityError:
            return "refused"
        return "kept"

    assert sorted(map(str, race([lambda: add(1), lambda: add(2)]))) == ["kept", "refused"]


def test_a_ticket_is_read_as_it_was_written(world: World) -> None:
    """Under its account and hash."""
    with world.database.write() as sql:
        store.add_ticket(sql, TICKET)
        found = store.ticket(sql, TOKEN)
        other = store.ticket(sql, TicketToken(AccountId(UUID(int=2)), TOKEN.token_hash))

    assert (found, other) == (TICKET, None)


def test_tickets_that_stand_are_counted(world: World) -> None:
    """Those of one account, until their minute is over."""
    with world.database.write() as sql:
        store.add_ticket(sql, TICKET)
        counts = [store.count_tickets(sql, TOKEN.account, at) for at in (NOON, END)]
        others = store.count_tickets(sql, AccountId(UUID(int=2)), NOON)

    assert (counts, others) == ([1, 0], 0)


def test_of_two_who_take_a_ticket_one_is_told_so(world: World) -> None:
    """Whoever comes second finds none."""
    with world.database.write() as sql:
        store.add_ticket(sql, TICKET)

    def take() -> bool:
        with world.database.write() as sql:
            return store.take_ticket(sql, TOKEN)

    assert sorted(map(bool, race([take, take]))) == [False, True]


def test_a_session_has_one_token_at_a_host(world: World) -> None:
    """The later takes the place of the earlier; another host keeps its own."""
    other = Ticket(TOKEN, WIKI.id, TICKET.session, b"n" * 32, "/", END, LATER)
    with world.database.write() as sql:
        store.enter(sql, TICKET, b"1" * 32)
        store.enter(sql, other, b"2" * 32)
        store.enter(sql, TICKET, b"3" * 32)
        rows = sql.exec_driver_sql("SELECT token_hash FROM host_sessions ORDER BY token_hash").scalars().all()

    assert rows == [b"2" * 32, b"3" * 32]


def test_what_is_over_by_time_is_forgotten(world: World) -> None:
    """Tickets after their minute, host sessions with the absolute limit of their session."""
    with world.database.write() as sql:
        store.add_ticket(sql, TICKET)
        store.enter(sql, TICKET, b"1" * 32)
        counts = [store.forget_expired(sql, at) for at in (NOON, END, LATER, LATER)]

    assert counts == [0, 1, 1, 0]
