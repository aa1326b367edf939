import pytest

from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.actions.first import make_first_link, rescue_account
from doorward.features.administration.model import (
    AccountAdded,
    AddAccount,
    EditAccount,
    LinkMade,
    MakeFirstLink,
    RescueAccount,
)
from doorward.features.second_factor.actions.secret_key import reset_secret_key
from doorward.features.second_factor.model import ResetSecretKey
from doorward.kernel.tokens import make_token
from tests.doors.console.signing_in import codes_on, give_password, key_on
from tests.doors.console.standings import named
from tests.doors.console.visiting import SITE, Shown, Site, same_but_for_its_stamps
from tests.features.signin.forgetting import answered, ask
from tests.features.signin.walking import authenticator

ADA = {
    "user_name": "ada",
    "full_name": "Ada Lovelace",
    "email": "ada@example.org",
    "new_password": "a walk in the wood",
}
NEW = {"new_password": "another walk in the wood"}
KINDS = ("welcome", "set-password", "rescue", "forgotten-password", "not-me")


def welcome(site: Site) -> str:
    """Make the first administrator's link."""
    made = site.world.run(make_first_link, MakeFirstLink())
    assert isinstance(made, LinkMade)
    return made.path.reveal()


def invitation(site: Site) -> str:
    """Add an account, and give the link that it was mailed."""
    added = site.world.run(add_account, AddAccount("bram", "Bram", "bram@example.org"))
    assert isinstance(added, AccountAdded)
    assert added.link is not None
    return added.link.reveal()


def rescue(site: Site) -> str:
    """Rescue an administrator."""
    made = site.world.run(rescue_account, RescueAccount(site.world.add("olga", "administrator", factors=1), "all lost"))
    assert isinstance(made, LinkMade)
    return made.path.reveal()


def forgotten(site: Site) -> str:
    """Forget a password, and give the link that is mailed."""
    site.walk.person("bram", factors=1)
    ask(site.walk)
    ((_, letter),) = answered(site.world)
    return str(letter.facts["link"]).removeprefix(SITE)


def not_me(site: Site) -> str:
    """Reset somebody's key, and give the link by which they say that it was not them."""
    site.world.run(reset_secret_key, ResetSecretKey(site.walk.person("bram", factors=1), "lost phone"))
    ((_, letter),) = site.world.collect_mail()
    return str(letter.facts["not_me"]).removeprefix(SITE)


LINKS = {
    "welcome": welcome,
    "set-password": invitation,
    "rescue": rescue,
    "forgotten-password": forgotten,
    "not-me": not_me,
}


@pytest.mark.parametrize("kind", KINDS)
def test_opening_a_link_changes_nothing(site: Site, kind: str) -> None:
    """However often, and by whatever reads mail before people do."""
    path, browser = LINKS[kind](site), site.browser()
    before = site.contents()

    shown = [browser.get(path) for _ in range(3)]

    assert [one.status for one in shown] == [200, 200, 200]
    assert [one.cookies for one in shown] == [{}, {}, {}]
    assert site.contents() == before


@pytest.mark.parametrize("token", ["x", "A" * 64, "A" * 500, "%00"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_link_of_nobody_is_dead(site: Site, kind: str, token: str) -> None:
    """One text for used, run out, replaced and never made."""
    opened = site.browser().get(f"/{kind}/{token}")
    sent = site.browser().post(f"/{kind}/{token}", ADA)

    assert opened.told == sent.told == (410, "This link does not work")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_runs_out(site: Site, kind: str) -> None:
    """Then it is as dead as one that never was."""
    path = LINKS[kind](site)
    site.world.pass_time(days=7)

    assert site.browser().get(path).told == (410, "This link does not work")
    assert site.browser().post(path, ADA).told == (410, "This link does not work")


def test_a_link_is_for_its_own_page(site: Site) -> None:
    """The token of one kind opens no other."""
    token = invitation(site).rpartition("/")[2]

    assert site.browser().get(f"/welcome/{token}").status == 410
    assert site.browser().get(f"/rescue/{token}").status == 410


def test_the_first_administrator_comes_in(site: Site) -> None:
    """Account, key, recovery codes, console; the link is dead afterwards."""
    path, browser = welcome(site), site.browser()

    led = browser.post(path, ADA)
    key = key_on(browser.get(led.to))
    wrong = browser.post(f"{path}/set-up", {"code": "000000"})
    shown = browser.post(f"{path}/set-up", {"code": authenticator(key, site.world)})

    assert (led.status, led.to) == (303, f"{path}/set-up")
    assert (wrong.status, key_on(wrong)) == (401, key)
    assert len(codes_on(shown)) == 10
    assert browser.get("/").to == "/console"
    assert browser.get("/console").status == 200
    assert site.browser().get(path).status == 410


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("user_name", "", "is empty"),
        ("user_name", "x" * 201, "is too long"),
        ("full_name", "a\x00b", "holds control or invisible characters"),
        ("email", "nowhere", "This is not an e-mail address."),
        ("new_password", "short", "This password is too short."),
        ("new_password", "password1234", "This password is among the ones that are guessed first."),
        ("new_password", "x" * 257, "This password is too long."),
        ("new_password", "ada-lovelace-ada", "A password must not contain the user name"),
    ],
)
def test_what_the_first_administrator_must_mend_is_told(site: Site, field: str, typed: str, words: str) -> None:
    """At its field, with the rest as it was typed; a password is never shown again."""
    path, browser = welcome(site), site.browser()

    shown = browser.post(path, ADA | {field: typed})

    assert shown.status == 422
    assert words in shown.page.ids[f"f-{field}-error"]
    assert shown.page.form(path).fields["new_password"] == ""
    assert browser.post(path, ADA).status == 303


