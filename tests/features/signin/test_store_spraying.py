import threading
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.lockout.model import NamesTried
from doorward.features.lockout.rules import in_flight
from doorward.features.signin import store
from doorward.features.signin.actions.purging import purge
from doorward.features.signin.store import Spot
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ADDRESS, OTHER = "192.0.2.7", "192.0.2.8"
NAMES = [AccountId(UUID(int=number)) for number in range(10)]
HOUR_AGO = NOON - timedelta(hours=1)


def enter(world: World, name: AccountId, source: str = ADDRESS, most: int = 3) -> int | None:
    """Enter a name at noon."""
    with world.writing() as call:
        return store.enter(call.sql, Spot(source, name), NOON, HOUR_AGO, most)


def names(world: World, source: str = ADDRESS) -> NamesTried:
    """List a source's names."""
    with world.reading() as call:
        return store.names_of(call.sql, source, in_flight(call.now))


def test_names_are_entered_until_there_is_no_room(world: World) -> None:
    """Each once, up to the most, for their own source."""
    entered = [enter(world, name) for name in (NAMES[0], NAMES[0], NAMES[1], NAMES[2], NAMES[3])]

    assert entered == [0, None, 0, 0, None]
    assert enter(world, NAMES[3], OTHER) == 0
    assert names(world) == NamesTried({}, frozenset(NAMES[:3]))


def test_failed_names_are_told_from_those_in_flight(world: World) -> None:
    """A right password's name leaves; another's stays; one that nobody entered is written too."""
    for name in NAMES[:3]:
        enter(world, name)
    with world.writing() as call:
        store.note_failed(call.sql, Spot(ADDRESS, NAMES[0]), NOON)
        store.take_out(call.sql, Spot(ADDRESS, NAMES[1]))
        store.note_failed(call.sql, Spot(ADDRESS, NAMES[5]), NOON)

    assert names(world) == NamesTried({NAMES[0]: NOON, NAMES[5]: NOON}, frozenset([NAMES[2]]))
    assert enter(world, NAMES[6], most=9) == 2


@pytest.mark.parametrize("seconds", [31, -31])
def test_name_whose_process_died_has_failed(world: World, seconds: int) -> None:
    """Entered, and after half a minute still there; or entered before the clock was set back (T27)."""
    enter(world, NAMES[0])
    with world.reading() as call:
        tried = store.names_of(call.sql, ADDRESS, in_flight(NOON + timedelta(seconds=seconds)))

    assert tried == NamesTried({NAMES[0]: NOON}, frozenset())


def test_withdrawn_name_is_only_one_in_flight(world: World) -> None:
    """What has failed before stays."""
    enter(world, NAMES[0])
    enter(world, NAMES[1])
    with world.writing() as call:
        store.note_failed(call.sql, Spot(ADDRESS, NAMES[0]), NOON)
        for name in NAMES[:2]:
            store.withdraw(call.sql, Spot(ADDRESS, name))

    assert names(world) == NamesTried({NAMES[0]: NOON}, frozenset())


def test_names_are_forgotten_after_their_hour(world: World) -> None:
    """They leave room at once, and the rows go with the next try from there, or with the worker's round."""
    for name in NAMES[:3]:
        enter(world, name)
        enter(world, name, OTHER)
    world.pass_time(hours=1)
    with world.writing() as call:
        room = store.enter(call.sql, Spot(ADDRESS, NAMES[4]), call.now, NOON, 3)
        store.forget_names_of(call.sql, ADDRESS, NOON)
        purged = purge(call)

    assert (room, purged) == (0, 3)
    assert len(names(world).in_flight) == 1


def test_racing_writers_share_the_places(world: World) -> None:
    """Of ten names that two processes enter at once, as many as there is room for are entered."""
    entered: list[AccountId] = []

    def try_names(those: list[AccountId]) -> None:
        database = world.another_process()
        for name in those:
            with database.write() as sql:
                if store.enter(sql, Spot(ADDRESS, name), NOON, HOUR_AGO, 3) is not None:
                    entered.append(name)
        database.close()

    threads = [threading.Thread(target=try_names, args=(part,)) for part in (NAMES[:5], NAMES[5:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(entered) == 3
    assert names(world).in_flight == frozenset(entered)
