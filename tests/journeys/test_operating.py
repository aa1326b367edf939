import re

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.household import PASSWORD, Household


def test_sixty_locked_accounts_are_unlocked_in_one_act(house: Household, visitor: NewVisitor) -> None:
    """With a question before, progress, and what came of each; locks set by hand are left alone (LOCK-12)."""
    olga, now = house.add("olga", "help-desk"), house.server.now()
    for number in range(60):
        house.world.add(f"person{number:02d}", locked_at=now, lock_reason="Failures")
    house.world.add("carl", locked_at=now, lock_reason="Administrator")
    operator = visitor()
    operator.sign_in(olga, "Overview")

    operator.follow("Locked now 61 locked", "Users")
    operator.follow("Unlock everyone this search finds", "Unlock 60 users")
    operator.fill(Reason="Attack confirmed and blocked")
    operator.press("Unlock 60 users")
    expect(operator.page).to_have_url(re.compile("/console/jobs/"))
    expect(operator.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Unlocked 60 of 6"), timeout=20_000)
    operator.look()
    operator.open("/console/users?locked=1", "Users")
    expect(operator.page.locator("[data-row]")).to_have_count(1)


def test_a_selection_is_unlocked_from_the_list(house: Household, visitor: NewVisitor) -> None:
    """Boxes, the bar that counts them, and a reason; one row has a dialog of its own."""
    olga, now = house.add("olga", "help-desk"), house.server.now()
    for name in ("anna", "bram", "carl"):
        house.world.add(name, locked_at=now, lock_reason="Failures")
    operator = visitor()
    operator.sign_in(olga, "Overview")
    operator.open("/console/users?locked=1", "Users")

    operator.fill(Reason="Attack confirmed and blocked")
    operator.press("Unlock selected")
    operator.told("Select at least one user first.")
    operator.page.get_by_label("Select Anna").check()
    operator.page.get_by_label("Select Bram").check()
    operator.told("2 selected")
    operator.look()
    operator.press("Unlock selected", "Unlocked 2 of 2 users")

    operator.open("/console/users?locked=1", "Users")
    operator.follow("Unlock Carl")
    dialog = operator.page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Unlock Carl?")).to_be_visible()
    operator.look()
    dialog.get_by_label("Reason").fill("Caller identified by phone")
    dialog.get_by_role("button", name="Unlock Carl").click()
    operator.arrive("Carl")
    operator.told("The account is unlocked.")
    operator.press("Undo the unlock", "Carl")
    operator.told("The unlock is taken back: the lock is as it was.")
    expect(operator.page.get_by_role("button", name="Unlock Carl")).to_be_visible()


def test_an_account_is_added_and_its_address_changed(house: Household, visitor: NewVisitor) -> None:
    """The new account is mailed a link; a changed address is told to the old one and to the new (DESK-4)."""
    olga, operator = house.add("olga", "administrator"), visitor()
    operator.sign_in(olga, "Overview")
    operator.follow("Users", "Users")
    operator.follow("Add a user", "Add a user")

    operator.fill(User_name="olga", Full_name="Nina Berg", **{"E-mail": "nina@example.org"})
    operator.press("Add this user", "Add a user")
    operator.told("Another account has this user name.")
    operator.fill(User_name="nina")
    operator.page.get_by_label("Help desk").check()
    operator.press("Add this user", "Nina Berg")
    operator.told("The account is added.")
    assert house.mailed_link("nina@example.org").startswith("/set-password/")

    operator.follow("Edit Nina Berg", "Nina Berg")
    operator.fill(Reason="Married", Full_name="Nina Rossi", **{"E-mail (optional)": "rossi@example.org"})
    operator.press("Save", "Nina Rossi")
    operator.told("The changes are saved.")
    house.server.wait_for_mail("nina@example.org", 2)
    house.server.wait_for_mail("rossi@example.org")


def test_changed_rules_are_in_force(house: Household, visitor: NewVisitor) -> None:
    """From the next attempt and the next password on (LOCK-1, PASS-1)."""
    olga, bram = house.add("olga", "administrator"), house.add("bram")
    operator, person = visitor(), visitor()
    operator.sign_in(olga, "Overview")
    operator.follow("Password rules", "Password rules")

    operator.fill(Number_of_failed_attempts_before_automatic_lock="3", Whom_to_ask="extension 4200", Reason="Audit")
    operator.page.get_by_label("Show the locked page to everybody").check()
    operator.press("Save", "Password rules")
    operator.told("The changes are saved.")
    expect(operator.page.get_by_label("Number of failed attempts before automatic lock")).to_have_value("3")

    person.open("/sign-in", "Sign in")
    for _ in range(2):
        person.fill(User_name="bram", Password="a wrong password")
        person.press("Sign in")
        expect(person.page.get_by_label("Password", exact=True)).to_be_empty()
        person.told("ask extension 4200")
    person.fill(User_name="bram", Password="a wrong password")
    person.press("Sign in", "This account is locked")
    person.give_password(bram, "This account is locked", PASSWORD)
