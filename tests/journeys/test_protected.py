import pytest
from playwright.sync_api import expect

from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from tests.journeys.authenticator import PHONE, Authenticator
from tests.journeys.conftest import NewVisitor
from tests.journeys.household import PASSWORD, Household, Person
from tests.journeys.visitor import Visitor


def prove(operator: Visitor, code: str, password: str = PASSWORD) -> None:
    """Fill in the proof of the form that is open."""
    operator.fill(Your_own_password=password, Code_from_your_app=code)


def marked(house: Household, operator: Visitor, bram: Person) -> None:
    """Mark Bram's account protected, on its page."""
    operator.open(f"/console/users/{bram.account}", "Bram")
    operator.press("Protect…", "Bram")
    operator.fill(Reason="on the board")
    operator.press("Save", "Bram")
    operator.told("The account is protected")
    assert house.world.standing(bram.account).account.protected


def unlocked(house: Household, operator: Visitor, olga: Person) -> str:
    """Unlock Bram from the list of users, the first time with a wrong password; give the code that was used."""
    operator.open("/console/users?locked=1", "Users")
    operator.follow("Unlock Bram", "Bram")
    operator.fill(Reason="called back")
    prove(operator, house.next_code(olga.key), "a guess")
    operator.press("Unlock Bram", "Bram")
    operator.told("Your own password, code or passkey was wrong.")
    expect(operator.page.get_by_label("Reason", exact=True)).to_have_value("called back")
    used = house.code(olga.key)
    prove(operator, used)
    operator.press("Unlock Bram", "Bram")
    operator.told("The account is unlocked.")
    return used


def with_passkey(house: Household, operator: Visitor, olga: Person) -> None:
    """Add a passkey to Olga's account, which is protected from then on: the next one is signed for by the first."""
    phone = Authenticator.plug_into(operator, **PHONE)
    operator.open("/me/passkeys", "Your passkeys")
    operator.press("Add a passkey")
    operator.told("The passkey is yours.")
    house.protect(olga)
    operator.open("/me/passkeys", "Your passkeys")
    operator.press("Use your passkey")
    operator.told("This authenticator holds a passkey of yours already.")
    assert [one["signCount"] for one in phone.held()] == [2]


@pytest.mark.by_name
def test_a_protected_account_is_changed_with_a_proof(house: Household, visitor: NewVisitor) -> None:
    """Marked, unlocked and reset by an operator who proves themselves each time, the mark lifted by passkey (PROT)."""
    olga, bram, operator = house.add("olga", "administrator"), house.add("bram"), visitor()
    operator.sign_in(olga, "Overview")
    with_passkey(house, operator, olga)
    marked(house, operator, bram)
    house.world.run(lock_account, LockAccount(bram.account, "left his desk"))
    used = unlocked(house, operator, olga)

    operator.tab("Two-factor authentication")
    operator.press("Reset secret key", "Bram")
    operator.fill(Reason="Lost or broken phone")
    prove(operator, used)
    operator.press("Save", "Bram")
    operator.told("Your own password, code or passkey was wrong.")
    prove(operator, house.next_code(olga.key))
    operator.press("Save", "Bram")
    operator.told("The secret key is reset")

    operator.tab("General")
    operator.press("Lift protection…", "Bram")
    operator.look()
    operator.press("Use your passkey")
    assert house.world.standing(bram.account).account.protected, "it is sent with a reason only"
    operator.fill(Reason="left the board")
    operator.press("Use your passkey")
    operator.told("The account is no longer protected.")

    operator.open("/me", "Olga")
    operator.tab("Two-factor authentication")
    operator.follow("Regenerate secret key…", "Olga")
    operator.press("Use your passkey")
    operator.told("New secret key")


def test_the_owner_of_a_protected_account_proves_themselves(house: Household, visitor: NewVisitor) -> None:
    """However fresh the session; without JavaScript too, and with another recovery code where the phone is lost."""
    bram = house.add("bram")
    house.protect(bram)
    person = visitor(scripts=False)
    person.sign_in(bram, "Bram")

    person.tab("Two-factor authentication")
    person.follow("Regenerate secret key…", "Bram")
    prove(person, house.next_code(bram.key))
    person.press("Regenerate secret key", "Bram")
    person.told("New secret key")
    person.press("Discard the new key", "Bram")

    lost = visitor()
    lost.give_password(bram, "Enter the code")
    lost.follow("Use a recovery code", "Use a recovery code")
    lost.fill(Recovery_code=bram.recovery_codes[0])
    lost.press("Use this code", "Bram")
    lost.follow("Regenerate secret key…", "Bram")
    lost.fill(Your_own_password=PASSWORD, Another_recovery_code=bram.recovery_codes[1])
    lost.press("Regenerate secret key", "Bram")
    lost.told("New secret key")
