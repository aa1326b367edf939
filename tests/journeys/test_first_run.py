import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household


@pytest.mark.real_cost
def test_the_first_administrator_comes_in(house: Household, visitor: NewVisitor) -> None:
    """From the printed link by password, key and recovery codes to the console; the link works once."""
    assert house.server.welcome is not None
    link = house.server.welcome.removeprefix(house.server.url)
    ada = visitor()

    ada.open("/", "Sign in")
    ada.open(link, "Welcome to Doorward")
    ada.fill(User_name="ada", Full_name="Ada Berg", Password="password1234", **{"E-mail": "ada@example.org"})
    ada.press("Continue")
    ada.told("This password is among the ones that are guessed first.")
    ada.look()
    ada.fill(Password="a walk in the wood")
    ada.press("Continue", "Set up two-factor authentication")
    ada.apply(ada.set_up(), "Keep your recovery codes")
    expect(ada.page.locator("#recovery-codes li")).to_have_count(10)
    ada.follow("I have kept them, go on", "Overview")

    ada.open(link, "This link does not work")
    ada.open("/console/users", "Users")
    ada.told("Administrator")
