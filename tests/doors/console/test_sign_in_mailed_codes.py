from tests.doors.console.signing_in import at_device_code, give_password
from tests.doors.console.visiting import Site


def test_a_mailed_code_leads_to_the_set_up(site: Site) -> None:
    """The page says where the code went, without telling the whole address."""
    browser = at_device_code(site)
    page = browser.get("/sign-in/device-code").page

    shown = browser.post("/sign-in/device-code", {"code": site.walk.mailed_code()})

    assert "@example.org" in page.text
    assert (shown.status, shown.to) == (303, "/sign-in/set-up")


def test_the_page_says_how_long_the_code_itself_is_valid(site: Site) -> None:
    """Ten minutes, though the sign-in waits for longer (DEV-1)."""
    browser = at_device_code(site)
    site.world.pass_time(minutes=3)

    page = browser.get("/sign-in/device-code").page

    assert "It is valid for 7 min." in page.text


def test_a_mailed_code_that_ran_out_is_replaced(site: Site) -> None:
    """The page says so and sends another; nobody with an address is told that there is none."""
    browser = at_device_code(site)
    site.world.pass_time(minutes=11)

    page = browser.get("/sign-in/device-code").page

    assert "There is no valid code for this sign-in. Have one sent, and type it here." in page.text
    assert [form.action for form in page.forms] == ["/sign-in/device-code", "/sign-in/device-code/resend"]
    browser.post("/sign-in/device-code/resend")
    assert "It is valid for 10 min." in browser.get("/sign-in/device-code").page.text


def test_a_sign_in_beyond_the_allowance_says_from_when_mail_is_sent(site: Site) -> None:
    """It was sent no code of its own: three mails in 15 minutes are for all sign-ins of an account (DEV-1)."""
    browser = at_device_code(site)
    for _ in range(2):
        browser.post("/sign-in/device-code/resend")
    another = site.browser()
    give_password(another, "bram")

    page = another.get("/sign-in/device-code").page

    assert "One can be sent in 15 min." in page.text
    assert "There is no e-mail address" not in page.text


def test_another_mailed_code_makes_the_first_useless(site: Site) -> None:
    """The newest counts (DEV-1)."""
    browser = at_device_code(site)
    first = site.walk.mailed_code()

    resent = browser.post("/sign-in/device-code/resend")
    shown = browser.post("/sign-in/device-code", {"code": first})

    assert resent.to == "/sign-in/device-code"
    assert shown.status == 401
    assert shown.page.ids["f-code-error"].startswith("This code is wrong, or it was used or replaced already.")


def test_mails_are_not_sent_without_end(site: Site) -> None:
    """After three the page says from when another can be sent (DEV-1)."""
    browser = at_device_code(site)
    for _ in range(3):
        browser.post("/sign-in/device-code/resend")

    page = browser.get("/sign-in/device-code").page

    assert "Another mail can be sent in 15 min." in page.text
    assert [form.action for form in page.forms] == ["/sign-in/device-code"]
