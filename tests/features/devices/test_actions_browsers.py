import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.features.devices import actions, store
from doorward.features.devices.model import Met
from doorward.kernel.ids import AccountId
from tests.worlds import API, NOON, World

PLACES = [replace(API, address=f"198.51.100.{number}") for number in range(1, 8)]


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice."""
    return world.add("alice")


def browser(number: int) -> bytes:
    """Give what the server keeps of a browser's cookie."""
    return bytes([number]) * 32


def met(world: World, account: AccountId, number: int, place: int = 0, *, tell: bool = True) -> Met:
    """Complete a sign-in in a browser at a place."""
    with world.writing(PLACES[place]) as call:
        return actions.know_browser(call, account, browser(number), tell=tell)


def test_a_browser_is_new_once(world: World, alice: AccountId) -> None:
    """To each account by itself."""
    bob = world.add("bob")
    told = [met(world, alice, 1), met(world, alice, 1), met(world, bob, 1), met(world, bob, 1)]

    assert told == [Met.FIRST_TOLD, Met.BEFORE, Met.FIRST_TOLD, Met.BEFORE]


def test_a_browser_that_nobody_need_hear_of_is_known_from_then_on(world: World, alice: AccountId) -> None:
    """And takes no other's place: the next one from there is told of."""
    told = [met(world, alice, 1, tell=False), met(world, alice, 1), met(world, alice, 2)]

    assert told == [Met.FIRST, Met.BEFORE, Met.FIRST_TOLD]


def test_desk_3_a_browser_that_keeps_no_cookie_is_told_of_once_a_day(world: World, alice: AccountId) -> None:
    """From its place; one that comes from another, or calls itself otherwise, is told of meanwhile."""
    first = [met(world, alice, number) for number in (1, 2, 3)]
    elsewhere = met(world, alice, 4, place=1)
    world.pass_time(hours=24)
    the_next_day = [met(world, alice, number) for number in (5, 6)]

    assert first == [Met.FIRST_TOLD, Met.FIRST, Met.FIRST]
    assert elsewhere is Met.FIRST_TOLD
    assert the_next_day == [Met.FIRST_TOLD, Met.FIRST]


def test_desk_3_the_browsers_name_is_part_of_the_place(world: World, alice: AccountId) -> None:
    """A stranger behind the same address is told of, unless they have the very same browser."""
    met(world, alice, 1)
    with world.writing(replace(PLACES[0], user_agent="another/2")) as call:
        told = actions.know_browser(call, alice, browser(2), tell=True)

    assert told is Met.FIRST_TOLD


def test_desk_3_five_in_24_hours_are_told_of(world: World, alice: AccountId) -> None:
    """Of that account; the first of them makes room after a day."""
    bob = world.add("bob")
    told = []
    for number in range(6):
        told.append(met(world, alice, number + 1, place=number))
        world.pass_time(minutes=1)
    of_bob = met(world, bob, 6, place=5)
    world.pass_time(hours=23, minutes=54)
    told.append(met(world, alice, 7, place=6))

    assert told == [*[Met.FIRST_TOLD] * 5, Met.FIRST, Met.FIRST_TOLD]
    assert of_bob is Met.FIRST_TOLD


def test_of_two_new_browsers_at_once_from_one_place_one_is_told_of(world: World, alice: AccountId) -> None:
    """Whichever commits first."""
    told: list[Met] = []
    start, databases = threading.Barrier(2), [world.database, world.another_process()]

    def sign_in(number: int) -> None:
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(PLACES[0]) as call:
            told.append(actions.know_browser(call, alice, browser(number), tell=True))

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    assert sorted(told) == [Met.FIRST, Met.FIRST_TOLD]


def test_where_it_came_from_is_not_read_from_a_copy(world: World, alice: AccountId) -> None:
    """The place is kept as a keyed hash, of that account alone."""
    bob = world.add("bob")
    met(world, alice, 1)
    met(world, bob, 1)
    with world.database.read() as sql:
        rows = [bytes(row.told_place) for row in sql.exec_driver_sql("SELECT told_place FROM browsers")]

    assert len(set(rows)) == 2
    assert all(PLACES[0].address.encode() not in row for row in rows)
    assert {len(row) for row in rows} == {32}


def test_the_last_sign_in_is_noted_to_the_day(world: World, alice: AccountId) -> None:
    """So that who signs in often costs no write, and who goes on signing in stays known."""
    seen = []
    for hours in (0, 23, 1, 399 * 24):
        world.pass_time(hours=hours)
        met(world, alice, 1)
        with world.database.read() as sql:
            seen.append(store.browser_seen_at(sql, alice, browser(1)))

    assert seen == [NOON, NOON, NOON + timedelta(days=1), NOON + timedelta(days=400)]


def test_desk_3_of_two_programs_at_once_from_one_place_one_is_new(world: World, alice: AccountId) -> None:
    """Whichever commits first; the other is known."""
    told: list[Met] = []
    start, databases = threading.Barrier(2), [world.database, world.another_process()]

    def sign_in(number: int) -> None:
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(PLACES[0]) as call:
            told.append(actions.know_program(call, alice, tell=True))

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    databases[1].close()

    assert sorted(told) == [Met.BEFORE, Met.FIRST_TOLD]
