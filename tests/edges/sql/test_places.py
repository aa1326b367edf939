import threading
from concurrent.futures import ThreadPoolExecutor

from doorward.edges.sql.places import Places
from tests.launcher import eventually

AT_ONCE = 0.0
LONG = 20.0


def test_there_are_so_many_places() -> None:
    """The next one waits in vain, until a place is given back."""
    places = Places(2)

    assert [places.take(AT_ONCE) for _ in range(3)] == [True, True, False]
    places.give_back()
    assert [places.take(AT_ONCE) for _ in range(2)] == [True, False]


def test_a_place_goes_to_whoever_waits_for_it() -> None:
    """Not to the one who gives it back and asks again at once, and whom nothing has to wake up."""
    places = Places(1)
    places.take(AT_ONCE)
    with ThreadPoolExecutor(1) as other:
        waited = other.submit(places.take, LONG)
        eventually(lambda: places.waiting == 1)
        places.give_back()

        assert not places.take(AT_ONCE)
        assert waited.result(LONG)


def test_those_who_wait_are_served_in_turn() -> None:
    """First come, first served."""
    places, served = Places(1), list[int]()
    places.take(AT_ONCE)

    def wait(number: int) -> None:
        places.take(LONG)
        served.append(number)
        places.give_back()

    waiters = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for number, one in enumerate(waiters, 1):
        one.start()
        eventually(lambda number=number: places.waiting == number)  # type: ignore[misc]
    places.give_back()
    for one in waiters:
        one.join(LONG)

    assert served == [0, 1, 2, 3, 4]


def test_whoever_gives_up_leaves_the_line() -> None:
    """Their turn is nobody's, and the place stays free."""
    places = Places(1)
    places.take(AT_ONCE)
    places.take(AT_ONCE)
    places.give_back()

    assert places.waiting == 0
    assert places.take(AT_ONCE)
