"""How tests come to one's own page: by a key, by a recovery code, and with a new key begun."""

from tests.doors.console.signing_in import at_code, at_set_up, codes_on, give_code, give_password, key_on
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.signin.walking import authenticator


def signed_in(site: Site) -> tuple[Browser, str]:
    """Sign somebody in by their key, just now."""
    browser, key = at_code(site)
    give_code(site, browser, key)
    site.world.pass_time(seconds=60)
    return browser, key


def by_recovery_code(site: Site) -> Browser:
    """Sign somebody in by a recovery code."""
    browser = at_set_up(site)
    key = key_on(browser.get("/sign-in/set-up"))
    codes = codes_on(browser.post("/sign-in/set-up", {"code": authenticator(key, site.world)}))
    site.world.pass_time(seconds=60)
    lost = site.browser()
    give_password(lost)
    lost.post("/sign-in/recovery-code", {"code": codes[0]})
    return lost


def begin(browser: Browser, code: str = "") -> Shown:
    """Begin a new key, and look where that leads."""
    shown = browser.post("/me/secret-key", {"code": code} if code else {})
    return browser.get(shown.to) if shown.to else shown
