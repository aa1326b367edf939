import segno
from playwright.sync_api import expect

from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.model import AccountAdded, AddAccount
from tests.journeys.conftest import NewVisitor
from tests.journeys.household import PASSWORD, Household, Person
from tests.journeys.visitor import Visitor

ADDRESS = "nina@example.org"


def set_up_page(nina: Visitor) -> str:
    """See the set-up page as it should be, and give its key (KEY-1)."""
    key = nina.set_up()
    drawn = nina.page.locator(".qr svg path[stroke]").get_attribute("d")
    bare = key.replace(" ", "")
    uri = f"otpauth://totp/Doorward:nina?secret={bare}&issuer=Doorward&algorithm=SHA1&digits=6&period=30"
    assert drawn is not None
    assert f'd="{drawn}"' in segno.make(uri, error="m", micro=False).svg_inline(border=2, dark="#000", light="#fff")
    assert bare not in nina.page.url
    return key


def test_somebody_who_was_invited_comes_in(house: Household, visitor: NewVisitor) -> None:
    """Mail, password, mailed code, key, own page: the ordinary first day (KEY-1, DEV-2)."""
    added = house.world.run(add_account, AddAccount("nina", "Nina Berg", ADDRESS))
    assert isinstance(added, AccountAdded)
    nina = visitor()

    nina.open(house.mailed_link(ADDRESS), "Set your password")
    nina.fill(New_password=PASSWORD)
    nina.press("Set password", "Your password is set")
    nina.follow("Go to sign-in", "Sign in")
    nina.fill(User_name=" NINA ", Password=PASSWORD)
    nina.press("Sign in", "Check your e-mail")
    nina.fill(Code="000000")
    nina.press("Continue")
    nina.told("This code is wrong, or it was used or replaced already.")
    nina.look()
    nina.fill(Code=house.mailed_code(ADDRESS))
    nina.press("Continue", "Set up two-factor authentication")

    key = set_up_page(nina)
    nina.fill(Code_from_the_app="000000")
    nina.press("Check and apply")
    nina.told("This code is wrong.")
    nina.look()
    assert nina.set_up() == key
    nina.apply(key, "Keep your recovery codes")
    expect(nina.page.locator("#recovery-codes li")).to_have_count(10)
    nina.follow("I have kept them, go on", "Nina Berg")
    nina.told("You sign in with your password and a code of your secret key.")
    nina.told("10 of 10 left")
    nina.press("Sign out", "Sign in")

    nina.sign_in(Person(added.account, "nina", key), "Nina Berg")