def test_a_set_up_without_its_sign_in_is_dead(site: Site) -> None:
    """The link's token alone opens no key."""
    path = welcome(site)
    site.browser().post(path, ADA)

    assert site.browser().get(f"{path}/set-up").status == 410
    assert site.browser().post(f"{path}/set-up", {"code": "123456"}).status == 410


def test_a_password_is_set_without_a_session(site: Site) -> None:
    """It gives a password and nothing else; the link works once."""
    path, browser = invitation(site), site.browser()

    shown = browser.post(path, NEW)

    assert shown.told == (200, "Your password is set")
    assert shown.cookies == {}
    assert give_password(browser, password=NEW["new_password"]).to == "/sign-in/device-code"
    assert site.browser().post(path, NEW).status == 410


def test_a_password_that_the_rules_refuse_is_told(site: Site) -> None:
    """And the link goes on working."""
    path, browser = invitation(site), site.browser()

    shown: Shown = browser.post(path, {"new_password": "bram-and-bram-and"})

    assert shown.status == 422
    assert shown.page.ids["f-new_password-error"].startswith("A password must not contain the user name")
    assert browser.post(path, NEW).status == 200


def test_a_rescued_administrator_comes_in(site: Site) -> None:
    """New password, new key, in; no mailed code (RIGHT-5)."""
    path, browser = rescue(site), site.browser()

    led = browser.post(path, NEW)
    key = key_on(browser.get(led.to))
    shown = browser.post(f"{path}/set-up", {"code": authenticator(key, site.world)})

    assert led.to == f"{path}/set-up"
    assert len(codes_on(shown)) == 10
    assert browser.get("/console").status == 200


def test_a_token_of_somebody_who_is_there_is_dead_too(site: Site) -> None:
    """Knowing an account does not help in guessing its link."""
    invitation(site)
    token, _ = make_token(named(site, "bram"), site.world.runtime.entropy)

    assert site.browser().get(f"/set-password/{token.reveal()}").status == 410


def test_the_page_of_a_forgotten_password_is_found_beside_the_sign_in(site: Site) -> None:
    """At the address that goes with the API's; what is sent there is heard as well."""
    browser = site.browser()
    moved = browser.get("/sign-in/forgotten-password")
    beside, there = (browser.post(one, {"user_name": "zoe"}) for one in ("/sign-in/forgotten-password", moved.to))

    assert (moved.status, moved.to) == (303, "/forgotten-password")
    assert (beside.status, there.status) == (200, 200)
    assert same_but_for_its_stamps(beside.html) == same_but_for_its_stamps(there.html)


def test_pass_5_a_forgotten_password_is_asked_for_and_set(site: Site) -> None:
    """The page after asking is the same for every name; the link's form sets a password, and signs nobody in."""
    path, browser = forgotten(site), site.browser()
    asked = [browser.post("/forgotten-password", {"user_name": name}) for name in ("bram", "zoe", "x" * 300, "")]
    weak = browser.post(path, {"new_password": "short"})
    done = browser.post(path, NEW)

    assert "/forgotten-password" in browser.get("/sign-in").html
    assert browser.get("/forgotten-password").page.title == "Forgotten password · Doorward"
    assert {(one.status, same_but_for_its_stamps(one.html)) for one in asked} == {
        (200, same_but_for_its_stamps(asked[0].html))
    }
    assert weak.status == 422
    assert "This password is too short." in weak.html
    assert f'action="{path}"' in weak.html
    assert (done.status, done.page.title, done.cookies) == (200, "Your password is set · Doorward", {})
    assert browser.post(path, NEW).told == (410, "This link does not work")


def test_desk_3_the_button_locks(site: Site) -> None:
    """One button on the page; afterwards whom to ask."""
    path, browser = not_me(site), site.browser()
    shown, done = browser.get(path), browser.post(path)

    assert "Lock bram" in shown.html
    assert (done.status, done.page.title) == (200, "Your account is locked · Doorward")
    assert browser.post(path).told == (410, "This link does not work")


def test_right_5_the_last_administrator_is_led_to_rescue(site: Site) -> None:
    """The page names the command."""
    grace = site.world.add("grace", "administrator", factors=1)
    site.world.run(edit_account, EditAccount(grace, None, email="new@example.org"))
    (_, letter), _ = site.world.collect_mail()
    done = site.browser().post(str(letter.facts["not_me"]).removeprefix(SITE))

    assert done.page.title == "All sessions are ended · Doorward"
    assert "doorward rescue grace" in done.html
