import pytest

from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.kernel.outcome import Fact
from tests.doors.console.signing_in import at_device_code, give_password
from tests.doors.console.visiting import Browser, Shown, Site
from tests.features.signin.walking import authenticator

COOKIE = "__Host-doorward-device"


def set_rules(site: Site, **changes: Fact) -> None:
    """Set password rules; sessions outlast the waits of these tests."""
    site.world.run(change_password_rules, ChangePasswordRules({"idle_minutes": 600, **changes}))


def sign_in(site: Site, browser: Browser, key: str, name: str = "bram", **ticked: str) -> Shown:
    """Sign in all the way with a code by e-mail and one of the key."""
    site.world.pass_time(minutes=16)
    give_password(browser, name)
    browser.post("/sign-in/device-code", {"code": site.walk.mailed_code()})
    return browser.post("/sign-in/code", {"code": authenticator(key, site.world), **ticked})


@pytest.fixture
def asking(site: Site) -> Site:
    """Ask every sign-in for a code by e-mail, and remember devices for 30 days."""
    set_rules(site, device_code_at_sign_in=True, remember_device_days=30)
    return site


def test_dev_2_the_page_says_what_comes_after_the_mailed_code(asking: Site) -> None:
    """The second factor, because the device is not remembered."""
    asking.walk.with_key("bram")
    asking.world.pass_time(minutes=16)
    browser = asking.browser()
    asked = give_password(browser)
    page = browser.get("/sign-in/device-code").page
    shown = browser.post("/sign-in/device-code", {"code": asking.walk.mailed_code()})

    assert asked.to == "/sign-in/device-code"
    assert "your second factor is asked for after it" in page.text
    assert "set up two-factor" not in page.text
    assert shown.to == "/sign-in/code"


def test_dev_3_a_ticked_box_spares_the_browser_the_mailed_code(asking: Site) -> None:
    """By a cookie of its own, for as long as the device is remembered."""
    key, browser = asking.walk.with_key("bram"), asking.browser()
    done = sign_in(asking, browser, key, remember_device="1")
    browser.post("/sign-out")
    again = give_password(browser)
    page = browser.get("/sign-in/code").page

    assert done.cookies[COOKIE].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000")
    assert again.to == "/sign-in/code"
    assert "Remember this device" not in page.text


def test_dev_3_the_box_is_offered_and_kept_over_a_wrong_code(asking: Site) -> None:
    """For as many days as the rules say."""
    asking.walk.with_key("bram")
    asking.world.pass_time(minutes=16)
    browser = asking.browser()
    give_password(browser)
    browser.post("/sign-in/device-code", {"code": asking.walk.mailed_code()})
    page = browser.get("/sign-in/code").page
    wrong = browser.post("/sign-in/code", {"code": "12345", "remember_device": "1"})

    assert "Remember this device for 30 days" in page.text
    assert page.form("/sign-in/code").fields.get("remember_device") is None
    assert wrong.page.form("/sign-in/code").fields["remember_device"] == "1"


def test_dev_3_no_box_without_days(site: Site) -> None:
    """0 days is the default."""
    set_rules(site, device_code_at_sign_in=True)
    key, browser = site.walk.with_key("bram"), site.browser()
    done = sign_in(site, browser, key, remember_device="1")

    assert COOKIE not in done.cookies


def test_dev_3_two_accounts_are_remembered_in_one_browser(asking: Site) -> None:
    """The cookie holds a token of each, and one account's newer token takes the place of its older one."""
    bram, mia, browser = asking.walk.with_key("bram"), asking.walk.with_key("mia"), asking.browser()
    sign_in(asking, browser, bram, remember_device="1")
    sign_in(asking, browser, mia, "mia", remember_device="1")

    assert give_password(browser).to == "/sign-in/code"
    assert give_password(browser, "mia").to == "/sign-in/code"
    assert len(browser.jar[COOKIE].split(".")) == 2


def test_sess_2_the_own_page_forgets_devices(asking: Site) -> None:
    """One of them, by its button."""
    key, browser = asking.walk.with_key("bram"), asking.browser()
    sign_in(asking, browser, key, remember_device="1")
    page = browser.get("/me").page
    shown = browser.post("/me/devices/revoke", page.form("/me/devices/revoke").fields)
    after = browser.get(shown.to or "").page
    malformed = browser.post("/me/devices/revoke", {"device": "first"})

    assert "No device is remembered" not in page.text
    assert shown.to == "/me?tab=account&done=devices-revoked"
    assert "No device is remembered" in after.text
    assert "/me/devices/revoke" not in {form.action for form in after.forms}
    assert malformed.status == 404
    assert give_password(browser).to == "/sign-in/device-code"


def test_sess_2_an_operator_forgets_devices_on_the_accounts_page(asking: Site) -> None:
    """With a reason, on the tab of sessions."""
    key, browser = asking.walk.with_key("bram"), asking.browser()
    sign_in(asking, browser, key, remember_device="1")
    olga = asking.signed_in(asking.world.add("olga", "administrator", factors=1))
    account = next(one.target_id for one in asking.world.entries() if one.act == "devices.remembered")
    tab = f"/console/users/{account}?tab=sessions"
    fields = olga.get(tab).page.form(f"/console/users/{account}/devices/revoke").fields
    shown = olga.post(f"/console/users/{account}/devices/revoke", fields | {"reason": "stolen"})

    assert shown.to == f"{tab}&done=devices-revoked"
    assert [one.reason for one in asking.world.entries() if one.act == "devices.revoked"] == ["stolen"]
    assert give_password(browser).to == "/sign-in/device-code"


def test_dev_2_a_set_up_may_be_chosen_at_the_mailed_code(site: Site) -> None:
    """Under *app opt-in* by a button of its own; the other one goes in."""
    set_rules(site, device_method="app opt-in", remember_device_days=30)
    browser = at_device_code(site)
    page = browser.get("/sign-in/device-code").page
    chosen = browser.post("/sign-in/device-code", {"code": site.walk.mailed_code(), "set_up": "1"})
    give_password(browser)
    going_in = browser.post("/sign-in/device-code", {"code": site.walk.mailed_code(), "remember_device": "1"})

    assert "Continue and set up an authenticator app" in page.text
    assert "Remember this device for 30 days" in page.text
    assert chosen.to == "/sign-in/set-up"
    assert going_in.to == "/"
    assert COOKIE in going_in.cookies
