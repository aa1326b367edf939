"""Signing in at the pages, step by step."""

from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.model import AccountAdded, AddAccount
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.signin.walking import PASSWORD, authenticator

WRONG = "a wrong password"


def give_password(browser: Browser, name: str = "bram", password: str = PASSWORD, return_to: str = "") -> Shown:
    """Send the first form."""
    return browser.post("/sign-in", {"user_name": name, "password": password, "return_to": return_to})


def give_code(site: Site, browser: Browser, key: str, *, steps: int = 0) -> Shown:
    """Send the code that the app shows, of so many steps later."""
    return browser.post("/sign-in/code", {"code": authenticator(key, site.world, steps=steps)})


def at_code(site: Site, name: str = "bram") -> tuple[Browser, str]:
    """Make somebody with a key, and bring a browser of theirs to where the code is asked for."""
    key, browser = site.walk.with_key(name), site.browser()
    give_password(browser, name)
    return browser, key


def knows(site: Site, name: str = "bram") -> tuple[Browser, str]:
    """Make somebody with a key, and a browser in which they have signed in and out again."""
    browser, key = at_code(site, name)
    give_code(site, browser, key)
    browser.post("/sign-out")
    site.world.pass_time(seconds=60)
    return browser, key


def at_device_code(site: Site, name: str = "bram") -> Browser:
    """Make somebody who may set up a key, and bring a browser of theirs to where the mailed code is asked for."""
    added = site.world.run(
        add_account, AddAccount(name, name.title(), f"{name}@example.org", password_hash=f"new${PASSWORD}")
    )
    assert isinstance(added, AccountAdded)
    browser = site.browser()
    give_password(browser, name)
    return browser


def at_set_up(site: Site, name: str = "bram") -> Browser:
    """Bring a browser to the set-up page."""
    browser = at_device_code(site, name)
    browser.post("/sign-in/device-code", {"code": site.walk.mailed_code()})
    return browser


def key_on(shown: Shown) -> str:
    """Read the key from a set-up page."""
    return shown.page.ids["key-text"].replace(" ", "")


def codes_on(shown: Shown) -> list[str]:
    """Read the recovery codes from the page that shows them."""
    return shown.page.items["recovery-codes"]
