import pytest
from playwright.sync_api import expect

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason
from tests.journeys.authenticator import KEY, PHONE, Authenticator
from tests.journeys.conftest import NewVisitor
from tests.journeys.household import Household

pytestmark = pytest.mark.by_name


def test_key_17_passkey_from_beginning_to_end(house: Household, visitor: NewVisitor) -> None:
    """Added on one's own page; then the second factor, and the whole sign-in, even during a lock (LOCK-15)."""
    bram, person = house.add("bram"), visitor()
    phone = Authenticator.plug_into(person, **PHONE)
    person.sign_in(bram, "Bram")
    person.follow("Add a passkey", "Your passkeys")
    person.fill(Name="Phone")
    person.press("Add a passkey")
    person.told("The passkey is yours.")
    person.look()
    expect(person.page.get_by_label("Name of Phone")).to_have_value("Phone")
    assert [one["isResidentCredential"] for one in phone.held()] == [True]

    phone.agree(to=False)
    person.press("Sign out", "Sign in")
    person.fill(User_name="bram", Password="a walk in the wood")
    person.press("Sign in", "Enter the code")
    phone.agree(to=True)
    person.press("Use your passkey or security key", "Bram")
    person.told("Password and passkey")

    phone.agree(to=False)
    person.press("Sign out", "Sign in")
    with house.world.writing() as call:
        accounts.set_lock(call, bram.account, Lock(call.now, LockReason.FAILURES))
    phone.agree(to=True)
    person.press("Sign in with a passkey", "Bram")
    person.told("Passkey")
    person.open("/me?tab=history", "Bram")
    person.told("Signed in with a passkey")


def test_security_key_beside_the_password(house: Household, visitor: NewVisitor) -> None:
    """It verifies nobody, so it is a second factor; a stale session proves itself with it, and removes it."""
    bram, person = house.add("bram"), visitor()
    Authenticator.plug_into(person, **KEY)
    person.sign_in(bram, "Bram")
    person.follow("Add a passkey", "Your passkeys")
    person.press("Add a passkey")
    person.told("The passkey is yours.")
    person.told("beside the password")

    house.server.turn(minutes=6)
    person.open("/me/passkeys", "Your passkeys")
    person.press("Prove it with a passkey")
    expect(person.page.get_by_role("heading", name="First prove that it is you")).to_have_count(0)
    person.page.get_by_role("link", name="Remove").click()
    person.told("Remove the passkey")
    person.look()
    person.press("Remove passkey")
    person.told("The passkey is removed")
    person.told("No passkey yet.")


def test_page_without_scripts_says_what_a_passkey_needs(house: Household, visitor: NewVisitor) -> None:
    """Everything else works: proving oneself by a code, and signing in."""
    bram, person = house.add("bram"), visitor(scripts=False)
    person.sign_in(bram, "Bram")
    person.follow("Add a passkey", "Your passkeys")

    person.told("Adding a passkey needs JavaScript.")
    expect(person.page.get_by_role("button", name="Add a passkey")).to_be_hidden()
