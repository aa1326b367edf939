"""T12 in a browser: nobody ends up in a session that somebody else prepared (the storms do so on the wire)."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household, Person
from tests.journeys.visitor import Visitor
from tests.storms.size import size

ROUNDS = size(2, 50)
SESSION, SIGN_IN, BROWSER = "__Host-doorward", "__Host-doorward-sign-in", "__Host-doorward-browser"
MADE_UP = "A" * 64
Way = Callable[[Household, Visitor, Person], None]


def cookies(window: Visitor) -> dict[str, str]:
    """Give the cookies that a window holds."""
    return {one["name"]: one["value"] for one in window.context.cookies() if "name" in one and "value" in one}


def plant(window: Visitor, house: Household, **named: str) -> None:
    """Put cookies into a window, as whoever can write its jar does."""
    url = house.server.url.replace("http:", "https:")
    for name, value in named.items():
        window.context.add_cookies([{"name": name, "value": value, "url": url, "secure": True}])


def status(window: Visitor, path: str) -> int:
    """Ask for an address with the window's cookies, and follow nothing."""
    return window.page.request.get(window.house.server.url + path, max_redirects=0).status


def test_a_planted_sign_in_leaves_the_attacker_outside(house: Household, visitor: NewVisitor) -> None:
    """Mallory begins a sign-in and plants all of its cookies in Bram's window; only Bram is let in."""
    bram, mallory = house.add("bram"), house.add("mallory")
    inside: list[tuple[int, str]] = []
    for number in range(ROUNDS):
        theirs, his = visitor(), visitor()
        theirs.give_password(bram if number % 2 else mallory, "Enter the code")
        planted = cookies(theirs)
        plant(his, house, **planted)
        assert cookies(his) == planted
        his.sign_in(bram, "Bram")
        theirs.page.goto(f"{house.server.url}/me")
        inside += [(number, path) for path in ("/me", "/console") if status(theirs, path) == 200]
        assert status(his, "/me") == 200
        assert SESSION not in cookies(theirs)
        assert not {cookies(his)[SESSION]} & set(planted.values())

    assert inside == []


@pytest.mark.parametrize("name", [SESSION, SIGN_IN])
def test_what_somebody_made_up_is_never_taken_over(house: Household, visitor: NewVisitor, name: str) -> None:
    """The window comes to hold what the server has made, and nothing of what it came with."""
    bram, window = house.add("bram"), visitor()
    plant(window, house, **{name: MADE_UP})
    assert cookies(window) == {name: MADE_UP}
    window.sign_in(bram, "Bram")

    assert MADE_UP not in cookies(window).values()
    assert status(window, "/me") == 200


def test_the_address_of_a_step_opens_nothing_in_another_window(house: Household, visitor: NewVisitor) -> None:
    """Whoever is sent the address, with the right code too, begins at the beginning."""
    bram, own, other = house.add("bram"), visitor(), visitor()
    own.give_password(bram, "Enter the code")
    other.page.goto(own.page.url)
    other.arrive("Sign in")
    code = house.next_code(bram.key)
    given = other.page.request.post(
        own.page.url, form={"code": code}, headers={"origin": house.server.url}, max_redirects=0
    )

    assert given.headers["location"].partition("?")[0] == "/sign-in"
    assert SESSION not in cookies(other)
    own.fill(Code=code)
    own.press("Sign in", "Bram")


def by_code(house: Household, window: Visitor, person: Person) -> None:
    """From a pending sign-in to a session."""
    window.fill(Code=house.next_code(person.key))
    window.press("Sign in", "Ann")


def by_recovery_code(house: Household, window: Visitor, person: Person) -> None:
    """From a pending sign-in to a session of the own page."""
    del house
    window.page.goto(f"{window.house.server.url}/sign-in/recovery-code")
    window.fill(Recovery_code=person.recovery_codes[0])
    window.page.locator("main form button[type=submit]").first.click()
    window.page.wait_for_url("**/me*")


def by_new_password(house: Household, window: Visitor, person: Person) -> None:
    """From a pending sign-in over a new password to a session."""
    window.fill(Code=house.next_code(person.key))
    window.press("Sign in", "Choose a new password")
    window.fill(New_password="eleven green bicycles")
    window.page.locator("main form button[type=submit]").first.click()
    window.page.wait_for_url("**/me*")


def by_sign_out(house: Household, window: Visitor, person: Person) -> None:
    """From a session to none, and to another."""
    by_code(house, window, person)
    window.press("Sign out", "Sign in")
    window.sign_in(person, "Ann")


@pytest.mark.parametrize("way", [by_code, by_recovery_code, by_new_password, by_sign_out])
def test_what_names_somebody_changes_with_every_step(house: Household, visitor: NewVisitor, way: Way) -> None:
    """What stood before opens nothing after, in no place and at no door (401)."""
    ann, window, old = house.add("ann"), visitor(), visitor()
    if way is by_new_password:
        house.ask_for_new_password(ann)
    window.give_password(ann, "Enter the code")
    before = cookies(window)[SIGN_IN]
    way(house, window, ann)
    after = cookies(window)[SESSION]
    plant(old, house, **{SESSION: before, SIGN_IN: before})
    api = old.page.request.get(f"{house.server.url}/api/v1/session", headers={"authorization": f"Bearer {before}"})

    assert before != after
    assert SIGN_IN not in cookies(window)
    assert (status(window, "/me"), status(old, "/me"), status(old, "/sign-in/code"), api.status) == (200, 303, 401, 401)
