from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household
from tests.journeys.visitor import Visitor


def guess(person: Visitor, times: int) -> None:
    """Type a wrong password so many times."""
    for _ in range(times):
        person.fill(User_name="bram", Password="a wrong password")
        person.press("Sign in")
        expect(person.page.get_by_label("Password", exact=True)).to_be_empty()
        person.told("You could not be signed in.")


def lock_out(person: Visitor) -> None:
    """Type a wrong password until the account locks, in a browser that knows it."""
    guess(person, 9)
    person.look()
    person.fill(User_name="bram", Password="a wrong password")
    person.press("Sign in", "This account is locked")
    person.told("Locked since")
    person.follow("Back to sign-in", "Sign in")


def test_an_operator_lets_somebody_in_again_by_the_keyboard_alone(house: Household, visitor: NewVisitor) -> None:
    """Wrong passwords until the lock, search, unlock with a reason, and in (LOCK-2, LOCK-6, LOCK-7, LOCK-11)."""
    bram, olga = house.add("bram"), house.add("olga", "help-desk")
    for name in ("brand", "bramwell"):
        house.add(name, key=False)
    person, operator = visitor(), visitor()
    person.sign_in(bram, "Bram")
    person.press("Sign out", "Sign in")
    lock_out(person)
    house.server.wait_for_mail("bram@example.org")

    operator.sign_in(olga, "Overview")
    keys = operator.page.keyboard
    operator.follow("Users", "Users")
    keys.press("/")
    keys.type("bra")
    for key in ("Tab", "Tab", "Space"):
        keys.press(key)
    expect(operator.page.locator("[data-row]")).to_have_count(1)
    operator.look()
    keys.press("j")
    keys.press("Enter")
    operator.arrive("Bram")
    operator.told("10 wrong passwords in a row")
    keys.press("u")
    keys.type("Caller identified by phone")
    keys.press("Enter")
    operator.told("The account is unlocked.")
    operator.look()
    operator.told("Unlocked by")
    expect(operator.page.get_by_role("definition").filter(has_text="olga")).to_be_visible()

    house.server.wait_for_mail("bram@example.org", 2)
    person.sign_in(bram, "Bram")


def test_an_operator_lets_somebody_in_again_without_scripts(house: Household, visitor: NewVisitor) -> None:
    """The same with plain pages: every filter and every act is a form or a link."""
    bram, olga = house.add("bram"), house.add("olga", "help-desk")
    house.add("brand", key=False)
    person, operator = visitor(scripts=False), visitor(scripts=False)
    person.sign_in(bram, "Bram")
    person.press("Sign out", "Sign in")
    lock_out(person)

    operator.sign_in(olga, "Overview")
    operator.follow("Users", "Users")
    operator.fill(Search="bra")
    operator.page.get_by_label("Only include locked users").check()
    operator.press("Search", "Users")
    expect(operator.page.locator("[data-row]")).to_have_count(1)
    operator.follow("Unlock Bram", "Bram")
    operator.fill(Reason="Caller identified by phone")
    operator.press("Unlock Bram", "Bram")
    operator.told("The account is unlocked.")
    expect(operator.page.get_by_role("definition").filter(has_text="olga")).to_be_visible()

    person.sign_in(bram, "Bram")
