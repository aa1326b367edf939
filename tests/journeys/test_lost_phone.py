import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household, Person
from tests.journeys.visitor import Visitor

ADDRESS = "bram@example.org"


def stage_and_save(operator: Visitor, bram: Person) -> None:
    """Stage a reset, see that it has an address and that leaving drops it, and save it (KEY-6)."""
    operator.open(f"/console/users/{bram.account}", "Bram")
    operator.tab("Two-factor authentication")
    operator.press("Reset secret key", "Bram")
    expect(operator.page).to_have_url(re.compile(r"\?tab=two-factor&stage=reset-key$"))
    operator.page.reload()
    operator.arrive("Bram")
    expect(operator.page.get_by_role("heading", name="Reset the secret key of Bram")).to_be_visible()
    address = operator.page.url
    operator.tab("General")
    expect(operator.page.locator("#staged")).to_have_count(0)
    assert operator.house.world.standing(bram.account).state.factors == 1
    operator.page.goto(address)
    operator.fill(Reason="Lost phone, identified in person")
    operator.press("Save", "Bram")
    operator.told("The secret key is reset: the next sign-in that asks for one sets up a new one.")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_lost_phone_is_replaced(house: Household, visitor: NewVisitor, scripts: bool) -> None:
    """Reset by an operator: the old session is dead, a mailed code comes before the new key (KEY-3, KEY-6, KEY-10)."""
    bram, olga = house.add("bram"), house.add("olga", "administrator")
    person, operator = visitor(scripts=scripts), visitor(scripts=scripts)
    person.sign_in(bram, "Bram")
    operator.sign_in(olga, "Overview")

    stage_and_save(operator, bram)
    person.page.reload()
    person.arrive("Sign in")
    person.told("Your session has ended.")

    person.give_password(bram, "Check your e-mail")
    person.fill(Code=house.mailed_code(ADDRESS))
    person.press("Continue", "Set up two-factor authentication")
    key = person.set_up()
    person.apply(key, "Keep your recovery codes")
    person.follow("I have kept them, go on", "Bram")
    person.press("Sign out", "Sign in")
    person.sign_in(Person(bram.account, "bram", key), "Bram")
    assert key.replace(" ", "") != bram.key


def test_a_recovery_code_is_the_way_to_a_new_key(house: Household, visitor: NewVisitor) -> None:
    """It opens one's own page and nothing else; after Save one signs in with the new key (KEY-1)."""
    bram = house.add("bram", "administrator")
    person = visitor()

    person.give_password(bram, "Enter the code")
    person.follow("Use a recovery code", "Use a recovery code")
    person.fill(Recovery_code="AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    person.press("Use this code")
    person.told("This is not one of your recovery codes")
    person.look()
    person.fill(Recovery_code=bram.recovery_codes[0])
    person.press("Use this code", "Bram")
    person.told("You signed in with a recovery code")
    person.open("/console/users", "Bram")

    person.press("Regenerate secret key", "Bram")
    key = person.set_up()
    person.apply(key, "Bram")
    person.told("The code was right. Save to make the new key yours.")
    person.look()
    person.press("Save", "Your new key is saved")
    expect(person.page.locator("#recovery-codes li")).to_have_count(10)
    person.follow("I have kept them, sign in with the new key", "Sign in")
    person.sign_in(Person(bram.account, "bram", key), "Overview")


def test_a_deleted_key_blocks_until_somebody_allows(house: Household, visitor: NewVisitor) -> None:
    """Every way in is closed; the allowlist opens the way to a new key (KEY-4, KEY-5)."""
    bram, olga = house.add("bram"), house.add("olga", "administrator")
    person, operator = visitor(), visitor()
    operator.sign_in(olga, "Overview")
    operator.open(f"/console/users/{bram.account}?tab=two-factor", "Bram")

    operator.press("Delete secret key", "Bram")
    operator.fill(Reason="Token stolen")
    operator.press("Save", "Bram")
    operator.told("The secret key is deleted")
    person.give_password(bram, "Set-up is not available to you")

    operator.press("Add to allowlist", "Bram")
    operator.fill(Reason="Has a new token")
    operator.press("Save", "Bram")
    operator.told("The account is on the allowlist.")
    person.give_password(bram, "Check your e-mail")
    person.fill(Code=house.mailed_code(ADDRESS))
    person.press("Continue", "Set up two-factor authentication")
