from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household


def test_a_forgotten_password_and_a_change_that_was_not_me(house: Household, visitor: NewVisitor) -> None:
    """Without JavaScript: ask, mail, new password, code, in; then the notice's button locks it all (PASS-5, DESK-3)."""
    bram = house.add("bram")
    person = visitor(scripts=False)
    person.open("/sign-in", "Sign in")
    person.follow("Forgotten password?", "Forgotten password")
    person.fill(User_name="bram")
    person.press("Send the link", "Look at your mail")
    link = house.mailed_link("bram@example.org", "forgotten-password")
    person.open(link, "Set your password")
    person.fill(New_password="another walk in the wood")
    person.press("Set password", "Your password is set")
    person.give_password(bram, "Enter the code", "another walk in the wood")
    person.fill(Code=house.next_code(bram.key))
    person.press("Sign in", "Bram")
    stranger = visitor(scripts=False)
    stranger.open(link, "This link does not work")

    owner = visitor(scripts=False)
    owner.open(house.mailed_link("bram@example.org", "not-me"), "This was not me")
    owner.press("Lock bram", "Your account is locked")
    person.open("/me", "Sign in")
    person.told("Your session has ended")
