from playwright.sync_api import expect

from doorward.features.otp.rules.codes import hotp
from tests.features.second_factor.handing import assign
from tests.features.tokens.stock import COUNTING, SEED, stock
from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household, Person
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

    person.tab("Two-factor authentication")
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
    put_own_token_in_step(house, elsewhere, bram)


def put_own_token_in_step(house: Household, window: Visitor, bram: Person) -> None:
    """Be handed a hardware token that was pressed too often, and put it in step on a page of one's own (KEY-14)."""
    stock(house.world, COUNTING)
    assign(house.world, bram.account, COUNTING.serial)
    window.give_password(bram, "Enter the code")
    window.fill(Code=hotp(SEED, 0))
    window.press("Sign in", "Bram")
    window.tab("Two-factor authentication")
    window.follow("Resynchronise", "Resynchronise your hardware token")
    window.fill(First_code=hotp(SEED, 80), The_code_after_it=hotp(SEED, 90))
    window.press("Resynchronise", "Resynchronise your hardware token")
    window.told("These are not two codes in a row of this token.")
    window.fill(First_code=hotp(SEED, 80), The_code_after_it=hotp(SEED, 81))
    window.press("Resynchronise", "Bram")
    window.told("The hardware token is in step again")

    window.press("Sign out", "Sign in")
    window.give_password(bram, "Enter the code")
    window.fill(Code=hotp(SEED, 81))
    window.press("Sign in")
    window.told("This code")
    window.fill(Code=hotp(SEED, 82))
    window.press("Sign in", "Bram")
