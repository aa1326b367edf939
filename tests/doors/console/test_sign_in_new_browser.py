import re

from tests.doors.console.signing_in import at_set_up, give_code, give_password, key_on, knows
from tests.doors.console.visiting import Site
from tests.features.signin.walking import authenticator

COOKIE = "__Host-doorward-browser"


def letters(site: Site) -> list[str]:
    """Tell which letters have come since it was asked last."""
    return [letter.kind for _, letter in site.world.collect_mail()]


def test_desk_3_a_new_browser_is_told_and_its_letter_locks(site: Site) -> None:
    """The link opens a page with one button, which locks the account and ends the session of the stranger."""
    _, key = knows(site)
    letters(site)
    stranger = site.browser("203.0.113.5", "stranger/1")
    give_password(stranger)
    done = give_code(site, stranger, key)
    ((_, letter),) = site.world.collect_mail()
    path = re.sub("^https://[^/]+", "", str(letter.facts["not_me"]))
    page = site.browser().get(path).page
    before = stranger.get("/me").status
    site.browser().post(path, page.form(path).fields)

    assert COOKIE in done.cookies
    assert (letter.kind, letter.facts["address"], letter.facts["user_agent"]) == (
        "new_browser", "203.0.113.5", "stranger/1",
    )  # fmt: skip
    assert (before, stranger.get("/me").status) == (200, 303)


def test_desk_3_the_own_browser_is_told_of_once(site: Site) -> None:
    """It keeps its cookie over signing out."""
    browser, key = knows(site)
    first = letters(site)
    give_password(browser)
    give_code(site, browser, key)

    assert (first, letters(site)) == (["new_browser"], [])


def test_desk_3_the_browser_of_the_set_up_is_known_from_then_on(site: Site) -> None:
    """Its letter is that of the set-up, and the sign-in after it needs none."""
    browser = at_set_up(site)
    key = key_on(browser.get("/sign-in/set-up"))
    letters(site)
    browser.post("/sign-in/set-up", {"code": authenticator(key, site.world)})
    first = letters(site)
    browser.post("/sign-out")
    site.world.pass_time(seconds=60)
    give_password(browser)
    give_code(site, browser, key)

    assert (first, letters(site)) == (["second_factor_set_up"], [])


def test_desk_3_a_private_window_is_told_of_once_a_day(site: Site) -> None:
    """It forgets its cookies each time; another address is told of meanwhile."""
    _, key = knows(site)
    letters(site)
    told = []
    for address in ("198.51.100.9", "198.51.100.9", "203.0.113.5"):
        site.world.pass_time(seconds=60)
        window = site.browser(address)
        give_password(window)
        give_code(site, window, key)
        told.append(letters(site))

    assert told == [["new_browser"], [], ["new_browser"]]


def test_the_history_says_that_the_browser_was_new(site: Site) -> None:
    """To the person on their own page, and to operators on the account's."""
    browser, key = knows(site)
    give_password(browser)
    give_code(site, browser, key)
    own = browser.get("/me?tab=history").page.text
    account = next(one.target_id for one in site.world.entries() if one.act == "signin.completed")
    seen = site.operator().get(f"/console/users/{account}").page.text

    assert own.count("in a new browser") == 1
    assert seen.count("Signed in, in a new browser") == 1
