from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household
from tests.journeys.visitor import Visitor


def begin(person: Visitor, code: str) -> str:
    """Begin a new key with a code of the present one, and give the key that is shown."""
    person.fill(Code_from_the_app=code)
    person.press("Regenerate secret key", "Bram")
    return person.set_up()


def test_somebody_moves_to_another_phone_by_themselves(house: Household, visitor: NewVisitor) -> None:
    """A fresh code first; wrong codes and Discard change nothing; Save ends the old key and other sessions (KEY-2)."""
    bram = house.add("bram")
    person, elsewhere = visitor(), visitor()
    elsewhere.sign_in(bram, "Bram")
    person.sign_in(bram, "Bram")
    house.server.turn(minutes=6)

    person.press("Regenerate secret key", "Bram")
    person.look()
    person.fill(Code_from_the_app="000000")
    person.press("Regenerate secret key", "Bram")
    person.told("This code is wrong.")
    discarded = begin(person, house.next_code(bram.key))
    person.press("Discard the new key", "Bram")
    expect(person.page.get_by_role("heading", name="New secret key")).to_have_count(0)

    person.press("Regenerate secret key", "Bram")
    key = person.set_up()
    person.apply(key, "Bram")
    elsewhere.open("/me", "Bram")
    person.press("Save", "Your new key is saved")
    person.follow("I have kept them, go on", "Bram")
    elsewhere.open("/me", "Sign in")
    assert len({bram.key, discarded, key}) == 3

    elsewhere.give_password(bram, "Enter the code")
    elsewhere.fill(Code=house.next_code(bram.key))
    elsewhere.press("Sign in")
    elsewhere.told("This code is wrong.")
    elsewhere.fill(Code=house.code(key))
    elsewhere.press("Sign in", "Bram")
