import pytest

from doorward.features.accounts import store as accounts_store
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from tests.doors.console.standings import STATES, excluded, named, without_name_or_address
from tests.doors.console.visiting import Site


@pytest.mark.parametrize(
    ("state", "tab", "button", "why"),
    [
        ("without name or address", "", "Start password reset…", "There is no e-mail address that a link may go to"),
        ("without name or address", "?tab=sign-in", "Start password reset…", "There is no e-mail address"),
        ("on the allowlist", "?tab=two-factor", "Temporary access code", "This account has an e-mail address"),
    ],
)
def test_a_button_is_greyed_by_what_the_act_would_find(site: Site, state: str, tab: str, button: str, why: str) -> None:
    """No form is filled in for nothing (RIGHT-7)."""
    page = site.operator().get(f"/console/users/{STATES[state](site)}{tab}").page

    assert why in page.greyed[button]


def test_the_last_able_administrator_is_not_disabled(site: Site) -> None:
    """The button says so; editing them is another act, and open (RIGHT-5)."""
    grace, browser = site.world.add("grace", "administrator", factors=1), site.operator()
    with site.world.writing() as call:
        accounts_store.set_state(call.sql, named(site, "olga"), factors=0)

    page = browser.get(f"/console/users/{grace}").page

    assert page.greyed["Disable…"].startswith("Nobody able to administer this server would remain.")
    assert "Protect…" not in page.greyed


def test_ones_own_sessions_can_be_ended_where_they_are_listed(site: Site) -> None:
    """Ending is no act upon somebody higher, and none that others must do for one."""
    olga = site.world.add("olga", "administrator", factors=1)

    page = site.signed_in(olga).get(f"/console/users/{olga}?tab=sessions").page

    assert f"/console/users/{olga}?tab=sessions&stage=end-sessions" in page.links
    assert page.greyed == {}


@pytest.mark.parametrize(("asked", "offered"), [(False, False), (True, True)])
def test_a_code_is_offered_to_whoever_is_asked_for_one_at_every_sign_in(site: Site, asked: bool, offered: bool) -> None:
    """Who has a second factor and no address is asked for a mailed code where the rules say so (DEV-2, KEY-10)."""
    bram, browser = without_name_or_address(site), site.operator()
    with site.world.writing() as call:
        accounts_store.set_state(call.sql, bram, factors=1)
    site.world.run(change_password_rules, ChangePasswordRules({"device_code_at_sign_in": asked}))

    page = browser.get(f"/console/users/{bram}?tab=two-factor").page

    assert ("Temporary access code" in page.text) == offered


def test_a_reset_of_an_excluded_account_promises_no_set_up(site: Site) -> None:
    """What is staged says that the exclusion stays, and so does the button."""
    bram, browser = excluded(site), site.operator()

    shown, staged = (
        browser.get(f"/console/users/{bram}?tab=two-factor{stage}").page.text for stage in ("", "&stage=reset-key")
    )

    assert "a code by e-mail, then sets up a new key" not in staged
    assert "a new key is set up only once the exclusion is lifted" in staged
    assert "Signs in with the password alone as before, until the exclusion is lifted." in shown


def test_lists_of_devices_say_what_would_be_in_them(site: Site) -> None:
    """On the account's page and on one's own, where none is remembered; nothing offers to forget none."""
    bram = site.world.add("bram", factors=1)

    pages = [site.operator().get(f"/console/users/{bram}?tab=sessions"), site.signed_in(bram).get("/me")]

    for shown in pages:
        assert "No device is remembered" in shown.page.text
        assert "Forget all devices" not in shown.html
