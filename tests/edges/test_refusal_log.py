import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from doorward.edges.refusal_log import Joined, RefusalLog
from doorward.kernel.act import Actor
from doorward.kernel.events import Door, Event, Origin, Result
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, TurnableClock

BRAM = AccountId(UUID(int=11))
HERE = Origin(Door.API, "192.0.2.7")
BUSY = Event("signin.password", "refused", code="signin.busy")
MINUTE = timedelta(minutes=1)


def offered(log: RefusalLog, event: Event, origin: Origin, times: int) -> int:
    """Offer a refusal so many times, and count how often it is to be written singly."""
    return sum(log.offer(event, origin) for _ in range(times))


def test_a_thousand_a_minute_have_an_entry_each() -> None:
    """The thousand-and-first of a minute from one address is joined."""
    log = RefusalLog(TurnableClock())

    assert offered(log, BUSY, HERE, 1_003) == 1_000


def test_flood_is_joined_when_its_minute_is_over() -> None:
    """One entry says how many came and since when, and it is given once."""
    clock = TurnableClock()
    log = RefusalLog(clock, single=2)
    offered(log, BUSY, HERE, 7)
    clock.turn(MINUTE)

    assert log.drain(NOON) == []
    assert log.drain(clock.now()) == [Joined(BUSY, HERE, 5, NOON)]
    assert log.drain(clock.now()) == []


def test_refusal_given_without_a_transaction_is_kept_for_the_next_draining() -> None:
    """It is written singly, and beyond the thousandth of its minute joined like any other."""
    log = RefusalLog(TurnableClock(), single=2)
    for _ in range(4):
        log.keep(BUSY, HERE)

    assert [one.count for one in log.drain(NOON)] == [1, 1]
    assert [one.count for one in log.drain(NOON + MINUTE)] == [2]


def test_everything_is_taken_when_the_process_ends() -> None:
    """What was kept and what is joined in the minute that is not over, each once."""
    log = RefusalLog(TurnableClock(), single=2)
    log.keep(BUSY, HERE)
    offered(log, BUSY, HERE, 4)

    assert [one.count for one in log.drain_all()] == [1, 3]
    assert log.drain_all() == []


def test_what_could_not_be_written_is_kept() -> None:
    """It comes with the next draining."""
    log = RefusalLog(TurnableClock(), single=2)
    log.keep(BUSY, HERE)
    drained = log.drain(NOON)
    log.take_back(drained)

    assert drained != []
    assert log.drain(NOON) == drained


def test_new_minute_begins_anew() -> None:
    """What was counted a minute ago is forgotten, and nothing joined is lost by it."""
    clock = TurnableClock()
    log = RefusalLog(clock, single=2)
    offered(log, BUSY, HERE, 3)
    clock.turn(MINUTE)

    assert offered(log, BUSY, HERE, 2) == 2
    assert [one.count for one in log.drain(clock.now())] == [1]


def test_checked_guess_is_never_joined() -> None:
    """A guess that was compared has its own entry, however many there are."""
    log = RefusalLog(TurnableClock(), single=2)

    assert offered(log, Event("signin.password", "checked", Result.WRONG), HERE, 50) == 50


def test_many_addresses_on_one_name_are_joined() -> None:
    """A name is counted across addresses; the joined entry keeps the name and no address."""
    log = RefusalLog(TurnableClock(), single=2)
    event = Event("signin.password", "refused", target=BRAM, target_name="bram")
    singly = [log.offer(event, Origin(Door.API, f"192.0.2.{last}")) for last in range(5)]

    assert singly == [True, True, False, False, False]
    assert log.drain(NOON + MINUTE) == [Joined(event, Origin(Door.API), 3, NOON)]


def test_many_names_from_one_address_are_joined() -> None:
    """An address is counted across names; the joined entry keeps the address and no name."""
    log = RefusalLog(TurnableClock(), single=1)
    for number in range(4):
        log.offer(Event("signin.password", "refused", target=AccountId(UUID(int=number)), target_name="x"), HERE)

    assert log.drain(NOON + MINUTE) == [Joined(Event("signin.password", "refused"), HERE, 3, NOON)]


def test_unknown_name_counts_by_its_hash() -> None:
    """A name that nobody has is told apart by its keyed hash, which is not kept in the joined entry."""
    log = RefusalLog(TurnableClock(), single=1)
    event = Event("signin.password", "refused", details={"name_hash": "ab12"})
    log.offer(event, HERE)
    log.offer(event, Origin(Door.API, "198.51.100.9"))

    (joined,) = log.drain(NOON + MINUTE)
    assert (joined.event.details, joined.count) == ({}, 1)


def test_neighbours_of_an_ipv6_network_count_together() -> None:
    """Whoever owns a /64 has more addresses than anybody counts."""
    log = RefusalLog(TurnableClock(), single=2)
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"]

    assert [log.offer(BUSY, Origin(Door.API, address)) for address in addresses] == [True, True, False, True]


def test_what_is_no_address_is_counted_as_it_is() -> None:
    """A door that knows no address is one source."""
    log = RefusalLog(TurnableClock(), single=1)

    assert offered(log, BUSY, Origin(Door.CLI), 3) == 1


def test_memory_ends_somewhere() -> None:
    """After ten thousand sources in a minute the rest are counted as one."""
    log = RefusalLog(TurnableClock(), single=1)
    singly = [
        log.offer(BUSY, Origin(Door.API, f"2001:db8:{high:x}:{low:x}::1")) for high in range(41) for low in range(250)
    ]

    assert sum(singly) == 10_001


def test_threads_lose_nothing() -> None:
    """What many threads offer at once is written or counted, each once."""
    log, singly = RefusalLog(TurnableClock(datetime(2026, 1, 1, tzinfo=UTC)), single=100), []
    threads = [
        threading.Thread(target=lambda: singly.append(offered(log, BUSY, HERE, 500)), name=f"t{number}")
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (joined,) = log.drain(NOON)
    assert (sum(singly), joined.count) == (100, 1_900)


def test_refused_acts_are_counted_by_who_acts() -> None:
    """A flood of strangers at the same address joins nothing of an operator's, nor does another operator's."""
    log = RefusalLog(TurnableClock(), single=2)
    grace, hugo = (Actor(AccountId(UUID(int=number)), name) for number, name in ((1, "grace"), (2, "hugo")))
    edit = Event("accounts.edited", "refused", code="rights.missing", target=BRAM, target_name="bram", reason="mine")
    offered(log, BUSY, HERE, 9)
    singly = [[log.offer(edit, HERE, one) for _ in range(4)] for one in (grace, hugo)]

    assert singly == [[True, True, False, False]] * 2
    joined = [one for one in log.drain(NOON + MINUTE) if one.event.act == "accounts.edited"]
    assert [(one.actor.name, one.count, one.event.target_name, one.event.reason) for one in joined] == [
        ("grace", 2, "bram", None), ("hugo", 2, "bram", None),
    ]  # fmt: skip
